/** @file Shapes of sums, extrema and indices along axes, and of global pooling. */
import { intOf, intsOf } from '../attributes.ts';
import { axesOf, axisOf, type Known, numbersOf, type ShapeRule, type ShapeRules } from './known.ts';

function without(x: Known, axes: readonly number[], keep: boolean): Known {
  const shape = keep
    ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : x.shape.filter((_, axis) => !axes.includes(axis));
  return { dtype: x.dtype, shape };
}

const reduced: ShapeRule = ([x, said], attributes) => {
  if (!x) return undefined;
  const given = said ? numbersOf(said) : (intsOf(attributes, 'axes') ?? []);
  if (!given) return undefined;
  const all = intOf(attributes, 'noop_with_empty_axes', 0) === 1 ? [] : [...x.shape.keys()];
  const axes = given.length > 0 ? axesOf(given, x.shape.length) : all;
  return axes && [without(x, axes, intOf(attributes, 'keepdims', 1) === 1)];
};

const indexed: ShapeRule = ([x], attributes) => {
  const axis = x && axisOf(intOf(attributes, 'axis', 0), x.shape.length);
  if (axis === undefined) return undefined;
  return [{ ...without(x as Known, [axis], intOf(attributes, 'keepdims', 1) === 1), dtype: 'int64' }];
};

const globallyPooled: ShapeRule = ([x]) =>
  x && [{ dtype: x.dtype, shape: x.shape.map((size, axis) => (axis < 2 ? size : 1)) }];

const largest: ShapeRule = ([x, k], attributes) => {
  const axis = x && axisOf(intOf(attributes, 'axis', -1), x.shape.length);
  const [count] = numbersOf(k) ?? [];
  if (!x || axis === undefined || count === undefined) return undefined;
  const shape = x.shape.map((size, at) => (at === axis ? count : size));
  return [
    { dtype: x.dtype, shape },
    { dtype: 'int64', shape },
  ];
};

export const reductionShapes = {
  ArgMax: indexed,
  ArgMin: indexed,
  GlobalAveragePool: globallyPooled,
  GlobalMaxPool: globallyPooled,
  ReduceL2: reduced,
  ReduceMax: reduced,
  ReduceMean: reduced,
  ReduceMin: reduced,
  ReduceSum: reduced,
  TopK: largest,
} satisfies ShapeRules;
