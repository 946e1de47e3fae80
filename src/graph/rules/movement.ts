/** @file Gradients of operators that move values without changing them: the way back. */
import { intOf, intsOf, stringOf } from '../attributes.ts';
import type { Node } from '../node.ts';
import { sum, sumTo } from '../ops/reduce.ts';
import { concat, padAxis, reshape, slice, transpose } from '../ops/shape.ts';
import { type Dim, knownSize, resolveAxis } from '../tensor.ts';
import { mappedBack } from './axis-maps.ts';
import { type GradientRule, input, knownNumbers, noGradient, ofFirst, type Rules, unary } from './rule.ts';
import { reshapeLike, zerosLike } from './sizes.ts';

const reshaped = unary((upstream, x) => reshapeLike(upstream, x));
const passed = unary((upstream) => upstream);

/** The axes that a Slice or Pad is about: an input, or all in order. */
function axesSaid(node: Node, position: number, count: number): number[] {
  const { shape } = input(node, 0);
  const said = node.inputs[position] ? knownNumbers(node, position) : [...Array(count).keys()];
  return said.map((axis) => resolveAxis(node.operation, axis, shape));
}

/** Zeros stand where nothing was taken; with steps the way back is a product with a matrix of ones and zeros. */
const sliceBack = unary((upstream, x, _, node) => {
  const [starts, ends] = [knownNumbers(node, 1), knownNumbers(node, 2)];
  const axes = axesSaid(node, 3, starts.length);
  const steps = node.inputs[4] ? knownNumbers(node, 4) : starts.map(() => 1);
  let result = upstream;
  axes.forEach((axis, index) => {
    const [start, end, step] = [starts[index], ends[index], steps[index]] as [number, number, number];
    const size = knownSize('Slice', x.shape, axis);
    if (step !== 1) {
      const { graph } = x;
      result = mappedBack(result, axis, size, x.dtype, (unit, count) =>
        graph.add(
          'Slice',
          [unit, ...[[start], [end], [1], [step]].map((each) => graph.integers(each))],
          [{ dtype: x.dtype, shape: [size, count] }],
        ),
      );
      return;
    }
    const clamped = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
    if (clamped(start) > 0 || clamped(end) < size)
      result = padAxis(result, axis, clamped(start), size - clamped(end));
  });
  return result;
});

/** What was padded is cut off; a border that repeats the inside gives its gradient back to it. */
const padBack = unary((upstream, x, _, node) => {
  const pads = knownNumbers(node, 1);
  const axes = axesSaid(node, 3, pads.length / 2);
  const mode = stringOf(node.attributes, 'mode', 'constant');
  let result = upstream;
  axes.forEach((axis, index) => {
    const [before, after] = [pads[index], pads[axes.length + index]] as [number, number];
    if (before === 0 && after === 0) return;
    const size = knownSize('Pad', x.shape, axis);
    if (mode !== 'constant') {
      const { graph } = x;
      result = mappedBack(result, axis, size, x.dtype, (unit, count) =>
        graph.add(
          'Pad',
          [unit, graph.integers([0, before, 0, after])],
          [{ dtype: x.dtype, shape: [size, count] }],
          { attributes: { mode: { string: mode } } },
        ),
      );
      return;
    }
    const [start, kept] = [Math.max(before, 0), size + Math.min(before, 0) + Math.min(after, 0)];
    result = slice(result, axis, start, start + kept);
    if (before < 0 || after < 0) result = padAxis(result, axis, Math.max(-before, 0), Math.max(-after, 0));
  });
  return result;
});

const parts: GradientRule = (node, upstream) => {
  if (upstream.every((each) => each === undefined)) return [];
  return [
    () => {
      const filled = node.outputs.map((output, index) => upstream[index] ?? zerosLike(output));
      return concat(filled, intOf(node.attributes, 'axis', 0));
    },
  ];
};

/** Each repeated axis as two: the repetitions, which are added up, and what is repeated. */
const tileBack = unary((upstream, x, _, node) => {
  const repeats = knownNumbers(node, 1);
  const split: Dim[] = [];
  const added: number[] = [];
  x.shape.forEach((size, axis) => {
    const times = repeats[axis] as number;
    if (times !== 1) {
      added.push(split.length);
      split.push(times);
    }
    split.push(size);
  });
  return added.length === 0 ? upstream : sum(reshape(upstream, split), { axes: added });
});

const transposeBack = unary((upstream, x, _, { attributes }) => {
  const order = intsOf(attributes, 'perm') ?? [...x.shape.keys()].reverse();
  return transpose(
    upstream,
    order.map((_, axis) => order.indexOf(axis)),
  );
});

const concatBack = ofFirst((upstream, node) => {
  const all = node.inputs.map((_, position) => input(node, position));
  const at = resolveAxis('Concat', intOf(node.attributes, 'axis', 0), upstream.shape);
  let start = 0;
  return all.map((part) => {
    const from = start;
    start += knownSize('Concat', part.shape, at);
    const end = start;
    return () => slice(upstream, at, from, end);
  });
});

const made = { constant: 'its result does not come from numbers that can change' };

export const movementRules = {
  Concat: concatBack,
  Constant: made,
  ConstantOfShape: made,
  Dropout: unary((upstream, _, __, node) => {
    if (node.inputs[2] && node.inputs[2].values?.[0] !== 0)
      noGradient(node, 'it may be in training, where it drops values by chance');
    return upstream;
  }),
  Expand: unary((upstream, x) => sumTo(upstream, x.shape)),
  Flatten: reshaped,
  Identity: passed,
  NonZero: made,
  Pad: padBack,
  Range: made,
  Reshape: reshaped,
  Shape: made,
  Size: made,
  Slice: sliceBack,
  Split: parts,
  Squeeze: reshaped,
  Tile: tileBack,
  Transpose: transposeBack,
  Unsqueeze: reshaped,
} satisfies Rules;
