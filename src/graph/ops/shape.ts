/** @file Operations that move values without changing them. */
import { commonGraph } from '../graph.ts';
import type { Attribute } from '../node.ts';
import type { Operator } from '../operators.ts';
import {
  type Dim,
  type DType,
  knownSize,
  refuse,
  resolveAxis,
  type Shape,
  shapeText,
  type Tensor,
} from '../tensor.ts';

/**
 * The same values in another shape. A size of -1 is worked out from the rest.
 * At most one size may be unknown while building: a named size that stays on its axis is copied, else it becomes -1.
 */
export function reshape(x: Tensor, shape: readonly Dim[], name?: string): Tensor {
  return reshaped(x, shape, name, (target) => x.graph.integers(target));
}

/** The same with its sizes in a constant of their own, in whose place a finished file may get others. @param constant - its name */
export function reshapeBy(x: Tensor, shape: readonly Dim[], constant: string, name?: string): Tensor {
  return reshaped(x, shape, name, (target) => x.graph.constant(constant, target, [target.length], 'int64'));
}

function reshaped(
  x: Tensor,
  shape: readonly Dim[],
  name: string | undefined,
  sizes: (target: number[]) => Tensor,
): Tensor {
  const target = shape.map((size, axis) => {
    if (typeof size === 'number') return size;
    return x.shape[axis] === size ? 0 : -1;
  });
  const unknown = target.filter((size) => size === -1).length;
  if (unknown > 1) refuse('Reshape', `two unknown sizes for ${shapeText(shape)}`, x.shape);
  const known = (sizes: Shape) => sizes.every((size) => typeof size === 'number' && size >= 0);
  const count = (sizes: Shape) => sizes.reduce<number>((product, size) => product * (size as number), 1);
  let result: Dim[] = [...shape];
  if (known(x.shape)) {
    const rest = count(shape.filter((size) => typeof size === 'number' && size >= 0));
    result = shape.map((size) => (size === -1 ? count(x.shape) / rest : size));
    if (known(result) && count(result) !== count(x.shape)) {
      refuse('Reshape', `${count(x.shape)} values do not fill ${shapeText(shape)}`, x.shape);
    }
  } else {
    result = shape.map((size) => (size === -1 ? (name ?? `${x.name}_size`) : size));
  }
  const [output] = x.graph.add('Reshape', [x, sizes(target)], [{ dtype: x.dtype, shape: result }]);
  return output as Tensor;
}

/** Axes in another order. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  if ([...order].sort((a, b) => a - b).join() !== x.shape.map((_, axis) => axis).join()) {
    refuse('Transpose', `[${order}] is no order of the axes`, x.shape);
  }
  const shape = order.map((axis) => x.shape[axis] as Dim);
  const [output] = x.graph.add('Transpose', [x], [{ dtype: x.dtype, shape }], {
    attributes: { perm: { ints: order } },
  });
  return output as Tensor;
}

/** How many elements there are, int64 []. */
export function countElements(x: Tensor): Tensor {
  return x.graph.add('Size', [x], [{ dtype: 'int64', shape: [] }])[0] as Tensor;
}

/** The size of one axis, int64 [1]. */
export function sizeAlong(x: Tensor, axis: number): Tensor {
  const at = resolveAxis('Shape', axis, x.shape);
  const attributes = { start: { int: at }, end: { int: at + 1 } };
  return x.graph.add('Shape', [x], [{ dtype: 'int64', shape: [1] }], { attributes })[0] as Tensor;
}

/** Repeats along axes of size 1 to reach a fully known shape. */
export function expand(x: Tensor, shape: Shape): Tensor {
  if (shapeText(x.shape) === shapeText(shape)) return x;
  const sizes = shape.map((_, axis) => knownSize('Expand', shape, axis));
  const [output] = x.graph.add('Expand', [x, x.graph.integers(sizes)], [{ dtype: x.dtype, shape }]);
  return output as Tensor;
}

/** Joins tensors along an axis; all other sizes are equal. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const first = parts[0];
  if (!first) return refuse('Concat', 'nothing to join');
  const at = resolveAxis('Concat', axis, first.shape);
  for (const part of parts) {
    const fits = part.shape.length === first.shape.length && part.dtype === first.dtype;
    if (!fits || part.shape.some((size, index) => index !== at && size !== first.shape[index])) {
      refuse('Concat', `parts differ beside axis ${at}`, ...parts.map((each) => each.shape));
    }
  }
  const total = parts.every((part) => typeof part.shape[at] === 'number')
    ? parts.reduce((sum, part) => sum + (part.shape[at] as number), 0)
    : parts.map((part) => part.shape[at]).join('+');
  const shape = first.shape.map((size, index) => (index === at ? total : size));
  const [output] = commonGraph('Concat', parts).add('Concat', parts, [{ dtype: first.dtype, shape }], {
    attributes: { axis: { int: at } },
  });
  return output as Tensor;
}

/** Values `start` up to, not including, `end` of one axis of known size. */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  const at = resolveAxis('Slice', axis, x.shape);
  const size = knownSize('Slice', x.shape, at);
  if (start < 0 || end > size || start >= end) refuse('Slice', `[${start}, ${end}) on axis ${at}`, x.shape);
  if (start === 0 && end === size) return x;
  const { graph } = x;
  const shape = x.shape.map((each, index) => (index === at ? end - start : each));
  const inputs = [x, graph.integers([start]), graph.integers([end]), graph.integers([at])];
  const [output] = graph.add('Slice', inputs, [{ dtype: x.dtype, shape }]);
  return output as Tensor;
}

/**
 * What lies along an axis from one place up to, not including, another, where only the running graph knows them. It has no gradient.
 * @param start - int64 [1]
 * @param end - int64 [1]
 * @param size - of the result along the axis: its name, or the number where it is known
 */
export function sliceBetween(x: Tensor, axis: number, start: Tensor, end: Tensor, size: Dim): Tensor {
  const graph = commonGraph('Slice', [x, start, end]);
  const at = resolveAxis('Slice', axis, x.shape);
  const shape = x.shape.map((each, index) => (index === at ? size : each));
  return graph.add('Slice', [x, start, end, graph.integers([at])], [{ dtype: x.dtype, shape }])[0] as Tensor;
}

/**
 * A matrix with some of its columns replaced by one. It has no gradient.
 * @param x - [rows, columns]
 * @param which - bool [columns]
 * @param column - [rows, 1]
 */
export function replaceColumns(x: Tensor, which: Tensor, column: Tensor): Tensor {
  const graph = commonGraph('ScatterElements', [x, which, column]);
  const [rows] = x.shape as [number];
  const apply = (
    operation: Operator,
    inputs: readonly Tensor[],
    dtype: DType,
    shape: Shape,
    attributes: Record<string, Attribute> = {},
  ) => graph.add(operation, inputs, [{ dtype, shape }], { attributes })[0] as Tensor;
  const places = apply('NonZero', [which], 'int64', [1, 'replaced']);
  const all = apply('Expand', [places, graph.integers([rows, 1])], 'int64', [rows, 'replaced']);
  const sizes = apply('Shape', [all], 'int64', [2]);
  const columns = apply('Expand', [column, sizes], x.dtype, [rows, 'replaced']);
  return apply('ScatterElements', [x, all, columns], x.dtype, x.shape, { axis: { int: 1 } });
}

/** Zeros (or another value) before and after along one axis. */
export function padAxis(x: Tensor, axis: number, before: number, after: number, value = 0): Tensor {
  const at = resolveAxis('Pad', axis, x.shape);
  const { graph } = x;
  const pads = [before, after].flatMap((count) => x.shape.map((_, index) => (index === at ? count : 0)));
  const shape = x.shape.map((size, index) =>
    index === at ? knownSize('Pad', x.shape, at) + before + after : size,
  );
  const [output] = graph.add(
    'Pad',
    [x, graph.integers(pads), graph.scalar(value, x.dtype)],
    [{ dtype: x.dtype, shape }],
    {
      attributes: { mode: { string: 'constant' } },
    },
  );
  return output as Tensor;
}

/**
 * Rows (or slices along another axis) chosen by integer indices; the result has the index's shape in place of the axis.
 */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  const at = resolveAxis('Gather', axis, x.shape);
  const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
  const graph = commonGraph('Gather', [x, indices]);
  const [output] = graph.add('Gather', [x, indices], [{ dtype: x.dtype, shape }], {
    attributes: { axis: { int: at } },
  });
  return output as Tensor;
}

/**
 * Columns in another order. Its gradient is the same with the opposite order, without the scattering that picking by any indices needs.
 * @param x - [..., width]
 * @param order - which column stands at each place: every number below the width once
 */
export function permuteColumns(x: Tensor, order: ArrayLike<number>): Tensor {
  const { graph, shape } = x;
  const opposite = new Array<number>(order.length);
  for (let at = 0; at < order.length; at++) opposite[order[at] as number] = at;
  const row = [...shape.slice(1).fill(1), order.length] as number[];
  const columns = graph.constant('order', Array.from(order), row, 'int64');
  // For each row anew: the engine's Gather copies a column's numbers one by one, at ten times the time.
  const sizes = graph.add('Shape', [x], [{ dtype: 'int64', shape: [shape.length] }])[0] as Tensor;
  const all = graph.add('Expand', [columns, sizes], [{ dtype: 'int64', shape }])[0] as Tensor;
  const [output] = graph.add('GatherElements', [x, all], [{ dtype: x.dtype, shape }], {
    attributes: { axis: { int: shape.length - 1 } },
    own: ([upstream]) => (upstream ? [() => permuteColumns(upstream, opposite)] : []),
  });
  return output as Tensor;
}

/**
 * Values picked along one axis by integer indices of the same rank: `out[i][j] = x[i][indices[i][j]]` for axis 1.
 */
export function gatherAlong(x: Tensor, indices: Tensor, axis: number): Tensor {
  const at = resolveAxis('GatherElements', axis, x.shape);
  const [output] = commonGraph('GatherElements', [x, indices]).add(
    'GatherElements',
    [x, indices],
    [{ dtype: x.dtype, shape: indices.shape }],
    { attributes: { axis: { int: at } } },
  );
  return output as Tensor;
}
