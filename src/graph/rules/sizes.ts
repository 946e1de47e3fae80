/** @file Bringing a gradient to the sizes of a value, known while building or only when the graph runs. */

import { intOf, intsOf } from '../attributes.ts';
import type { Node } from '../node.ts';
import { expand, reshape } from '../ops/shape.ts';
import { resolveAxis, type Shape, shapeText, type Tensor } from '../tensor.ts';
import { apply, input, knownNumbers } from './rule.ts';

const isKnown = (shape: Shape) => shape.every((size) => typeof size === 'number');
const namedSizes = (shape: Shape) => shape.filter((size) => typeof size === 'string').length;

/** The sizes of a value as the graph finds them, int64. */
export function sizesOf(x: Tensor): Tensor {
  return apply('Shape', [x], { dtype: 'int64', shape: [x.shape.length] });
}

/** Repeats along axes of size 1 to the sizes of `like`. */
export function expandLike(x: Tensor, like: Tensor): Tensor {
  if (isKnown(like.shape) || shapeText(x.shape) === shapeText(like.shape)) return expand(x, like.shape);
  return apply('Expand', [x, sizesOf(like)], { dtype: x.dtype, shape: like.shape });
}

/** The same values in the sizes of `like`. */
export function reshapeLike(x: Tensor, like: Tensor): Tensor {
  if (namedSizes(like.shape) < 2) return reshape(x, like.shape);
  return apply('Reshape', [x, sizesOf(like)], { dtype: x.dtype, shape: like.shape });
}

export function zerosLike(like: Tensor): Tensor {
  return expandLike(like.graph.scalar(0, like.dtype), like);
}

/** The axes that a reduction goes over, counted from the front: an input since operator sets 13 and 18. */
export function reducedAxes(node: Node): number[] {
  const x = input(node, 0);
  const said = node.inputs[1] ? knownNumbers(node, 1) : intsOf(node.attributes, 'axes');
  if (said?.length) return said.map((axis) => resolveAxis(node.operation, axis, x.shape));
  return intOf(node.attributes, 'noop_with_empty_axes', 0) === 1 ? [] : [...x.shape.keys()];
}

/** What a reduction gives (or its gradient), with the reduced axes kept as size 1. */
export function withAxesKept(value: Tensor, x: Tensor, axes: readonly number[]): Tensor {
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  if (namedSizes(kept) < 2) return reshape(value, kept);
  if (value.shape.length === kept.length) return value;
  return apply('Unsqueeze', [value, value.graph.integers(axes)], { dtype: value.dtype, shape: kept });
}
