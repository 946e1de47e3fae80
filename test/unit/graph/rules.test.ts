/**
 * @file The rule of each operator against central differences: of nodes that are built, and of the same nodes in an ONNX file that
 * is attached, where shapes have to be worked out as well.
 */
import { describe, expect, it } from 'vitest';
import {
  Graph,
  gather,
  gradients,
  mean,
  mul,
  type Operator,
  reduceMax,
  square,
  sum,
  type Tensor,
} from '../../../src/graph/index.ts';
import { rules } from '../../../src/graph/rules/index.ts';
import type { RuleEntry } from '../../../src/graph/rules/rule.ts';
import { float32, floats } from '../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../src/runtime/node.ts';
import {
  exactGradients,
  expectGradients,
  type GradientCase,
  node,
  nodes,
  throughFile,
  weighted,
} from '../../helpers/finite-differences.ts';
import { runGraph } from '../../helpers/run-graph.ts';

const a34 = { a: [3, 4] };
const image = { a: [2, 2, 4, 3] };
const ints = (...values: number[]) => ({ ints: values });
const int = (value: number) => ({ int: value });
const string = (value: string) => ({ string: value });
const integers = (x: Tensor, ...values: number[]) => x.graph.integers(values);
const numbers = (x: Tensor, ...values: number[]) => x.graph.constant('numbers', values, [values.length]);
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
const curved = (x: Tensor) => add1(square(x), x);
const add1 = (a: Tensor, b: Tensor) => node('Add', [a, b]);

const cases: Record<string, GradientCase> = {
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
  // Resizing
  'Resize, nearest by scales': {
    shapes: { a: [1, 2, 3, 4] },
    build: ({ a }) =>
      node('Resize', [a, undefined, numbers(a!, 1, 1, 2, 1.5)], {
        mode: string('nearest'),
        coordinate_transformation_mode: string('asymmetric'),
        nearest_mode: string('floor'),
      }),
  },
  'Resize, bilinear to sizes': {
    shapes: { a: [2, 1, 3, 5] },
    build: ({ a }) =>
      node('Resize', [a, undefined, undefined, integers(a!, 2, 1, 7, 4)], { mode: string('linear') }),
  },
  'Resize, bilinear with aligned corners': {
    shapes: { a: [1, 1, 3, 4] },
    build: ({ a }) =>
      node('Resize', [a, undefined, undefined, integers(a!, 1, 1, 6, 7)], {
        mode: string('linear'),
        coordinate_transformation_mode: string('align_corners'),
      }),
  },
  'Resize, antialiased, of some axes': {
    shapes: { a: [1, 1, 8, 6] },
    build: ({ a }) =>
      node('Resize', [a, undefined, undefined, integers(a!, 3, 4)], {
        mode: string('linear'),
        antialias: int(1),
        axes: ints(2, 3),
      }),
  },
  'Resize, cubic': {
    shapes: { a: [1, 1, 4, 4] },
    build: ({ a }) => node('Resize', [a, undefined, numbers(a!, 1, 1, 1.5, 2)], { mode: string('cubic') }),
  },
  // Networks
  MatMul: { shapes: { a: [3, 4], b: [4, 2] }, build: ({ a, b }) => node('MatMul', [a, b]) },
  'MatMul of batches': {
    shapes: { a: [2, 1, 3, 2], b: [3, 2, 2] },
    build: ({ a, b }) => node('MatMul', [a, b]),
  },
  Gemm: {
    shapes: { a: [4, 3], b: [2, 4], c: [3, 1] },
    build: ({ a, b, c }) =>
      node('Gemm', [a, b, c], {
        transA: int(1),
        transB: int(1),
        alpha: { float: 0.5 },
        beta: { float: 2 },
      }),
  },
  'Gemm with a row': {
    shapes: { a: [3, 4], b: [4, 2], c: [2] },
    build: ({ a, b, c }) => node('Gemm', [a, b, c], { beta: { float: 0.5 } }),
  },
  Conv: {
    shapes: { a: [2, 3, 6, 5], w: [4, 3, 3, 2], b: [4] },
    build: ({ a, w, b }) => node('Conv', [a, w, b], { pads: ints(1, 0, 1, 1) }),
  },
  'Conv, strides that leave a rest': {
    shapes: { a: [2, 2, 8, 7], w: [2, 2, 3, 2] },
    build: ({ a, w }) => node('Conv', [a, w], { strides: ints(2, 3), pads: ints(1, 1, 1, 0) }),
  },
  'Conv, groups and dilations': {
    shapes: { a: [2, 4, 7, 6], w: [6, 2, 3, 2] },
    build: ({ a, w }) =>
      node('Conv', [a, w], { group: int(2), dilations: ints(2, 3), pads: ints(1, 2, 0, 1) }),
  },
  'Conv, a filter for each channel': {
    shapes: { a: [2, 3, 5, 5], w: [3, 1, 3, 3] },
    build: ({ a, w }) =>
      node('Conv', [a, w], { group: int(3), strides: ints(2, 2), auto_pad: string('SAME_UPPER') }),
  },
  'Conv along one axis': {
    shapes: { a: [2, 2, 9], w: [3, 2, 4] },
    build: ({ a, w }) => node('Conv', [a, w], { strides: ints(4), auto_pad: string('SAME_LOWER') }),
  },
  ConvTranspose: {
    shapes: { a: [2, 3, 3, 2], w: [3, 2, 3, 2], b: [2] },
    build: ({ a, w, b }) =>
      node('ConvTranspose', [a, w, b], {
        strides: ints(2, 3),
        pads: ints(1, 0, 0, 1),
        output_padding: ints(1, 2),
      }),
  },
  'ConvTranspose, groups': {
    shapes: { a: [1, 4, 3, 3], w: [4, 2, 2, 2] },
    build: ({ a, w }) => node('ConvTranspose', [a, w], { group: int(2), dilations: ints(2, 1) }),
  },
  AveragePool: {
    shapes: image,
    build: ({ a }) => node('AveragePool', [curved(a!)], { kernel_shape: ints(2, 2), strides: ints(2, 1) }),
  },
  'AveragePool, padding left out of the mean': {
    shapes: { a: [1, 2, 5, 5] },
    build: ({ a }) => node('AveragePool', [a], { kernel_shape: ints(3, 2), pads: ints(1, 1, 1, 0) }),
  },
  'AveragePool, padding in the mean': {
    shapes: { a: [1, 2, 5, 5] },
    build: ({ a }) =>
      node('AveragePool', [a], {
        kernel_shape: ints(3, 3),
        pads: ints(1, 1, 1, 1),
        strides: ints(2, 2),
        count_include_pad: int(1),
      }),
  },
  'AveragePool, sizes rounded up': {
    shapes: { a: [1, 2, 6, 5] },
    build: ({ a }) =>
      node('AveragePool', [a], { kernel_shape: ints(3, 2), strides: ints(2, 2), ceil_mode: int(1) }),
  },
  MaxPool: {
    shapes: { a: [2, 2, 6, 5] },
    build: ({ a }) =>
      node('MaxPool', [a], { kernel_shape: ints(3, 3), strides: ints(2, 2), pads: ints(1, 1, 1, 1) }),
  },
  'MaxPool, sizes rounded up, dilated': {
    shapes: { a: [1, 2, 7, 7] },
    build: ({ a }) =>
      node('MaxPool', [a], {
        kernel_shape: ints(2, 2),
        strides: ints(2, 3),
        dilations: ints(2, 1),
        ceil_mode: int(1),
      }),
  },
  BatchNormalization: {
    shapes: { a: [2, 3, 2, 2], gain: [3], shift: [3], mean: [3], variance: [3] },
    range: [0.4, 2],
    build: ({ a, gain, shift, mean, variance }) =>
      node('BatchNormalization', [a, gain, shift, mean, variance], { epsilon: { float: 1e-2 } }),
  },
  InstanceNormalization: {
    shapes: { a: [2, 3, 3, 2], gain: [3], shift: [3] },
    build: ({ a, gain, shift }) =>
      node('InstanceNormalization', [a, gain, shift], { epsilon: { float: 1e-2 } }),
  },
  LayerNormalization: {
    shapes: { a: [2, 3, 4], gain: [4], shift: [4] },
    build: ({ a, gain, shift }) => node('LayerNormalization', [a, gain, shift], { epsilon: { float: 1e-2 } }),
  },
  'LayerNormalization over two axes': {
    shapes: { a: [2, 3, 4], gain: [3, 4] },
    build: ({ a, gain }) => node('LayerNormalization', [a, gain], { axis: int(1), epsilon: { float: 1e-2 } }),
  },
};

describe('rules against central differences', () => {
  it.each(Object.entries(cases))('%s', async (name, test) => {
    const direct = await expectGradients(name, test);
    const attached = await exactGradients(name, { ...test, build: throughFile(test) });
    const close = (found: readonly number[], expected: readonly number[], what: string) =>
      expected.forEach((value, at) => {
        expect(found[at], `${what}[${at}] through a file`).toBeCloseTo(value, 4);
      });
    close(attached.value.data, direct.value.data, 'result');
    for (const [input, { data }] of Object.entries(direct.slopes))
      close(attached.slopes[input]!.data, data, input);
  });

  it.each(Object.entries(cases))('%s: nothing is computed that nobody reads', (_, { shapes, build }) => {
    for (const target of Object.keys(shapes)) {
      const graph = new Graph();
      const inputs = Object.fromEntries(
        Object.entries(shapes).map(([name, shape]) => [name, graph.input(name, 'float32', shape)]),
      );
      const value = weighted(build(inputs));
      graph.output('slope', gradients(value, [inputs[target]!])[0]!);
      graph.output('value', value);
      const all = graph.toModel().graph;
      const used = new Set(all.output!.map(({ name }) => name));
      const idle = all.node!.toReversed().filter(({ input = [], output = [] }) => {
        if (!output.some((name) => used.has(name))) return true;
        for (const name of input) used.add(name);
        return false;
      });
      expect(idle, `by ${target}`).toEqual([]);
    }
  });

  it('there is a case for each operator that has a rule', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 2]);
    expect(x.producer).toBeUndefined();
    const ruled = Object.entries(rules).flatMap(([name, entry]) =>
      typeof entry === 'function' ? [name] : [],
    );
    const tested = new Set(Object.keys(cases).map((name) => name.split(/[ ,]/)[0]));
    expect(ruled.filter((name) => !tested.has(name))).toEqual([]);
  });
});

describe('the table', () => {
  it('does not compile without an entry, nor does a node of an unknown operator; at run time it is named', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 2]);
    // @ts-expect-error no operator of the table
    const [made] = graph.add('Unheard', [x], [x]);
    // @ts-expect-error Add lacks its entry
    const incomplete: Record<Operator, RuleEntry> = { ...rules, Add: undefined };
    expect(incomplete.Add).toBeUndefined();
    expect(() => gradients(sum(made!), [x])).toThrow(
      /^Unheard\(\[2, 2\]\): no gradient: no rule is known for Unheard\.$/,
    );
  });

  it.each(['Floor', 'Ceil', 'Round', 'Sign'] as const)('%s is constant between jumps', async (operation) => {
    const { slope } = await runGraph({ x: { data: [0.3, -1.6], shape: [2] } }, (_, { x }) => ({
      slope: gradients(sum(mul(node(operation, [x]), x!)), [x!])[0]!,
    }));
    expect(slope!.data).toEqual({ Floor: [0, -2], Ceil: [1, -1], Round: [0, -2], Sign: [1, -1] }[operation]);
  });
});

describe('sizes that are known only when the graph runs', () => {
  const builders: Record<string, (x: Tensor) => Tensor> = {
    'mean of all': (x) => mean(square(x)),
    'mean over an axis': (x) => sum(square(mean(x, { axes: [1] }))),
    'largest over an axis': (x) => sum(square(reduceMax(x, { axes: [0] }))),
    'rows by index': (x) => sum(square(gather(x, x.graph.constant('at', [1, 0, 1], [3], 'int64')))),
    'two names in one shape': (x) =>
      sum(square(node('Squeeze', [node('Unsqueeze', [x, integers(x, 0)]), integers(x, 0)]))),
    'sizes that vanish': (x) => sum(square(node('ReduceSum', [x, integers(x, 0, 1)], { keepdims: int(0) }))),
  };
  it.each(Object.entries(builders))('%s', async (_, build) => {
    const data = [0.5, -1, 2, 0.25, 3, -0.75];
    const known = await runGraph({ x: { data, shape: [2, 3] } }, (__, { x }) => ({
      slope: gradients(build(x!), [x!])[0]!,
      none: gradients(sum(x!.graph.constant('c', [1], [1])), [x!])[0]!,
    }));
    const graph = new Graph();
    const x = graph.input('x', 'float32', ['N', 'M']);
    graph.output('slope', gradients(build(x), [x])[0]!);
    graph.output('none', gradients(sum(graph.constant('c', [1], [1])), [x])[0]!);
    const session = await (await nodeEngine({ threads: 1 })).load(graph.toBytes());
    const found = await session.run({ x: float32(Float32Array.from(data), [2, 3]) });
    await session.release();
    for (const name of ['slope', 'none'] as const) {
      expect(found[name]!.shape).toEqual([2, 3]);
      floats(found[name]).forEach((value, at) => {
        expect(value).toBeCloseTo(known[name]!.data[at]!, 6);
      });
    }
  });
});
