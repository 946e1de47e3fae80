/** @file Gradients of normalisation: by stored statistics, or by the numbers' own. */
import { floatOf, intOf } from '../attributes.ts';
import { add, div, mul, neg, sqrt, square, sub } from '../ops/elementwise.ts';
import { mean, sum, sumTo } from '../ops/reduce.ts';
import { reshape } from '../ops/shape.ts';
import { resolveAxis, type Tensor } from '../tensor.ts';
import { input, noGradient, ofFirst, once, type Rules } from './rule.ts';

const kept = (axes: readonly number[]) => ({ axes, keepDims: true });

/** A vector by channel, beside [images, channels, ...]. */
const byChannel = (vector: Tensor, x: Tensor) =>
  reshape(vector, [1, -1, ...new Array<number>(Math.max(x.shape.length - 2, 0)).fill(1)], 'channels');

const allButChannels = (x: Tensor) => [...x.shape.keys()].filter((axis) => axis !== 1);

/** Numbers less their mean, over their deviation, along axes. */
function standardised(x: Tensor, axes: readonly number[], epsilon: number) {
  const centred = sub(x, mean(x, kept(axes)));
  const inverse = div(1, sqrt(add(mean(square(centred), kept(axes)), epsilon)));
  return { standard: mul(centred, inverse), inverse };
}

/** Back through `standardised`: what moves the mean or stretches the deviation has no effect. */
function throughStandard(
  slope: Tensor,
  { standard, inverse }: ReturnType<typeof standardised>,
  axes: readonly number[],
): Tensor {
  const stretch = mul(standard, mean(mul(slope, standard), kept(axes)));
  return mul(inverse, sub(sub(slope, mean(slope, kept(axes))), stretch));
}

const defaultEpsilon = 1e-5;

export const normalizationRules = {
  BatchNormalization: ofFirst((upstream, node) => {
    const { attributes } = node;
    if (intOf(attributes, 'training_mode', 0) !== 0)
      noGradient(node, 'it is in training, where it uses the statistics of the batch');
    const x = input(node, 0);
    const [gain, , centre, variance] = [1, 2, 3, 4].map((position) => input(node, position)) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const others = { axes: allButChannels(x) };
    const epsilon = floatOf(attributes, 'epsilon', defaultEpsilon);
    const inverse = once(() => div(1, sqrt(add(variance, epsilon))));
    const scale = once(() => mul(gain, inverse()));
    const total = once(() => sum(upstream, others));
    const stretched = once(() => {
      const standard = mul(sub(x, byChannel(centre, x)), byChannel(inverse(), x));
      return sum(mul(upstream, standard), others);
    });
    return [
      () => mul(upstream, byChannel(scale(), x)),
      stretched,
      total,
      () => neg(mul(total(), scale())),
      () => mul(mul(stretched(), mul(scale(), inverse())), -0.5),
    ];
  }),
  InstanceNormalization: ofFirst((upstream, node) => {
    const [x, gain] = [input(node, 0), input(node, 1)];
    const axes = [...x.shape.keys()].slice(2);
    const own = once(() => standardised(x, axes, floatOf(node.attributes, 'epsilon', defaultEpsilon)));
    const others = { axes: allButChannels(x) };
    return [
      () => throughStandard(mul(upstream, byChannel(gain, x)), own(), axes),
      () => sum(mul(upstream, own().standard), others),
      () => sum(upstream, others),
    ];
  }),
  LayerNormalization: ofFirst((upstream, node) => {
    const [x, gain, shift] = [input(node, 0), input(node, 1), node.inputs[2]];
    const first = resolveAxis('LayerNormalization', intOf(node.attributes, 'axis', -1), x.shape);
    const axes = [...x.shape.keys()].slice(first);
    const own = once(() => standardised(x, axes, floatOf(node.attributes, 'epsilon', defaultEpsilon)));
    return [
      () => throughStandard(mul(upstream, gain), own(), axes),
      () => sumTo(mul(upstream, own().standard), gain.shape),
      shift && (() => sumTo(upstream, shift.shape)),
    ];
  }),
} satisfies Rules;
