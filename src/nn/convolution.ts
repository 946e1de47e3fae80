/** @file Convolutions and transposed convolutions as layers: their first values, and their use by name. Names are PyTorch's. */
import type { Random } from '../core/random.ts';
import { type ConvWindow, conv, convTranspose, type Tensor } from '../graph/index.ts';
import { type DeclaredParameters, filled, type ParameterTensors, parameterNamed } from './parameters.ts';

/** Sizes of a convolution. */
export interface ConvSizes {
  readonly inputs: number;
  readonly outputs: number;
  /** Side of the square kernel. */
  readonly kernel: number;
  /** Standard deviation of its first values. @default by He's rule */
  readonly deviation?: number | undefined;
}

/**
 * First values of a convolution: normal, so that with ReLU gradients keep their size on the way back (He et al. 2015, fan out), as torchvision's ResNets
 * begin; a bias of zeros where there is one.
 */
export function convolutionParameters(
  name: string,
  { inputs, outputs, kernel, deviation = Math.sqrt(2 / (outputs * kernel * kernel)) }: ConvSizes,
  random: Random,
  bias = false,
): DeclaredParameters {
  const data = random.fillNormal(new Float32Array(outputs * inputs * kernel * kernel));
  for (let at = 0; at < data.length; at++) data[at]! *= deviation;
  return {
    [`${name}.weight`]: { shape: [outputs, inputs, kernel, kernel], data, role: 'trained' },
    ...(bias && { [`${name}.bias`]: filled(outputs, 0) }),
  };
}

/** First values of a transposed convolution: uniform within 1 / sqrt(outputs * places of the kernel), PyTorch's own. */
export function transposedParameters(
  name: string,
  { inputs, outputs, kernel }: Omit<ConvSizes, 'deviation'>,
  random: Random,
): DeclaredParameters {
  const bound = 1 / Math.sqrt(outputs * kernel * kernel);
  const data = Float32Array.from({ length: inputs * outputs * kernel * kernel }, () =>
    random.uniform(-bound, bound),
  );
  return { [`${name}.weight`]: { shape: [inputs, outputs, kernel, kernel], data, role: 'trained' } };
}

/** Maps through a convolution; padded so that a stride of 1 keeps their size, where nothing else is said. */
export function convolve(
  name: string,
  x: Tensor,
  parameters: ParameterTensors,
  window: ConvWindow = {},
): Tensor {
  const weight = parameterNamed(parameters, `${name}.weight`);
  const padding = ((weight.shape[2] as number) - 1) >> 1;
  return conv(x, weight, parameters[`${name}.bias`], { padding, ...window });
}

/** Maps through a transposed convolution. */
export function convolveUp(name: string, x: Tensor, parameters: ParameterTensors, stride: number): Tensor {
  const weight = parameterNamed(parameters, `${name}.weight`);
  return convTranspose(x, weight, parameters[`${name}.bias`], { stride });
}
