/** @file Small files of older operator sets: attached, they give what the engine gives for the file itself. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { constantOf } from '../../../../src/graph/constants.ts';
import {
  attach,
  decodeModel,
  encodeModel,
  Graph,
  gradients,
  type ModelProto,
  sum,
} from '../../../../src/graph/index.ts';
import {
  type AttributeProto,
  attributeType,
  type NodeProto,
  type TensorProto,
} from '../../../../src/graph/onnx.ts';
import { float32, floats } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';

const engine = await nodeEngine({ threads: 1 });
const shape = [2, 4, 3, 5];
const x = new Random('old files').fillNormal(new Float32Array(120));

const int = (name: string, i: number): AttributeProto => ({ name, type: attributeType.INT, i });
const ints = (name: string, ...values: number[]): AttributeProto => ({
  name,
  type: attributeType.INTS,
  ints: values,
});
const float = (name: string, f: number): AttributeProto => ({ name, type: attributeType.FLOAT, f });
const floatsOf = (name: string, ...values: number[]): AttributeProto => ({
  name,
  type: attributeType.FLOATS,
  floats: values,
});
const text = (name: string, value: string): AttributeProto => ({
  name,
  type: attributeType.STRING,
  s: new TextEncoder().encode(value),
});
const node = (
  opType: string,
  input: string[],
  attribute: AttributeProto[] = [],
  output = ['y'],
): NodeProto => ({
  opType,
  input,
  output,
  attribute,
});
const vector = (name: string, ...values: number[]) =>
  constantOf(name, 1, [values.length], Float32Array.from(values));
const scalar = (name: string, value: number) => constantOf(name, 1, [], Float32Array.of(value));
const integers = (name: string, ...values: number[]) =>
  constantOf(name, 7, [values.length], BigInt64Array.from(values, BigInt));
const bool = (name: string, value: boolean) => constantOf(name, 9, [], Uint8Array.of(value ? 1 : 0));

/** A file of one set; its output is `y`, of a shape that it declares by rank alone. */
function file(
  version: number,
  nodes: NodeProto[],
  constants: TensorProto[] = [],
  { rank = 4, sizes = shape as readonly (number | string)[], elemType = 1 } = {},
): ModelProto {
  const dims = (each: readonly (number | string)[]) => ({
    dim: each.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size })),
  });
  const info = (name: string, each: readonly (number | string)[], type = 1) => ({
    name,
    type: { tensorType: { elemType: type, shape: dims(each) } },
  });
  return decodeModel(
    encodeModel({
      irVersion: 6,
      opsetImport: [{ domain: '', version }],
      graph: {
        name: 'old',
        node: nodes,
        initializer: constants,
        input: [info('x', sizes)],
        output: [
          info(
            'y',
            Array.from({ length: rank }, (_, axis) => `y${axis}`),
            elemType,
          ),
        ],
      },
    }),
  );
}

async function run(bytes: Uint8Array) {
  const session = await engine.load(bytes);
  try {
    const { y } = await session.run({ x: float32(x, shape) });
    return { shape: y!.shape, data: Array.from(floats(y)) };
  } finally {
    await session.release();
  }
}

function attached(model: ModelProto): Uint8Array {
  const graph = new Graph();
  const input = graph.input('x', 'float32', shape);
  graph.output('y', attach(graph, model, { x: input }, [{ name: 'y' }])[0]!);
  return graph.toBytes();
}

const softmaxes = ['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((opType) => [
  ...[9, 12].map(
    (version) =>
      [
        `${opType} ${version}, the last axis by its number`,
        version,
        [node(opType, ['x'], [int('axis', 3)])],
      ] as const,
  ),
  [`${opType} 11, the last axis from behind`, 11, [node(opType, ['x'], [int('axis', -1)])]] as const,
  [`${opType} 11, the default, which flattens`, 11, [node(opType, ['x'])]] as const,
  [
    `${opType} 12, an axis from behind, which flattens`,
    12,
    [node(opType, ['x'], [int('axis', -2)])],
  ] as const,
  [`${opType} 7, all axes`, 7, [node(opType, ['x'], [int('axis', 0)])]] as const,
  [
    `${opType} 9, the default of a matrix that was worked out`,
    9,
    [node('Flatten', ['x'], [], ['m']), node(opType, ['m'])],
    [],
    { rank: 2 },
  ] as const,
]);

type Case = readonly [string, number, readonly NodeProto[], (readonly TensorProto[])?, { rank?: number }?];
const cases: Case[] = [
  ...softmaxes,
  ['Clip 7', 7, [node('Clip', ['x'], [float('min', -0.5), float('max', 0.25)])]],
  ['Clip 9 from above', 9, [node('Clip', ['x'], [float('max', 0.25)])]],
  ['Clip 9 without bounds', 9, [node('Clip', ['x'])]],
  ['Clip 12', 12, [node('Clip', ['x', 'low'])], [scalar('low', 0)]],
  ['Pad 9', 9, [node('Pad', ['x'], [ints('pads', 0, 0, 1, 2, 0, 0, 0, 1), float('value', 0.5)])]],
  [
    'Pad 7, mirrored',
    7,
    [node('Pad', ['x'], [ints('pads', 0, 0, 1, 2, 0, 0, 0, 1), text('mode', 'reflect')])],
  ],
  ['Pad 12', 12, [node('Pad', ['x', 'pads'])], [integers('pads', 0, 1, 0, 0, 0, 0, 0, 2)]],
  ['Slice 9', 9, [node('Slice', ['x'], [ints('starts', 1, -3), ints('ends', 9, -1), ints('axes', 1, 3)])]],
  ['Slice 7 of the first axes', 7, [node('Slice', ['x'], [ints('starts', 0, 1), ints('ends', 1, 3)])]],
  [
    'Slice 10',
    10,
    [node('Slice', ['x', 's', 'e', 'a'])],
    [integers('s', 1), integers('e', 3), integers('a', 1)],
  ],
  ['TopK 9', 9, [node('TopK', ['x'], [int('k', 2), int('axis', 3)], ['y', 'places'])]],
  ['TopK 10', 10, [node('TopK', ['x', 'k'], [], ['y', 'places'])], [integers('k', 2)]],
  ['Upsample 7', 7, [node('Upsample', ['x'], [floatsOf('scales', 1, 1, 2, 3), text('mode', 'nearest')])]],
  [
    'Upsample 8, linear',
    8,
    [node('Upsample', ['x'], [floatsOf('scales', 1, 1, 2, 3), text('mode', 'linear')])],
  ],
  ['Upsample 9', 9, [node('Upsample', ['x', 'scales'])], [vector('scales', 1, 1, 1.5, 2)]],
  ['Resize 10, growing', 10, [node('Resize', ['x', 'scales'])], [vector('scales', 1, 1, 1.7, 2)]],
  ['Resize 10, shrinking', 10, [node('Resize', ['x', 'scales'])], [vector('scales', 1, 1, 0.7, 0.6)]],
  [
    'Resize 10, linear',
    10,
    [node('Resize', ['x', 'scales'], [text('mode', 'linear')])],
    [vector('scales', 1, 1, 2, 1.5)],
  ],
  ...[11, 12].flatMap((version): Case[] => [
    [
      `Resize ${version} by scales`,
      version,
      [
        node(
          'Resize',
          ['x', 'roi', 'scales'],
          [text('mode', 'linear'), text('coordinate_transformation_mode', 'pytorch_half_pixel')],
        ),
      ],
      [vector('roi'), vector('scales', 1, 1, 2, 2)],
    ],
    [
      `Resize ${version} to sizes`,
      version,
      [
        node(
          'Resize',
          ['x', 'roi', 'none', 'sizes'],
          [text('coordinate_transformation_mode', 'asymmetric'), text('nearest_mode', 'floor')],
        ),
      ],
      [vector('roi'), vector('none'), integers('sizes', 2, 4, 6, 7)],
    ],
  ]),
  ['Resize 13', 13, [node('Resize', ['x', '', 'scales'])], [vector('scales', 1, 1, 2, 2)]],
  ...(
    [
      'ReduceL1',
      'ReduceL2',
      'ReduceLogSumExp',
      'ReduceMax',
      'ReduceMean',
      'ReduceProd',
      'ReduceSumSquare',
    ] as const
  ).map((opType): Case => [`${opType} 11`, 11, [node(opType, ['x'], [ints('axes', -1, 1)])]]),
  ['ReduceSum 11 of all', 11, [node('ReduceSum', ['x'])]],
  ['Split 11', 11, [node('Split', ['x'], [int('axis', 1), ints('split', 1, 3)], ['first', 'y'])]],
  ['Split 13 without sizes', 13, [node('Split', ['x', ''], [int('axis', 1)], ['y', 'second'])]],
  ['Dropout 9', 9, [node('Dropout', ['x'], [float('ratio', 0.5)], ['y', 'mask'])]],
  ['Dropout 13, not in training', 13, [node('Dropout', ['x', '', 'training'])], [bool('training', false)]],
  [
    'Scatter 9',
    9,
    [node('Scatter', ['x', 'at', 'with'], [int('axis', 3)])],
    [
      constantOf('at', 7, [1, 1, 1, 2], BigInt64Array.of(3n, 1n)),
      constantOf('with', 1, [1, 1, 1, 2], Float32Array.of(7, 8)),
    ],
  ],
  [
    'BatchNormalization 8',
    8,
    [node('BatchNormalization', ['x', 'v', 'w', 'w', 'v'], [int('spatial', 1), float('momentum', 0.5)])],
    [vector('v', 1, 2, 3, 4), vector('w', -1, 0, 1, 2)],
  ],
  ['Mean and Round 11', 11, [node('Mean', ['x', 'x'], [], ['m']), node('Round', ['m'])]],
  [
    'Softsign and ThresholdedRelu 10',
    10,
    [node('Softsign', ['x'], [], ['s']), node('ThresholdedRelu', ['s'], [float('alpha', 0.2)])],
  ],
  [
    'QuantizeLinear and back, of 10',
    10,
    [
      node('QuantizeLinear', ['x', 'scale', 'zero'], [], ['q']),
      node('DequantizeLinear', ['q', 'scale', 'zero']),
    ],
    [scalar('scale', 0.1), constantOf('zero', 2, [], Uint8Array.of(100))],
  ],
];

describe('files of older operator sets', () => {
  for (const [name, version, nodes, constants = [], options = {}] of cases)
    it(name, async () => {
      const model = file(version, [...nodes], [...constants], options);
      expect(await run(attached(model))).toEqual(await run(encodeModel(model)));
    });

  describe('of before attributes had types', () => {
    const untyped = (nodes: readonly NodeProto[]) =>
      nodes.map((each) => ({
        ...each,
        attribute: (each.attribute ?? []).map(({ type: _, ...rest }) => rest as AttributeProto),
      }));

    it('give the same as with them, to the byte', () => {
      for (const [name, version, nodes, constants = [], options = {}] of cases) {
        // 0 is not written, and so tells nothing.
        if (nodes.some(({ attribute = [] }) => attribute.some(({ i, f }) => i === 0 || f === 0))) continue;
        const bytes = (of: readonly NodeProto[]) => attached(file(version, [...of], [...constants], options));
        expect(Buffer.compare(bytes(untyped(nodes)), bytes(nodes)), name).toBe(0);
      }
    });

    it('are refused where the value does not tell the type', () => {
      const model = file(7, untyped([node('Softmax', ['x'], [int('axis', 0)])]));
      expect(() => attached(model)).toThrow(
        /axis of its Softmax has neither a type nor a value that tells it/,
      );
    });
  });

  it('a Softmax whose rank is told by the file alone', async () => {
    // No shape is worked out of an Einsum; the file declares it.
    const nodes = [
      node('Einsum', ['x'], [text('equation', 'abcd->abdc')], ['t']),
      node('Softmax', ['t'], [int('axis', 3)]),
    ];
    const model = file(12, nodes);
    const info = {
      name: 't',
      type: {
        tensorType: { elemType: 1, shape: { dim: ['a', 'b', 'c', 'd'].map((dimParam) => ({ dimParam })) } },
      },
    };
    const flattened = attached(model);
    const plain = attached({ ...model, graph: { ...model.graph, valueInfo: [info] } });
    const operators = (bytes: Uint8Array) => decodeModel(bytes).graph.node!.map(({ opType }) => opType);
    expect(operators(flattened)).toEqual(['Einsum', 'Flatten', 'Softmax', 'Shape', 'Reshape', 'Identity']);
    expect(operators(plain)).toEqual(['Einsum', 'Softmax', 'Identity']);
    const expected = await run(encodeModel(model));
    expect(await run(flattened)).toEqual(expected);
    expect(await run(plain)).toEqual(expected);
  });

  it('are differentiated after the upgrade', () => {
    const graph = new Graph();
    const input = graph.input('x', 'float32', shape);
    const model = file(9, [node('Clip', ['x'], [float('min', 0)], ['c']), node('Softmax', ['c'])]);
    const [y] = attach(graph, model, { x: input }, [{ name: 'y', shape }]);
    expect(gradients(sum(y!), [input])[0]!.shape).toEqual(shape);
  });

  it.each<[string, number, NodeProto[], TensorProto[], RegExp]>([
    [
      'a Dropout in training',
      12,
      [node('Dropout', ['x', '', 'training'])],
      [bool('training', true)],
      /Dropout may be in training/,
    ],
    [
      "a Dropout's mask",
      10,
      [node('Dropout', ['x'], [], ['d', 'mask']), node('Where', ['mask', 'x', 'd'])],
      [],
      /uses the mask of a Dropout/,
    ],
    [
      'a BatchNormalization in training',
      9,
      [node('BatchNormalization', ['x', 'v', 'v', 'v', 'v'], [], ['y', 'm', 'n', 'o', 'p'])],
      [vector('v', 1, 1, 1, 1)],
      /BatchNormalization is in training/,
    ],
    [
      'a BatchNormalization of each element',
      8,
      [node('BatchNormalization', ['x', 'v', 'v', 'v', 'v'], [int('spatial', 0)])],
      [vector('v', 1, 1, 1, 1)],
      /each element on its own/,
    ],
    [
      'a Resize that grows and shrinks',
      10,
      [node('Resize', ['x', 'scales'])],
      [vector('scales', 1, 1, 2, 0.5)],
      /grow and shrink/,
    ],
    [
      'a Resize whose scales are not known',
      10,
      [node('Resize', ['x', 'x'])],
      [],
      /scales that are not known/,
    ],
    [
      'a Resize for TensorFlow',
      11,
      [node('Resize', ['x', '', 'scales'], [text('coordinate_transformation_mode', 'tf_half_pixel_for_nn')])],
      [vector('scales', 1, 1, 2, 2)],
      /tf_half_pixel_for_nn/,
    ],
    [
      'an Upsample that newer sets do not have',
      10,
      [node('Upsample', ['x', 's'])],
      [vector('s', 1, 1, 2, 2)],
      /Upsample of set 10/,
    ],
    [
      'a Clip of doubles',
      9,
      [node('Cast', ['x'], [int('to', 11)], ['d']), node('Clip', ['d'], [float('min', 0)])],
      [],
      /Clip of set 9 is of type float64/,
    ],
    [
      'an operator of somebody, of our own set too',
      18,
      [{ ...node('Fused', ['x']), domain: 'com.vendor' }],
      [],
      /com\.vendor\.Fused/,
    ],
  ])('are refused with %s', (_, version, nodes, constants, message) => {
    expect(() => attached(file(version, nodes, constants))).toThrow(message);
  });
});
