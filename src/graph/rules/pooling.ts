/** @file Gradients of pooling: a mean spreads over its window, a maximum goes back to the place it came from. */
import { intsOf } from '../attributes.ts';
import type { Node } from '../node.ts';
import { div, maximum, mul } from '../ops/elementwise.ts';
import { reshape } from '../ops/shape.ts';
import { elementCount, knownShape, type Tensor } from '../tensor.ts';
import { windowReach } from '../window.ts';
import { convolvedBack, nodeWindows, windowAttributes } from './convolution.ts';
import { apply, noGradient, type Rules, unary } from './rule.ts';
import { reshapeLike, zerosLike } from './sizes.ts';

const kernelOf = (node: Node) =>
  intsOf(node.attributes, 'kernel_shape') ?? noGradient(node, 'it says no window');

const filled = (x: Tensor, name: string, sizes: readonly number[]) =>
  x.graph.constant(name, new Float32Array(elementCount(sizes)).fill(1), sizes, x.dtype);

/** Channels as images: what is done to each of them is the same. */
const single = (x: Tensor, sizes: readonly number[]) => reshape(x, [-1, 1, ...sizes]);

/** The same pooling once more, with the place that each maximum came from, counted over the whole of `x`. */
function placesOf(node: Node, x: Tensor): Tensor {
  const [output] = node.outputs as [Tensor];
  const { storage_order: _, ...attributes } = node.attributes;
  const types = [output, { dtype: 'int64', shape: output.shape }] as const;
  return x.graph.add('MaxPool', [x], types, { attributes })[1] as Tensor;
}

export const poolingRules = {
  AveragePool: unary((upstream, x, _, node) => {
    const kernel = kernelOf(node);
    const windows = nodeWindows(node, x, kernel);
    const [sizes, counts] = [x, upstream].map((each) => knownShape('AveragePool', each.shape.slice(2))) as [
      number[],
      number[],
    ];
    const shape = [1, 1, ...counts];
    // What the engine divided by, by place: its mean of ones is the elements inside over the divisor.
    const ones = filled(x, 'ones', [1, 1, ...sizes]);
    const box = filled(x, 'window', [1, 1, ...kernel]);
    const means = apply('AveragePool', [ones], { dtype: x.dtype, shape }, { ...node.attributes });
    const fitted = windows.map((window, axis) => {
      const reach = ((counts[axis] as number) - 1) * window.stride + windowReach(window);
      return { ...window, end: Math.max(reach - (sizes[axis] as number) - window.begin, 0) };
    });
    const inside = apply('Conv', [ones, box], { dtype: x.dtype, shape }, windowAttributes(fitted, 1));
    const shares = mul(upstream, div(means, maximum(inside, 1)));
    const like = { ...x, shape: [-1, 1, ...sizes] };
    return reshapeLike(convolvedBack(single(shares, counts), box, fitted, 1, like), x);
  }),
  MaxPool: unary((upstream, x, _, node) => {
    kernelOf(node);
    const places = placesOf(node, x);
    const flat = (value: Tensor) => reshape(value, [-1]);
    const zeros = flat(zerosLike(x));
    const added = apply('ScatterElements', [zeros, flat(places), flat(upstream)], zeros, {
      axis: { int: 0 },
      reduction: { string: 'add' },
    });
    return reshapeLike(added, x);
  }),
} satisfies Rules;
