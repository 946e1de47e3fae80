/** @file A case, or several, for the gradient of each operator that works on elements, along axes, or moves values. */
import { mul, square, type Tensor } from '../../src/graph/index.ts';
import { type GradientCase, node, nodes } from './finite-differences.ts';

const a34 = { a: [3, 4] };
export const image = { a: [2, 2, 4, 3] };
export const ints = (...values: number[]) => ({ ints: values });
export const int = (value: number) => ({ int: value });
export const string = (value: string) => ({ string: value });
export const integers = (x: Tensor, ...values: number[]) => x.graph.integers(values);
export const numbers = (x: Tensor, ...values: number[]) =>
  x.graph.constant('numbers', values, [values.length]);
const unary = (
  operation: Parameters<typeof node>[0],
  range?: [number, number],
  attributes = {},
): GradientCase => ({
  shapes: a34,
  ...(range && { range }),
  build: ({ a }) => node(operation, [a], attributes),
});
/** Behind something that is not linear, so that values of the input matter. */
export const curved = (x: Tensor) => add1(square(x), x);
const add1 = (a: Tensor, b: Tensor) => node('Add', [a, b]);

export const elementCases: Record<string, GradientCase> = {
  // Arithmetic
  Abs: unary('Abs', [0.1, 1]),
  'Abs of negatives': unary('Abs', [-1, -0.1]),
  Cos: unary('Cos'),
  Erf: unary('Erf'),
  Exp: unary('Exp'),
  Log: unary('Log', [0.5, 2]),
  Neg: unary('Neg'),
  Reciprocal: unary('Reciprocal', [0.5, 2]),
  Sin: unary('Sin'),
  Sqrt: unary('Sqrt', [0.5, 2]),
  Tanh: unary('Tanh'),
  Add: { shapes: { a: [3, 4], b: [4] }, build: ({ a, b }) => node('Add', [a, b]) },
  Sub: { shapes: { a: [3, 1], b: [3, 4] }, build: ({ a, b }) => node('Sub', [a, b]) },
  Mul: { shapes: { a: [3, 1], b: [2, 1, 4] }, build: ({ a, b }) => node('Mul', [a, b]) },
  Div: { shapes: { a: [3, 4], b: [4] }, range: [0.5, 2], build: ({ a, b }) => node('Div', [a, b]) },
  'Sum of three': {
    shapes: { a: [3, 4], b: [4], c: [3, 1] },
    build: ({ a, b, c }) => square(node('Sum', [a, b, c])),
  },
  'Max of two': { shapes: { a: [3, 4], b: [4] }, build: ({ a, b }) => node('Max', [a, b]) },
  'Max of three': {
    shapes: { a: [3, 4], b: [4], c: [3, 1] },
    build: ({ a, b, c }) => node('Max', [a, b, c]),
  },
  'Min of three': {
    shapes: { a: [3, 4], b: [3, 4], c: [1] },
    build: ({ a, b, c }) => node('Min', [a, b, c]),
  },
  'Min of one': { shapes: a34, build: ({ a }) => node('Min', [a]) },
  'Pow, both': { shapes: { a: [3, 4], b: [4] }, range: [0.5, 2], build: ({ a, b }) => node('Pow', [a, b]) },
  'Pow, a constant exponent': { shapes: a34, build: ({ a }) => node('Pow', [a, a!.graph.scalar(3)]) },
  'Pow, exponents of their own': {
    shapes: { a: [2, 3] },
    range: [0.5, 2],
    build: ({ a }) => node('Pow', [a, numbers(a!, 2, 3, -0.5)]),
  },
  // Activations
  Clip: { shapes: a34, build: ({ a }) => node('Clip', [a, a!.graph.scalar(-0.5), a!.graph.scalar(0.4)]) },
  'Clip from below': { shapes: a34, build: ({ a }) => node('Clip', [a, a!.graph.scalar(-0.2)]) },
  'Clip from above': { shapes: a34, build: ({ a }) => node('Clip', [a, undefined, a!.graph.scalar(0.2)]) },
  Elu: unary('Elu', [-2, 2], { alpha: { float: 0.7 } }),
  HardSigmoid: unary('HardSigmoid', [-4, 4], { alpha: { float: 0.3 } }),
  HardSwish: unary('HardSwish', [-4, 4]),
  LeakyRelu: unary('LeakyRelu'),
  LogSoftmax: { shapes: { a: [2, 3, 2] }, build: ({ a }) => node('LogSoftmax', [a], { axis: int(1) }) },
  Mish: unary('Mish', [-3, 3]),
  PRelu: { shapes: { a: [2, 3, 4], s: [3, 1] }, build: ({ a, s }) => node('PRelu', [a, s]) },
  Relu: unary('Relu'),
  Selu: unary('Selu', [-2, 2]),
  Sigmoid: unary('Sigmoid'),
  Softmax: { shapes: a34, build: ({ a }) => node('Softmax', [a]) },
  'Softmax over an axis before': {
    shapes: { a: [2, 3, 2] },
    build: ({ a }) => node('Softmax', [a], { axis: int(1) }),
  },
  Softplus: unary('Softplus'),
  // Choices
  Where: {
    shapes: { a: [3, 1], b: [4] },
    build: ({ a, b }) => node('Where', [node('Less', [a, b]), node('Exp', [a]), b]),
  },
  Cast: { shapes: a34, build: ({ a }) => node('Cast', [node('Cast', [a], { to: int(11) })], { to: int(1) }) },
  // Reductions
  GlobalAveragePool: { shapes: image, build: ({ a }) => node('GlobalAveragePool', [curved(a!)]) },
  GlobalMaxPool: { shapes: { a: [2, 3, 3, 2] }, build: ({ a }) => node('GlobalMaxPool', [a]) },
  ReduceL2: { shapes: { a: [2, 3, 4] }, build: ({ a }) => node('ReduceL2', [a, integers(a!, -2)]) },
  ReduceMax: {
    shapes: { a: [2, 3, 4] },
    build: ({ a }) => node('ReduceMax', [a, integers(a!, 0, 2)], { keepdims: int(0) }),
  },
  ReduceMin: { shapes: { a: [2, 3, 4] }, build: ({ a }) => node('ReduceMin', [a, integers(a!, 1)]) },
  ReduceMean: {
    shapes: { a: [2, 3, 4] },
    build: ({ a }) => node('ReduceMean', [curved(a!), integers(a!, -1)]),
  },
  'ReduceMean of all': { shapes: a34, build: ({ a }) => node('ReduceMean', [curved(a!)]) },
  'ReduceSum, axes not kept': {
    shapes: { a: [2, 3, 4] },
    build: ({ a }) => node('ReduceSum', [curved(a!), integers(a!, 0, -1)], { keepdims: int(0) }),
  },
  'ReduceSum over no axes': {
    shapes: a34,
    build: ({ a }) => node('ReduceSum', [curved(a!)], { noop_with_empty_axes: int(1) }),
  },
  'TopK, smallest along the first axis': {
    shapes: { a: [5, 2] },
    build: ({ a }) => nodes('TopK', [a, integers(a!, 2)], { axis: int(0), largest: int(0) }, 2)[0]!,
  },
  // Movement
  Concat: {
    shapes: { a: [2, 3], b: [2, 1] },
    build: ({ a, b }) => node('Concat', [a, curved(b!), a], { axis: int(-1) }),
  },
  'Dropout in use': { shapes: a34, build: ({ a }) => node('Dropout', [curved(a!)]) },
  Expand: { shapes: { a: [3, 1] }, build: ({ a }) => node('Expand', [curved(a!), integers(a!, 2, 1, 4)]) },
  Flatten: { shapes: { a: [2, 3, 2] }, build: ({ a }) => node('Flatten', [curved(a!)], { axis: int(2) }) },
  Gather: {
    shapes: { a: [2, 5, 3] },
    build: ({ a }) =>
      node('Gather', [a, a!.graph.constant('at', [1, 4, 1, -2], [2, 2], 'int64')], { axis: int(1) }),
  },
  'Gather of one': {
    shapes: { a: [2, 5, 3] },
    build: ({ a }) => node('Gather', [a, a!.graph.constant('at', [3], [], 'int32')], { axis: int(2 - 1) }),
  },
  GatherElements: {
    shapes: { a: [3, 4] },
    build: ({ a }) =>
      node('GatherElements', [a, a!.graph.constant('at', [1, 1, 3, 0, 2, 2], [3, 2], 'int64')], {
        axis: int(1),
      }),
  },
  GatherND: {
    shapes: { a: [3, 4, 2] },
    build: ({ a }) => node('GatherND', [a, a!.graph.constant('at', [0, 1, 2, 3, 0, 1], [3, 2], 'int64')]),
  },
  Identity: unary('Identity'),
  'Pad, constant, along two axes, one of them cut': {
    shapes: a34,
    build: ({ a }) => node('Pad', [a, integers(a!, 1, -1, 2, 1), a!.graph.scalar(0.3)]),
  },
  'Pad, some axes': {
    shapes: { a: [2, 3, 4] },
    build: ({ a }) => node('Pad', [a, integers(a!, 1, 2), undefined, integers(a!, -2)]),
  },
  'Pad, mirrored': {
    shapes: { a: [1, 2, 4, 3] },
    build: ({ a }) => node('Pad', [a, integers(a!, 0, 0, 2, 1, 0, 0, 1, 2)], { mode: string('reflect') }),
  },
  'Pad, the border repeated': {
    shapes: a34,
    build: ({ a }) => node('Pad', [a, integers(a!, 0, 2, 1, 0)], { mode: string('edge') }),
  },
  Reshape: { shapes: a34, build: ({ a }) => node('Reshape', [curved(a!), integers(a!, 0, 2, -1)]) },
  ScatterElements: {
    shapes: { a: [3, 4], u: [3, 2] },
    build: ({ a, u }) =>
      node('ScatterElements', [a, a!.graph.constant('at', [1, 0, 3, 0, 2, 1], [3, 2], 'int64'), u], {
        axis: int(1),
      }),
  },
  'ScatterElements, adding': {
    shapes: { a: [3, 4], u: [3, 2] },
    build: ({ a, u }) =>
      node('ScatterElements', [a, a!.graph.constant('at', [1, 1, 3, 0, 2, 2], [3, 2], 'int64'), u], {
        axis: int(1),
        reduction: string('add'),
      }),
  },
  ScatterND: {
    shapes: { a: [4, 3], u: [2, 3] },
    build: ({ a, u }) => node('ScatterND', [a, a!.graph.constant('at', [2, 0], [2, 1], 'int64'), u]),
  },
  'ScatterND, adding': {
    shapes: { a: [4, 3], u: [2, 3] },
    build: ({ a, u }) =>
      node('ScatterND', [a, a!.graph.constant('at', [2, 2], [2, 1], 'int64'), u], {
        reduction: string('add'),
      }),
  },
  'Slice of two axes, from behind': {
    shapes: { a: [5, 4] },
    build: ({ a }) => node('Slice', [a, integers(a!, 1, -3), integers(a!, 100, -1), integers(a!, 0, 1)]),
  },
  'Slice with steps': {
    shapes: { a: [3, 7] },
    build: ({ a }) =>
      node('Slice', [a, integers(a!, 6), integers(a!, -100), integers(a!, 1), integers(a!, -2)]),
  },
  Split: {
    shapes: { a: [5, 4] },
    build: ({ a }) => {
      const [first, , last] = nodes('Split', [curved(a!), integers(a!, 1, 2, 2)], { axis: int(0) }, 3);
      return mul(first!, last!);
    },
  },
  'Split into parts that are not equal': {
    shapes: { a: [2, 5] },
    build: ({ a }) => {
      const [first, last] = nodes('Split', [a], { axis: int(-1), num_outputs: int(2) }, 2);
      return node('Concat', [square(last!), first], { axis: int(1) });
    },
  },
  Squeeze: { shapes: { a: [1, 3, 1] }, build: ({ a }) => node('Squeeze', [curved(a!), integers(a!, 0)]) },
  'Squeeze of all': { shapes: { a: [1, 3, 1, 2] }, build: ({ a }) => node('Squeeze', [curved(a!)]) },
  Tile: { shapes: { a: [2, 3] }, build: ({ a }) => node('Tile', [curved(a!), integers(a!, 3, 1)]) },
  'Tile along two axes': { shapes: { a: [2, 3] }, build: ({ a }) => node('Tile', [a, integers(a!, 2, 2)]) },
  Transpose: { shapes: { a: [2, 3, 4] }, build: ({ a }) => node('Transpose', [curved(a!)]) },
  'Transpose by an order': {
    shapes: { a: [2, 3, 4] },
    build: ({ a }) => node('Transpose', [a], { perm: ints(1, 2, 0) }),
  },
  Unsqueeze: { shapes: a34, build: ({ a }) => node('Unsqueeze', [curved(a!), integers(a!, 0, -1)]) },
};
