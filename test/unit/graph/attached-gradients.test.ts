/** @file Differentiating whole networks that come from ONNX files: by their input, by a weight, and where that is refused. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import {
  add,
  attach,
  decodeModel,
  encodeModel,
  Graph,
  gradients,
  type ModelProto,
  mean,
  mul,
  square,
  sub,
  sum,
  type Tensor,
} from '../../../src/graph/index.ts';
import { attributeType, type NodeProto } from '../../../src/graph/onnx.ts';
import { node, nodes } from '../../helpers/finite-differences.ts';
import { runGraph } from '../../helpers/run-graph.ts';
import { tinyBackboneBytes } from '../../helpers/tiny-backbone.ts';

const random = new Random('attached gradients');
const normals = (count: number, scale = 1) =>
  random.fillNormal(new Float32Array(count)).map((value) => value * scale);
const int = (value: number) => ({ int: value });

/**
 * Compares the derivative along the gradient itself, |gradient|, with a difference, for the input and a weight of the file.
 * A step along one direction sums over all elements, so that the float32 of a whole network suffices.
 */
async function expectSlopes(
  model: ModelProto,
  output: string,
  { shape, named = shape, weight }: { shape: number[]; named?: readonly (number | string)[]; weight: string },
) {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = normals(count);
  const scoreOf = (value: Tensor) => sum(mul(square(add(value, 0.3)), 0.1));
  const input = model.graph.input![0]!.name;
  const graph = new Graph();
  const x = graph.input('x', 'float32', named);
  const [value, constant] = attach(graph, model, { [input]: x }, [{ name: output }, { name: weight }]) as [
    Tensor,
    Tensor,
  ];
  const slopes = gradients(scoreOf(value), [x, constant]);
  expect(slopes.map((slope) => slope.shape)).toEqual([named, constant.shape]);
  graph.output('dx', slopes[0]!);
  graph.output('dw', slopes[1]!);
  const [found, stored] = await Promise.all([
    run(graph, data, shape),
    runGraph({ x: { data, shape } }, (own, { x: fed }) => ({
      w: attach(own, model, { [input]: fed! }, [{ name: output }, { name: weight }])[1]!,
    })),
  ]);
  const sides = async (moved: 'x' | 'w', by: number) => {
    const slope = moved === 'x' ? found.dx! : found.dw!;
    const length = Math.hypot(...slope.data);
    const step = (from: ArrayLike<number>) =>
      Array.from(from, (each, at) => each + (by * slope.data[at]!) / length);
    const fed = moved === 'x' ? step(data) : Array.from(data);
    const changed = moved === 'w' ? withConstant(model, weight, step(stored.w!.data)) : model;
    const { score } = await runGraph({ x: { data: fed, shape } }, (own, { x: each }) => ({
      score: scoreOf(
        attach(own, changed, { [input]: each! }, [
          { name: output, shape: value.shape.map((size) => (size === 'N' ? shape[0]! : size)) },
        ])[0]!,
      ),
    }));
    return { score: score!.data[0]!, length };
  };
  for (const moved of ['x', 'w'] as const) {
    const step = 1e-2;
    const [up, down] = await Promise.all([sides(moved, step), sides(moved, -step)]);
    const difference = (up.score - down.score) / (2 * step);
    expect(up.length, moved).toBeGreaterThan(1e-2);
    expect(difference / up.length, `by ${moved}`).toBeCloseTo(1, 1);
  }
}

async function run(graph: Graph, data: ArrayLike<number>, shape: readonly number[]) {
  const model = decodeModel(graph.toBytes());
  return runGraph({ x: { data, shape } }, (own, { x }) => {
    const names = model.graph.output!.map(({ name }) => ({ name }));
    const values = attach(own, model, { x: x! }, names);
    return Object.fromEntries(names.map(({ name }, at) => [name, values[at]!]));
  });
}

function withConstant(model: ModelProto, name: string, values: readonly number[]): ModelProto {
  const initializer = model.graph.initializer!.map((each) =>
    each.name === name ? { ...each, rawData: new Uint8Array(Float32Array.from(values).buffer) } : each,
  );
  return { ...model, graph: { ...model.graph, initializer } };
}

/** Stem, pooling, a residual block with another stride beside it, global pooling and a linear layer, as torchvision exports them. */
function residualNetwork(): ModelProto {
  const graph = new Graph();
  const constant = (name: string, shape: number[], scale: number) =>
    graph.constant(
      name,
      normals(
        shape.reduce((all, size) => all * size, 1),
        scale,
      ),
      shape,
    );
  const positive = (name: string, size: number) =>
    graph.constant(
      name,
      normals(size).map((value) => 0.5 + Math.abs(value)),
      [size],
    );
  const conv = (x: Tensor, name: string, shape: number[], stride: number) =>
    node('Conv', [x, constant(name, shape, Math.sqrt(2 / (shape[1]! * shape[2]! ** 2)))], {
      strides: { ints: [stride, stride] },
      pads: { ints: new Array(4).fill((shape[2]! - 1) / 2) },
    });
  const norm = (x: Tensor, name: string, size: number) =>
    node('BatchNormalization', [
      x,
      positive(`${name}.gain`, size),
      constant(`${name}.shift`, [size], 0.1),
      constant(`${name}.mean`, [size], 0.1),
      positive(`${name}.variance`, size),
    ]);
  const image = graph.input('image', 'float32', ['N', 3, 20, 20]);
  const stem = node('Relu', [norm(conv(image, 'stem', [6, 3, 7, 7], 2), 'bn0', 6)]);
  const pooled = node('MaxPool', [stem], {
    kernel_shape: { ints: [3, 3] },
    strides: { ints: [2, 2] },
    pads: { ints: [1, 1, 1, 1] },
  });
  const first = node('Relu', [norm(conv(pooled, 'first', [8, 6, 3, 3], 2), 'bn1', 8)]);
  const second = norm(conv(first, 'second', [8, 8, 3, 3], 1), 'bn2', 8);
  const beside = norm(conv(pooled, 'beside', [8, 6, 1, 1], 2), 'bn3', 8);
  const block = node('Relu', [node('Add', [second, beside])]);
  const flat = node('Flatten', [node('GlobalAveragePool', [block])]);
  graph.output(
    'logits',
    node('Gemm', [flat, constant('fc', [5, 8], 1), constant('fc.bias', [5], 1)], { transB: int(1) }),
  );
  return decodeModel(graph.toBytes());
}

/** Patches of an image, one block of attention, with shapes that are computed while running, as exporters write them. */
function transformer(): ModelProto {
  const graph = new Graph();
  const [width, heads] = [8, 2];
  const constant = (name: string, shape: number[], scale = 0.4) =>
    graph.constant(
      name,
      normals(
        shape.reduce((all, size) => all * size, 1),
        scale,
      ),
      shape,
    );
  const integer = (value: number) => graph.constant('integer', [value], [1], 'int64');
  const image = graph.input('image', 'float32', ['N', 3, 12, 12]);
  const grid = node('Conv', [image, constant('embed', [width, 3, 4, 4])], { strides: { ints: [4, 4] } });
  const images = node('Gather', [node('Shape', [grid]), graph.constant('zero', [0], [], 'int64')]);
  const batch = node('Unsqueeze', [images, graph.integers([0])]);
  const tokens = node(
    'Transpose',
    [node('Reshape', [grid, node('Concat', [batch, integer(width), integer(-1)], { axis: int(0) })])],
    {
      perm: { ints: [0, 2, 1] },
    },
  );
  const first = node('Expand', [
    constant('class', [1, 1, width]),
    node('Concat', [batch, integer(1), integer(1)], { axis: int(0) }),
  ]);
  const all = node('Add', [
    node('Concat', [first, tokens], { axis: int(1) }),
    constant('position', [1, 10, width]),
  ]);
  // Layer normalisation as older exporters write it.
  const centred = node('Sub', [all, node('ReduceMean', [all, graph.integers([-1])])]);
  const variance = node('ReduceMean', [node('Pow', [centred, graph.scalar(2)]), graph.integers([-1])]);
  const deviation = node('Sqrt', [node('Add', [variance, graph.scalar(1e-2)])]);
  const normal = node('Add', [
    node('Mul', [node('Div', [centred, deviation]), constant('gain', [width], 1)]),
    constant('shift', [width]),
  ]);
  const joined = node('MatMul', [normal, constant('qkv', [width, 3 * width])]);
  const split = node('Reshape', [
    joined,
    node('Concat', [batch, integer(10), integer(3), integer(heads), integer(width / heads)], {
      axis: int(0),
    }),
  ]);
  const parts = nodes(
    'Split',
    [node('Transpose', [split], { perm: { ints: [2, 0, 3, 1, 4] } })],
    { axis: int(0), num_outputs: int(3) },
    3,
  );
  const [query, key, value] = parts.map((part) => node('Squeeze', [part, graph.integers([0])]));
  const scores = node('Mul', [
    node('MatMul', [query, node('Transpose', [key], { perm: { ints: [0, 1, 3, 2] } })]),
    graph.scalar(0.5),
  ]);
  const attended = node('MatMul', [node('Softmax', [scores], { axis: int(-1) }), value]);
  const rows = node('Reshape', [
    node('Transpose', [attended], { perm: { ints: [0, 2, 1, 3] } }),
    node('Concat', [batch, integer(10), integer(width)], { axis: int(0) }),
  ]);
  const residual = node('Add', [all, rows]);
  const gelu = node('Mul', [
    node('Mul', [
      residual,
      node('Add', [node('Erf', [node('Div', [residual, graph.scalar(Math.SQRT2)])]), graph.scalar(1)]),
    ]),
    graph.scalar(0.5),
  ]);
  graph.output(
    'class token',
    node('Gather', [gelu, graph.constant('none', [0], [], 'int64')], { axis: int(1) }),
  );
  return decodeModel(graph.toBytes());
}

describe('gradients of networks from files', () => {
  it.each([
    ['of a size that is known', [2, 3, 20, 20]],
    ['of as many images as come', ['N', 3, 20, 20]],
  ])('a residual network %s', async (_, named) => {
    await expectSlopes(residualNetwork(), 'logits', { shape: [2, 3, 20, 20], named, weight: 'first' });
  });

  it('of the tiny backbone, at a layer that is not its last', async () => {
    const model = decodeModel(tinyBackboneBytes());
    const [, second] = model.graph.initializer!.map(({ name }) => name!);
    await expectSlopes(model, 'layer3', { shape: [1, 3, 32, 32], weight: second! });
  });

  it.each([
    ['of a size that is known', [2, 3, 12, 12]],
    ['of as many images as come', ['N', 3, 12, 12]],
  ])('a transformer %s', async (_, named) => {
    await expectSlopes(transformer(), 'class token', { shape: [2, 3, 12, 12], named, weight: 'qkv' });
  });

  it('are zeros for a weight that the value does not depend on', async () => {
    const model = residualNetwork();
    const found = await runGraph({ x: { data: normals(1200), shape: [1, 3, 20, 20] } }, (graph, { x }) => {
      const [logits, bias, own] = attach(graph, model, { image: x! }, [
        { name: 'logits' },
        { name: 'fc.bias' },
        { name: 'fc' },
      ]) as [Tensor, Tensor, Tensor];
      const [none, ones] = gradients(sum(own), [bias, own]) as [Tensor, Tensor];
      const [some] = gradients(sum(logits), [bias]) as [Tensor];
      return { none, some, ones };
    });
    expect(found.none!.data).toEqual([0, 0, 0, 0, 0]);
    expect(found.some!.data).toEqual([1, 1, 1, 1, 1]);
    expect(new Set(found.ones!.data)).toEqual(new Set([1]));
  });
});

/** A file of one operator between two that have rules. */
function around(proto: NodeProto): ModelProto {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [2, 3]);
  const w = graph.constant('w', [1, 2, 3], [3]);
  graph.output('y', add(mul(x, w), 1));
  const model = decodeModel(graph.toBytes());
  const chain: NodeProto[] = [
    { opType: 'Mul', input: ['x', 'w'], output: ['before'] },
    proto,
    { opType: 'Neg', input: ['after'], output: ['y'] },
  ];
  return { ...model, graph: { ...model.graph, node: chain } };
}

function slopesOf(model: ModelProto, names: readonly string[] = []) {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [2, 3]);
  const [y, ...others] = attach(graph, model, { x }, [
    { name: 'y', shape: [2, 3] },
    ...names.map((name) => ({ name })),
  ]);
  return gradients(sum(y!), [x, ...others]);
}

describe('a gradient is refused through', () => {
  it.each<[string, NodeProto, RegExp]>([
    [
      'an operator without a rule, with its node',
      { opType: 'ReverseSequence', input: ['before', 'w'], output: ['after'] },
      /^ReverseSequence\(\[2, 3\], \[3\]\) that makes attached\/after: no gradient: no rule is known for ReverseSequence\.$/,
    ],
    [
      'a scatter that multiplies',
      {
        opType: 'ScatterElements',
        input: ['before', 'at', 'before'],
        output: ['after'],
        attribute: [{ name: 'reduction', type: attributeType.STRING, s: new TextEncoder().encode('mul') }],
      },
      /ScatterElements.*no gradient: it multiplies or compares/,
    ],
    [
      'normalisation in training',
      {
        opType: 'BatchNormalization',
        input: ['before', 'w', 'w', 'w', 'w'],
        output: ['after'],
        attribute: [{ name: 'training_mode', type: attributeType.INT, i: 1 }],
      },
      /BatchNormalization.*it is in training/,
    ],
  ])('%s', (_, proto, message) => {
    const model = around(proto);
    const at = { name: 'at', dataType: 7, dims: [1, 1], rawData: new Uint8Array(8) };
    model.graph.initializer!.push(at);
    expect(() => slopesOf(model)).toThrow(message);
  });

  it('a value whose shape is known only at run time, unless the file declares it', () => {
    const model = around({ opType: 'Reshape', input: ['before', 'sizes'], output: ['after'] });
    const sizes = { name: 'sizes', type: { tensorType: { elemType: 7, shape: { dim: [{ dimValue: 2 }] } } } };
    model.graph.input!.push(sizes);
    const slopes = (said: number[] = [3, 2]) => {
      const graph = new Graph();
      const x = graph.input('x', 'float32', [2, 3]);
      const inputs = { x, sizes: graph.input('sizes', 'int64', [2]) };
      const [y] = attach(graph, model, inputs, [{ name: 'y', shape: said }]);
      return gradients(sum(y!), [x]);
    };
    model.graph.output = [];
    expect(() => slopes()).toThrow(
      /^Reshape\(\[2, 3\], \[2\]\) that makes attached\/after: no gradient: the shape of after could not be worked out\.$/,
    );
    const shape = { dim: [{ dimValue: 3 }, { dimValue: 2 }] };
    model.graph.valueInfo = [{ name: 'after', type: { tensorType: { elemType: 1, shape } } }];
    expect(slopes()[0]!.shape).toEqual([2, 3]);
    expect(() => slopes([2, 3])).toThrow(/attached\/y is said to have another shape than its file gives it/);
  });

  it('a quantised value, which the file declares as whole numbers', () => {
    const model = around({ opType: 'DequantizeLinear', input: ['q', 'scale'], output: ['after'] });
    model.graph.node!.splice(1, 0, { opType: 'QuantizeLinear', input: ['before', 'scale'], output: ['q'] });
    model.graph.initializer!.push({ name: 'scale', dataType: 1, dims: [], rawData: new Uint8Array(4) });
    const shape = { dim: [{ dimValue: 2 }, { dimValue: 3 }] };
    model.graph.valueInfo = [
      { name: 'q', type: { tensorType: { elemType: 2, shape } } },
      { name: 'after', type: { tensorType: { elemType: 1, shape } } },
    ];
    expect(() => slopesOf(model)).toThrow(/^DequantizeLinear.*no rule is known for DequantizeLinear/);
  });

  it("a value that a branch reads from outside it, where the branch's node has only the condition as input", () => {
    const body = (name: string, from: string) => ({
      name,
      node: [{ opType: 'Neg', input: [from], output: [`${name}/result`] }],
      output: [
        {
          name: `${name}/result`,
          type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 2 }, { dimValue: 3 }] } } },
        },
      ],
    });
    const branch: NodeProto = {
      opType: 'If',
      input: ['condition'],
      output: ['after'],
      attribute: [
        { name: 'then_branch', type: attributeType.GRAPH, g: body('then', 'before') },
        { name: 'else_branch', type: attributeType.GRAPH, g: body('else', 'v') },
      ],
    };
    const model = around(branch);
    model.graph.initializer!.push(
      { name: 'condition', dataType: 9, dims: [], rawData: Uint8Array.of(1) },
      { name: 'v', dataType: 1, dims: [2, 3], rawData: new Uint8Array(24) },
    );
    expect(encodeModel(model).length).toBeGreaterThan(0);
    expect(() => slopesOf(model)).toThrow(/^If\(\[\]\) that makes attached\/after: no gradient/);
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 3]);
    const [y, v] = attach(graph, model, { x }, [{ name: 'y', shape: [2, 3] }, { name: 'v' }]) as [
      Tensor,
      Tensor,
    ];
    expect(() => gradients(sum(y), [v])).toThrow(/^If/);
  });
});

describe('shapes of attached values', () => {
  it('are worked out where the file declares none, and the declared ones stay', () => {
    const model = residualNetwork();
    const graph = new Graph();
    const x = graph.input('x', 'float32', [4, 3, 20, 20]);
    const convolution = model.graph.node!.find(({ opType }) => opType === 'Conv')!.output![0]!;
    const [logits, inner] = attach(graph, model, { image: x }, [{ name: 'logits' }, { name: convolution }]);
    expect(logits!.shape).toEqual(['N', 5]);
    expect(inner!.shape).toEqual([4, 6, 10, 10]);
    expect(sub(mean(inner!), 1).shape).toEqual([]);
  });
});
