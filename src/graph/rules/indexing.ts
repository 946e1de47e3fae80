/** @file Gradients of values picked and put by indices; what was picked several times gets the sum. */
import { intOf, stringOf } from '../attributes.ts';
import type { Node } from '../node.ts';
import { cast } from '../ops/elementwise.ts';
import { gatherAlong, reshape, transpose } from '../ops/shape.ts';
import { type Dim, resolveAxis, type Tensor } from '../tensor.ts';
import { apply, type GradientRule, input, noGradient, ofFirst, type Rules, unary } from './rule.ts';
import { zerosLike } from './sizes.ts';

const adding = { reduction: { string: 'add' } } as const;

/** Zeros like `like`, with rows of `updates` added at `indices`. */
function rowsAdded(like: Tensor, indices: Tensor, updates: Tensor): Tensor {
  const zeros = zerosLike(like);
  const positions = cast(reshape(indices, [...indices.shape, 1]), 'int64');
  return apply('ScatterND', [zeros, positions, updates], like, adding);
}

/** Zeros like `like`, with `updates` added along an axis. */
function addedAlong(like: Tensor, indices: Tensor, updates: Tensor, axis: number): Tensor {
  return apply('ScatterElements', [zerosLike(like), indices, updates], like, {
    axis: { int: axis },
    ...adding,
  });
}

/** Rows along another axis: that axis goes to the front and back again. */
const gatherBack = unary((upstream, x, _, node) => {
  const indices = input(node, 1);
  const at = resolveAxis('Gather', intOf(node.attributes, 'axis', 0), x.shape);
  if (at === 0) return rowsAdded(x, indices, upstream);
  const axes = [...x.shape.keys()];
  const toFront = [at, ...axes.filter((axis) => axis !== at)];
  const back = axes.map((axis) => toFront.indexOf(axis));
  const chosen = indices.shape.length;
  const all = [...upstream.shape.keys()];
  const updates = transpose(upstream, [
    ...all.slice(at, at + chosen),
    ...all.slice(0, at),
    ...all.slice(at + chosen),
  ]);
  // Of known sizes the shape alone is of use.
  const known = x.shape.every((size) => typeof size === 'number');
  const like = known ? { ...x, shape: toFront.map((axis) => x.shape[axis] as Dim) } : transpose(x, toFront);
  return transpose(rowsAdded(like, indices, updates), back);
});

/** What is put over or added to: the rest keeps its gradient, and what is put takes its own from its places. */
function scatterBack(
  over: (upstream: Tensor, indices: Tensor, zeros: Tensor, node: Node) => Tensor,
  picked: (upstream: Tensor, indices: Tensor, updates: Tensor, node: Node) => Tensor,
): GradientRule {
  return ofFirst((upstream, node) => {
    const [indices, updates] = [input(node, 1), input(node, 2)];
    const reduction = stringOf(node.attributes, 'reduction', 'none');
    if (reduction !== 'add' && reduction !== 'none')
      noGradient(node, 'it multiplies or compares what it puts');
    return [
      () => (reduction === 'add' ? upstream : over(upstream, indices, zerosLike(updates), node)),
      undefined,
      () => picked(upstream, indices, updates, node),
    ];
  });
}

const axisOf = ({ attributes }: Node, otherwise = 0) => intOf(attributes, 'axis', otherwise);

export const indexingRules = {
  Gather: gatherBack,
  GatherElements: unary((upstream, x, _, node) => addedAlong(x, input(node, 1), upstream, axisOf(node))),
  GatherND: unary((upstream, x, _, node) => {
    if (intOf(node.attributes, 'batch_dims', 0) !== 0) noGradient(node, 'it gathers by batches');
    return apply('ScatterND', [zerosLike(x), input(node, 1), upstream], x, adding);
  }),
  ScatterElements: scatterBack(
    (upstream, indices, zeros, node) =>
      apply('ScatterElements', [upstream, indices, zeros], upstream, { axis: { int: axisOf(node) } }),
    (upstream, indices, _, node) => gatherAlong(upstream, indices, axisOf(node)),
  ),
  ScatterND: scatterBack(
    (upstream, indices, zeros) => apply('ScatterND', [upstream, indices, zeros], upstream),
    (upstream, indices, updates) => apply('GatherND', [upstream, indices], updates),
  ),
  TopK: unary((upstream, x, _, node) => {
    const indices = node.outputs[1] ?? noGradient(node, 'its indices are not given out');
    return addedAlong(x, indices, upstream, axisOf(node, -1));
  }),
} satisfies Rules;
