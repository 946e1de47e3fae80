/** @file Normalisation by the numbers' own mean and variance. */
import { commonGraph } from '../graph.ts';
import { elementCount, knownShape, type Tensor } from '../tensor.ts';
import { add, div, mul, sqrt, square, sub } from './elementwise.ts';
import { sumByChannel } from './reduce.ts';
import { reshape } from './shape.ts';

/** Maps normalised by channel, and what they were normalised by. */
export interface NormalizedMaps {
  readonly output: Tensor;
  /** Of each channel in the batch, [C]. */
  readonly mean: Tensor;
  /** Divided by the number of values. */
  readonly variance: Tensor;
}

/**
 * Maps less the mean of their channel in the batch, over its deviation, times `gain`, plus `shift`: batch norm in training.
 *
 * Its gradient is given as it is known, with each channel's a times what came, b times the input, and c: the rules of the single operations would go
 * over the maps twice as often. ONNX's own node for it is not used, as ONNX Runtime writes the statistics over the node's inputs, and
 * has it for the CPU alone.
 * @param x - [N, C, ...], of known sizes
 * @param gain - [C], as `shift`
 */
export function normalizeMaps(x: Tensor, gain: Tensor, shift: Tensor, epsilon: number): NormalizedMaps {
  const others = x.shape.filter((_, axis) => axis !== 1);
  const share = 1 / elementCount(knownShape('BatchNormalization', others));
  const byChannel = (vector: Tensor) =>
    reshape(
      vector,
      x.shape.map((_, axis) => (axis === 1 ? -1 : 1)),
    );
  const mean = mul(sumByChannel(x), share);
  const variance = mul(sumByChannel(square(sub(x, byChannel(mean)))), share);
  const graph = commonGraph('BatchNormalization', [x, gain, shift]);
  const [output] = graph.add(
    'BatchNormalization',
    [x, gain, shift, mean, variance],
    [{ dtype: x.dtype, shape: x.shape }],
    { attributes: { epsilon: { float: epsilon } }, own: throughBatch },
  ) as [Tensor];
  return { output, mean, variance };

  function throughBatch([upstream]: readonly (Tensor | undefined)[]) {
    if (!upstream) return [];
    const inverse = div(1, sqrt(add(variance, epsilon)));
    const total = sumByChannel(upstream);
    const stretched = mul(sub(sumByChannel(mul(upstream, x)), mul(mean, total)), inverse);
    const ofInput = () => {
      const scale = mul(gain, inverse);
      const tilt = mul(mul(scale, mul(inverse, stretched)), -share);
      const offset = sub(mul(mul(scale, total), -share), mul(tilt, mean));
      const bent = add(mul(upstream, byChannel(scale)), mul(x, byChannel(tilt)));
      return add(bent, byChannel(offset));
    };
    return [ofInput, () => stretched, () => total];
  }
}

/**
 * Numbers less the mean of the last axis, over its deviation, times `gain`, plus `shift`: layer norm.
 * @param x - [..., width]
 * @param gain - [width], as `shift`
 */
export function normalizeLast(x: Tensor, gain: Tensor, shift: Tensor, epsilon: number): Tensor {
  const graph = commonGraph('LayerNormalization', [x, gain, shift]);
  return graph.add('LayerNormalization', [x, gain, shift], [{ dtype: x.dtype, shape: x.shape }], {
    attributes: { axis: { int: -1 }, epsilon: { float: epsilon } },
  })[0] as Tensor;
}
