/** @file Gradients of values picked and put by indices; what was picked several times gets the sum. */
import { intOf, stringOf } from '../attributes.ts';
import { cast } from '../ops/elementwise.ts';
import { gatherAlong, reshape, transpose } from '../ops/shape.ts';
import { resolveAxis, type Tensor } from '../tensor.ts';
import { apply, input, noGradient, ofFirst, type Rules } from './rule.ts';
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
const gatherBack = ofFirst((upstream, node) => {
  const [x, indices] = [input(node, 0), input(node, 1)];
  const at = resolveAxis('Gather', intOf(node.attributes, 'axis', 0), x.shape);
  if (at === 0) return [rowsAdded(x, indices, upstream)];
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
  return [transpose(rowsAdded(transpose(x, toFront), indices, updates), back)];
});

export const indexingRules = {
  Gather: gatherBack,
  GatherElements: ofFirst((upstream, node) => [
    addedAlong(input(node, 0), input(node, 1), upstream, intOf(node.attributes, 'axis', 0)),
  ]),
  GatherND: ofFirst((upstream, node) => {
    if (intOf(node.attributes, 'batch_dims', 0) !== 0) noGradient(node, 'it gathers by batches');
    return [
      apply('ScatterND', [zerosLike(input(node, 0)), input(node, 1), upstream], input(node, 0), adding),
    ];
  }),
  ScatterElements: ofFirst((upstream, node) => {
    const [indices, updates] = [input(node, 1), input(node, 2)];
    const axis = intOf(node.attributes, 'axis', 0);
    const picked = gatherAlong(upstream, indices, axis);
    switch (stringOf(node.attributes, 'reduction', 'none')) {
      case 'add':
        return [upstream, undefined, picked];
      case 'none': {
        const inputs = [upstream, indices, zerosLike(updates)];
        return [apply('ScatterElements', inputs, upstream, { axis: { int: axis } }), undefined, picked];
      }
      default:
        return noGradient(node, 'it multiplies or compares what it puts');
    }
  }),
  ScatterND: ofFirst((upstream, node) => {
    const [indices, updates] = [input(node, 1), input(node, 2)];
    const picked = apply('GatherND', [upstream, indices], updates);
    switch (stringOf(node.attributes, 'reduction', 'none')) {
      case 'add':
        return [upstream, undefined, picked];
      case 'none':
        return [apply('ScatterND', [upstream, indices, zerosLike(updates)], upstream), undefined, picked];
      default:
        return noGradient(node, 'it multiplies or compares what it puts');
    }
  }),
  TopK: ofFirst((upstream, node) => {
    const indices = node.outputs[1] ?? noGradient(node, 'its indices are not given out');
    return [addedAlong(input(node, 0), indices, upstream, intOf(node.attributes, 'axis', -1))];
  }),
} satisfies Rules;
