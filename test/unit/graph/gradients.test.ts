import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import {
  add,
  argMax,
  cast,
  clip,
  concat,
  div,
  exp,
  expand,
  Graph,
  gather,
  gradients,
  leakyRelu,
  linear,
  log,
  logSoftmax,
  matmul,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  padAxis,
  pow,
  relu,
  reshape,
  sigmoid,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  type Tensor,
  transpose,
  where,
  withGradient,
} from '../../../src/graph/index.ts';
import { greater } from '../../../src/graph/ops/elementwise.ts';
import { type Fed, runGraph } from '../../helpers/run-graph.ts';

/** An operation under test: its inputs' shapes, the range their values are drawn from, and the expression. */
interface Case {
  name: string;
  shapes: Record<string, number[]>;
  range?: [number, number];
  build: (x: Record<string, Tensor>) => Tensor;
}

const a34 = { a: [3, 4] };
const a34b34 = { a: [3, 4], b: [3, 4] };

const cases: Case[] = [
  { name: 'add, broadcast row', shapes: { a: [3, 4], b: [4] }, build: ({ a, b }) => add(a!, b!) },
  { name: 'sub, broadcast column', shapes: { a: [3, 1], b: [3, 4] }, build: ({ a, b }) => sub(a!, b!) },
  { name: 'mul, broadcast both ways', shapes: { a: [3, 1], b: [1, 4] }, build: ({ a, b }) => mul(a!, b!) },
  { name: 'mul by itself', shapes: a34, build: ({ a }) => square(a!) },
  { name: 'div', shapes: a34b34, range: [0.5, 2], build: ({ a, b }) => div(a!, b!) },
  { name: 'div of a number', shapes: a34, range: [0.5, 2], build: ({ a }) => div(1, a!) },
  { name: 'maximum', shapes: a34b34, build: ({ a, b }) => maximum(a!, b!) },
  { name: 'minimum', shapes: a34b34, build: ({ a, b }) => minimum(a!, b!) },
  { name: 'clip', shapes: a34, build: ({ a }) => clip(a!, -0.5, 0.5) },
  { name: 'neg', shapes: a34, build: ({ a }) => neg(a!) },
  { name: 'exp', shapes: a34, build: ({ a }) => exp(a!) },
  { name: 'log', shapes: a34, range: [0.5, 2], build: ({ a }) => log(a!) },
  { name: 'sqrt', shapes: a34, range: [0.5, 2], build: ({ a }) => sqrt(a!) },
  { name: 'pow -0.8', shapes: a34, range: [0.5, 2], build: ({ a }) => pow(a!, -0.8) },
  { name: 'sigmoid', shapes: a34, build: ({ a }) => sigmoid(a!) },
  { name: 'softplus', shapes: a34, build: ({ a }) => softplus(a!) },
  { name: 'relu', shapes: a34, build: ({ a }) => relu(a!) },
  { name: 'leakyRelu', shapes: a34, build: ({ a }) => leakyRelu(a!, 0.2) },
  { name: 'where', shapes: a34b34, build: ({ a, b }) => where(greater(a!, 0.1), a!, mul(b!, 2)) },
  { name: 'cast to float64 and back', shapes: a34, build: ({ a }) => cast(cast(a!, 'float64'), 'float32') },
  { name: 'sum of all', shapes: a34, build: ({ a }) => sum(a!) },
  {
    name: 'sum over an axis, kept',
    shapes: a34,
    build: ({ a }) => sum(square(a!), { axes: [1], keepDims: true }),
  },
  { name: 'mean over an axis', shapes: a34, build: ({ a }) => mean(a!, { axes: [0] }) },
  { name: 'logSoftmax', shapes: a34, build: ({ a }) => logSoftmax(a!) },
  { name: 'softmax', shapes: a34, build: ({ a }) => softmax(a!) },
  { name: 'reshape', shapes: a34, build: ({ a }) => reshape(square(a!), [2, -1]) },
  { name: 'transpose', shapes: { a: [2, 3, 4] }, build: ({ a }) => transpose(a!, [2, 0, 1]) },
  { name: 'expand', shapes: { a: [3, 1] }, build: ({ a }) => expand(a!, [3, 5]) },
  { name: 'concat', shapes: { a: [2, 4], b: [3, 4] }, build: ({ a, b }) => concat([a!, b!], 0) },
  { name: 'slice', shapes: { a: [5, 4] }, build: ({ a }) => slice(a!, 0, 1, 4) },
  { name: 'pad', shapes: { a: [5, 4] }, build: ({ a }) => padAxis(a!, 1, 1, 2) },
  {
    name: 'gather, a row chosen twice',
    shapes: { a: [5, 4] },
    build: ({ a }) => gather(a!, a!.graph.constant('rows', [1, 3, 1], [3], 'int64')),
  },
  { name: 'matmul', shapes: { a: [3, 4], b: [4, 2] }, build: ({ a, b }) => matmul(a!, b!) },
  {
    name: 'matmul A^T B',
    shapes: { a: [4, 3], b: [4, 2] },
    build: ({ a, b }) => matmul(a!, b!, { transA: true }),
  },
  {
    name: 'matmul A B^T',
    shapes: { a: [3, 4], b: [2, 4] },
    build: ({ a, b }) => matmul(a!, b!, { transB: true }),
  },
  {
    name: 'matmul A^T B^T',
    shapes: { a: [4, 3], b: [2, 4] },
    build: ({ a, b }) => matmul(a!, b!, { transA: true, transB: true }),
  },
  {
    name: 'matmul with a batch axis',
    shapes: { a: [2, 3, 4], b: [4, 2] },
    build: ({ a, b }) => matmul(a!, b!),
  },
  {
    name: 'matmul, the second with a batch axis',
    shapes: { a: [3, 4], b: [2, 4, 2] },
    build: ({ a, b }) => matmul(a!, b!),
  },
  {
    name: 'where, broadcast',
    shapes: { a: [3, 1], b: [4] },
    build: ({ a, b }) => where(greater(add(a!, b!), 0.1), a!, b!),
  },
  {
    name: 'concat along columns',
    shapes: { a: [3, 2], b: [3, 4] },
    build: ({ a, b }) => concat([a!, b!], 1),
  },
  { name: 'slice of columns', shapes: { a: [5, 4] }, build: ({ a }) => slice(a!, 1, 1, 3) },
  { name: 'pad above and below', shapes: { a: [5, 4] }, build: ({ a }) => padAxis(a!, 0, 2, 1) },
  {
    name: 'gather, indices in rows',
    shapes: { a: [5, 4] },
    build: ({ a }) => gather(a!, a!.graph.constant('rows', [1, 3, 1, 0], [2, 2], 'int64')),
  },
  { name: 'logSoftmax of more axes', shapes: { a: [2, 3, 4] }, build: ({ a }) => logSoftmax(a!) },
  {
    name: 'mean over two axes',
    shapes: { a: [2, 3, 4] },
    build: ({ a }) => mean(square(a!), { axes: [0, 2] }),
  },
  {
    name: 'sum over a middle axis',
    shapes: { a: [2, 3, 4] },
    build: ({ a }) => sum(square(a!), { axes: [1] }),
  },
  {
    name: 'linear',
    shapes: { a: [3, 4], w: [2, 4], b: [2] },
    build: ({ a, w, b }) => linear(a!, w!, b!),
  },
  {
    name: 'one value used in many places',
    shapes: a34,
    build: ({ a }) => add(mul(a!, exp(a!)), sum(square(a!))),
  },
];

/** Draws inputs; kinks (0, +-0.5, equal operands) are practically never within a difference step of a draw. */
function drawInputs(test: Case): Record<string, Fed> {
  const [low, high] = test.range ?? [-1, 1];
  const random = new Random(test.name);
  return Object.fromEntries(
    Object.entries(test.shapes).map(([name, shape]) => {
      const count = shape.reduce((product, size) => product * size, 1);
      return [name, { shape, data: Array.from({ length: count }, () => random.uniform(low, high)) }];
    }),
  );
}

/** A scalar that weighs each element of the operation differently, so that no error cancels. */
function weighted(value: Tensor): Tensor {
  const shape = value.shape as number[];
  const count = shape.reduce((product, size) => product * size, 1);
  const weights = Array.from({ length: count }, (_, index) => Math.cos(1 + index));
  return sum(mul(value, value.graph.constant('weights', weights, shape)));
}

describe('reverse-mode gradients against central differences', () => {
  it.each(cases)('$name', async (test) => {
    const inputs = drawInputs(test);
    const names = Object.keys(inputs);
    const exact = await runGraph(inputs, (_, x) => {
      const found = gradients(
        weighted(test.build(x)),
        names.map((name) => x[name]!),
      );
      return Object.fromEntries(names.map((name, index) => [`d_${name}`, found[index]!]));
    });
    // All shifted copies of the inputs in one graph: one run instead of two for each element.
    const step = 1e-3;
    for (const name of names) {
      const { data, shape } = inputs[name]!;
      const differences = await runGraph(inputs, (graph, x) =>
        Object.fromEntries(
          Array.from(data, (_, index) => {
            const shift = new Float32Array(data.length);
            shift[index] = step;
            const delta = graph.constant('delta', shift, shape);
            const at = (moved: Tensor) => weighted(test.build({ ...x, [name]: moved }));
            const difference = sub(at(add(x[name]!, delta)), at(sub(x[name]!, delta)));
            return [`e${index}`, mul(difference, 1 / (2 * step))];
          }),
        ),
      );
      const found = exact[`d_${name}`]!;
      expect(found.shape).toEqual(shape);
      found.data.forEach((value, index) => {
        expect(Math.abs(value - differences[`e${index}`]!.data[0]!), `${name}[${index}]`).toBeLessThan(
          2e-3 * (1 + Math.abs(value)),
        );
      });
    }
  });

  it('stop at stopGradient and at indices, and are zeros where nothing depends', async () => {
    const { da, db } = await runGraph(
      { a: { data: [1, 2], shape: [2] }, b: { data: [3, 4], shape: [2] } },
      (_, { a, b }) => {
        const chosen = cast(argMax(a!, 0), 'float32');
        const value = sum(add(mul(stopGradient(a!), a!), chosen));
        const [da, db] = gradients(value, [a!, b!]);
        return { da: da!, db: db! };
      },
    );
    expect(da!.data).toEqual([1, 2]);
    expect(db!.data).toEqual([0, 0]);
  });

  it('use a gradient that a call gives by hand', async () => {
    const { value, da } = await runGraph({ a: { data: [1, 2], shape: [2] } }, (graph, { a }) => {
      const value = withGradient(sum(a!), a!, graph.constant('by hand', [5, 7], [2]));
      return { value, da: gradients(mul(value, 2), [a!])[0]! };
    });
    expect(value!.data).toEqual([3]);
    expect(da!.data).toEqual([10, 14]);
  });

  it('are found with respect to an intermediate value', async () => {
    const { dh } = await runGraph({ a: { data: [1, 2], shape: [2] } }, (_, { a }) => {
      const hidden = exp(a!);
      return { dh: gradients(sum(square(hidden)), [hidden])[0]! };
    });
    expect(dh!.data[0]).toBeCloseTo(2 * Math.E, 4);
  });

  it('name the operation that has no gradient', () => {
    const graph = new Graph();
    const a = graph.input('a', 'float32', [1, 1, 4, 4]);
    const [pooled] = graph.add('MaxPool', [a], [{ dtype: 'float32', shape: [1, 1, 2, 2] }]);
    expect(() => gradients(sum(pooled!), [a])).toThrow(/MaxPool\(\[1, 1, 4, 4\]\): no gradient/);
  });
});

describe('shape checks', () => {
  const graph = new Graph();
  const a = graph.input('a', 'float32', [3, 4]);
  const n = graph.input('n', 'float32', ['N', 4]);
  it.each<[string, () => unknown, RegExp]>([
    ['add', () => add(a, graph.input('b1', 'float32', [3, 5])), /Add: axis 1 .*\[3, 4\] and \[3, 5\]/],
    ['matmul', () => matmul(a, a), /MatMul: inner sizes 4 and 3 differ; shapes \[3, 4\] and \[3, 4\]/],
    ['reshape', () => reshape(a, [5, 3]), /Reshape: 12 values do not fill \[5, 3\]/],
    ['concat', () => concat([a, graph.input('b2', 'float32', [3, 5])], 0), /Concat: parts differ/],
    ['slice', () => slice(a, 0, 2, 9), /Slice: \[2, 9\) on axis 0/],
    ['named size', () => slice(n, 0, 0, 1), /Slice: axis 0 has to be of known size; shapes \[N, 4\]/],
    ['constant', () => graph.constant('c', [1, 2], [3]), /constant: 2 numbers given for c/],
    ['types', () => add(a, graph.input('i', 'int64', [3, 4])), /Add: operands of types float32 and int64/],
    ['other graph', () => add(a, new Graph().input('z', 'float32', [3, 4])), /belongs to another graph/],
  ])('%s', (_, build, message) => {
    expect(build).toThrow(message);
  });

  it('keeps named sizes through operations', () => {
    expect(add(n, 1).shape).toEqual(['N', 4]);
    expect(matmul(n, transpose(a, [1, 0])).shape).toEqual(['N', 3]);
  });
});
