/** @file A convolution without bias and the batch norm after it, as one convolution. */
import { type ConvWindow, conv, type Tensor } from '../../../graph/index.ts';
import type { StateDict } from './state-dict.ts';

/** PyTorch's batch norm epsilon. */
const usualEpsilon = 1e-5;

/**
 * Folds the batch norm into the convolution, in double precision.
 * @param convolution - name of the convolution among the weights
 * @param norm - name of the batch norm
 * @param shape - output channels, input channels of a group, side of the kernel
 */
export function convolveNormed(
  weights: StateDict,
  x: Tensor,
  convolution: string,
  norm: string,
  [outputs, inputs, kernel]: readonly [number, number, number],
  window: ConvWindow,
  epsilon: number = usualEpsilon,
): Tensor {
  const weight = weights.take(`${convolution}.weight`, [outputs, inputs, kernel, kernel]).slice();
  const [scale, shift, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((part) =>
    weights.take(`${norm}.${part}`, [outputs]),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const bias = new Float32Array(outputs);
  const row = inputs * kernel * kernel;
  for (let output = 0; output < outputs; output++) {
    const factor = (scale[output] as number) / Math.sqrt((variance[output] as number) + epsilon);
    bias[output] = (shift[output] as number) - (mean[output] as number) * factor;
    for (let index = output * row; index < (output + 1) * row; index++) {
      weight[index] = (weight[index] as number) * factor;
    }
  }
  const { graph } = x;
  return conv(
    x,
    graph.constant(`${convolution}.weight`, weight, [outputs, inputs, kernel, kernel]),
    graph.constant(`${convolution}.bias`, bias, [outputs]),
    window,
  );
}
