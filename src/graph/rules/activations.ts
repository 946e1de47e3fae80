/** @file Gradients of activations and of softmax. */
import { floatOf, intOf } from '../attributes.ts';
import {
  add,
  and,
  cast,
  exp,
  greater,
  greaterOrEqual,
  less,
  lessOrEqual,
  mul,
  sigmoid,
  softplus,
  square,
  sub,
  tanh,
  where,
} from '../ops/elementwise.ts';
import { sum, sumTo } from '../ops/reduce.ts';
import type { Tensor } from '../tensor.ts';
import { input, ofFirst, once, type Rules, unary } from './rule.ts';

/** `upstream` where a condition holds, else 0. */
const gated = (upstream: Tensor, condition: Tensor) => mul(upstream, cast(condition, upstream.dtype));

/** Strictly between two numbers. */
const between = (x: Tensor, low: number, high: number) => and(greater(x, low), less(x, high));

/** Of elu and selu: below 0 the output is scale (e^x - 1), whose slope is the output and the scale. */
function exponentialBelow(upstream: Tensor, x: Tensor, output: Tensor, scale: number, above: number): Tensor {
  return mul(upstream, where(greater(x, 0), above, add(output, scale)));
}

export const activationRules = {
  /** The bounds themselves belong to the inside, as in PyTorch. */
  Clip: unary((upstream, x, _, { inputs }) => {
    const [, low, high] = inputs;
    const [above, below] = [low && greaterOrEqual(x, low), high && lessOrEqual(x, high)];
    const inside = above && below ? and(above, below) : (above ?? below);
    return inside ? gated(upstream, inside) : upstream;
  }),
  Elu: unary((upstream, x, output, { attributes }) =>
    exponentialBelow(upstream, x, output, floatOf(attributes, 'alpha', 1), 1),
  ),
  HardSigmoid: unary((upstream, _, output, { attributes }) => {
    const inside = between(output, 0, 1);
    return mul(gated(upstream, inside), floatOf(attributes, 'alpha', 0.2));
  }),
  /** x max(0, min(1, x / 6 + 1 / 2)) */
  HardSwish: unary((upstream, x) => {
    const slope = where(between(x, -3, 3), add(mul(x, 1 / 3), 0.5), cast(greaterOrEqual(x, 3), x.dtype));
    return mul(upstream, slope);
  }),
  LeakyRelu: unary((upstream, x, _, { attributes }) =>
    where(greater(x, 0), upstream, mul(upstream, floatOf(attributes, 'alpha', 0.01))),
  ),
  /** upstream - softmax(x) sum(upstream) */
  LogSoftmax: unary((upstream, _, output, { attributes }) => {
    const probability = exp(output);
    const axes = [intOf(attributes, 'axis', -1)];
    return sub(upstream, mul(probability, sum(upstream, { axes, keepDims: true })));
  }),
  /** x tanh(softplus(x)) */
  Mish: unary((upstream, x) => {
    const inner = tanh(softplus(x));
    return mul(upstream, add(inner, mul(x, mul(sub(1, square(inner)), sigmoid(x)))));
  }),
  PRelu: ofFirst((upstream, node) => {
    const [x, slope] = [input(node, 0), input(node, 1)];
    const positive = once(() => greater(x, 0));
    return [
      () => where(positive(), upstream, mul(upstream, slope)),
      () => sumTo(where(positive(), 0, mul(upstream, x)), slope.shape),
    ];
  }),
  Relu: unary((upstream, x) => mul(upstream, cast(greater(x, 0), upstream.dtype))),
  Selu: unary((upstream, x, output, { attributes }) => {
    const gamma = floatOf(attributes, 'gamma', 1.0507009873554805);
    const alpha = floatOf(attributes, 'alpha', 1.6732632423543772);
    return exponentialBelow(upstream, x, output, gamma * alpha, gamma);
  }),
  Sigmoid: unary((upstream, _, output) => mul(upstream, mul(output, sub(1, output)))),
  /** softmax(x) (upstream - sum(upstream softmax(x))) */
  Softmax: unary((upstream, _, output, { attributes }) => {
    const axes = [intOf(attributes, 'axis', -1)];
    return mul(output, sub(upstream, sum(mul(upstream, output), { axes, keepDims: true })));
  }),
  Softplus: unary((upstream, x) => mul(upstream, sigmoid(x))),
} satisfies Rules;
