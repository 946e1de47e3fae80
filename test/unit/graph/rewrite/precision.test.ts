/** @file Rewriting a model for another precision: the same numbers, nearly, from other nodes. */
import { describe, expect, it } from 'vitest';
import { floatsToHalves, halvesToFloats } from '../../../../src/core/half.ts';
import { Random } from '../../../../src/core/random.ts';
import { float32Values } from '../../../../src/graph/constants.ts';
import {
  add,
  conv,
  decodeModel,
  encodeModel,
  Graph,
  gather,
  loop,
  type ModelProto,
  matmul,
  relu,
  reshape,
  type Tensor,
} from '../../../../src/graph/index.ts';
import { foldBatchNorms } from '../../../../src/graph/rewrite/fold-batch-norm.ts';
import { toHalfPrecision } from '../../../../src/graph/rewrite/half-precision.ts';
import { storeInHalf } from '../../../../src/graph/rewrite/half-storage.ts';
import { bodiesOf, withBodies } from '../../../../src/graph/rewrite/loop-bodies.ts';
import { rangeModel } from '../../../../src/graph/rewrite/measure-ranges.ts';
import { quantise, valuesToMeasure } from '../../../../src/graph/rewrite/quantise.ts';
import { RangeMeans } from '../../../../src/graph/rewrite/range-means.ts';
import type { ValueRange } from '../../../../src/graph/rewrite/whole-numbers.ts';
import { float32, floats } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';

const engine = nodeEngine({ threads: 1 });
const size = 12;

const normals = (name: string, count: number, scale = 1) =>
  new Random('precision', name).fillNormal(new Float32Array(count)).map((value) => value * scale);

function batchNorm(graph: Graph, x: Tensor, channels: number, name: string): Tensor {
  const positive = (what: string) =>
    normals(`${name} ${what}`, channels).map((value) => 0.5 + Math.abs(value));
  const vector = (what: string, data: Float32Array) => graph.constant(`${name}.${what}`, data, [channels]);
  return graph.add(
    'BatchNormalization',
    [
      x,
      vector('weight', positive('weight')),
      vector('bias', normals(`${name} bias`, channels)),
      vector('mean', normals(`${name} mean`, channels)),
      vector('variance', positive('variance')),
    ],
    [x],
  )[0] as Tensor;
}

/** An image through a stem of 3 channels, a residual block of 16, and a matrix product behind it. */
function network(): ModelProto {
  const graph = new Graph();
  const image = graph.input('image', 'float32', ['N', 3, size, size]);
  const block = blockOf(graph, image);
  const rows = reshape(block, [-1, 16 * size * size], 'N');
  const matrix = graph.constant('matrix', normals('matrix', 16 * size * size * 8, 0.02), [
    16 * size * size,
    8,
  ]);
  graph.output('block', block);
  graph.output('product', matmul(rows, matrix));
  return decodeModel(graph.toBytes({ note: 'kept' }));
}

/** The same of one image after another, in a Loop; `product` is not there. */
function networkInLoop(): ModelProto {
  const graph = new Graph();
  const images = graph.input('image', 'float32', [2, 3, size, size]);
  const { outputs } = loop(graph, graph.scalar(2, 'int64'), { images }, (body, turn, state) => ({
    state,
    outputs: { block: blockOf(body, gather(state.images, reshape(turn, [1]))) },
  }));
  graph.output('block', outputs.block!);
  return decodeModel(graph.toBytes());
}

function blockOf(graph: Graph, image: Tensor): Tensor {
  const weight = (name: string, outputs: number, inputs: number) =>
    graph.constant(`${name}.weight`, normals(name, outputs * inputs * 9, Math.sqrt(2 / (inputs * 9))), [
      outputs,
      inputs,
      3,
      3,
    ]);
  const padding = { padding: 1 };
  const stem = relu(batchNorm(graph, conv(image, weight('stem', 16, 3), undefined, padding), 16, 'bn0'));
  const bias = graph.constant('first.bias', normals('first.bias', 16), [16]);
  const first = relu(batchNorm(graph, conv(stem, weight('first', 16, 16), bias, padding), 16, 'bn1'));
  const second = batchNorm(graph, conv(first, weight('second', 16, 16), undefined, padding), 16, 'bn2');
  return relu(add(stem, second));
}

const imageValues = normals('picture', 2 * 3 * size * size);

async function run(model: ModelProto, data = imageValues) {
  const session = await (await engine).load(encodeModel(model));
  try {
    return await session.run({
      image: float32(data, [data.length / (3 * size * size), 3, size, size]),
    });
  } finally {
    await session.release();
  }
}

const numbers = async (model: ModelProto, output: 'block' | 'product') =>
  (await run(model))[output]?.data as Float32Array;

/** Largest difference over the largest number. */
function relativeDifference(now: Float32Array, before: Float32Array): number {
  expect(now.length).toBe(before.length);
  const largest = before.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    now.reduce((most, value, at) => Math.max(most, Math.abs(value - (before[at] as number))), 0) / largest
  );
}

const count = ({ graph }: ModelProto, opType: string) =>
  (graph.node ?? []).filter((node) => node.opType === opType).length;
const initializer = ({ graph }: ModelProto, part: string) =>
  graph.initializer?.find(({ name }) => name?.includes(part));

describe('foldBatchNorms', () => {
  it('leaves no batch norm behind a convolution, and gives the same numbers', async () => {
    const folded = foldBatchNorms(network());
    expect([count(network(), 'BatchNormalization'), count(folded, 'BatchNormalization')]).toEqual([3, 0]);
    expect(initializer(folded, 'bn1.weight')).toBeUndefined();
    expect(folded.metadataProps).toMatchObject([{ key: 'note', value: 'kept' }]);
    for (const output of ['block', 'product'] as const) {
      const difference = relativeDifference(await numbers(folded, output), await numbers(network(), output));
      expect(difference).toBeLessThan(2e-6);
    }
  });

  it('leaves a batch norm whose convolution has another reader', () => {
    const model = network();
    const convolution = model.graph.node?.find(({ opType }) => opType === 'Conv');
    const read = convolution?.output?.[0] ?? '';
    const output = { name: read, type: model.graph.output?.[0]?.type };
    const folded = foldBatchNorms({
      ...model,
      graph: { ...model.graph, output: [...(model.graph.output ?? []), output as never] },
    });
    expect(count(folded, 'BatchNormalization')).toBe(1);
  });
});

describe('storeInHalf', () => {
  it('halves the bytes of large matrices alone, and computes in float32', async () => {
    const model = network();
    const stored = storeInHalf(model);
    expect(initializer(stored, 'matrix/half')).toMatchObject({ dataType: 10, dims: [16 * size * size, 8] });
    expect(initializer(stored, 'matrix/half')?.rawData?.length).toBe(16 * size * size * 8 * 2);
    expect(initializer(stored, 'stem.weight')?.dataType).toBe(1);
    const difference = relativeDifference(await numbers(stored, 'product'), await numbers(model, 'product'));
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(1e-3);
  });

  it('makes squared lengths those of the rounded rows, and leaves other vectors', () => {
    const [rows, width] = [256, 64];
    const graph = new Graph();
    // Just above what a half can hold: all are rounded down.
    const entries = new Float32Array(rows * width).fill(1.0004).map((value, at) => value + (at % 7) / 64);
    const lengths = (values: Float32Array, columns = width) =>
      Float32Array.from({ length: rows }, (_, row) =>
        values.subarray(row * width, row * width + columns).reduce((sum, value) => sum + value * value, 0),
      );
    const norms = lengths(entries);
    // As of a memory bank that compares some components first.
    const some = lengths(entries, 40);
    const other = norms.map((value, row) => (row === 9 ? 1.01 * value : value));
    const x = graph.input('x', 'float32', ['N', width]);
    const constant = (name: string, data: Float32Array, shape: number[]) => graph.constant(name, data, shape);
    const product = matmul(x, constant('entries', entries, [rows, width]), { transB: true });
    graph.output(
      'y',
      add(
        add(add(product, constant('norms', norms, [rows])), constant('some', some, [rows])),
        constant('other', other, [rows]),
      ),
    );
    const stored = storeInHalf(decodeModel(graph.toBytes()));
    const rounded = halvesToFloats(floatsToHalves(entries));
    const kept = (name: string) => float32Values(initializer(stored, name) as never) as Float32Array;
    expect(kept('norms')).toEqual(lengths(rounded));
    expect(kept('norms')[0]).not.toBe(norms[0]);
    expect(kept('some')).toEqual(lengths(rounded, 40));
    expect(kept('some')[0]).not.toBe(some[0]);
    expect(kept('other')).toEqual(other);
  });

  it('leaves numbers that are too large for a half', () => {
    const model = network();
    const matrix = initializer(model, 'matrix');
    const values = float32Values(matrix as never) as Float32Array;
    values[5] = 1e6;
    matrix!.rawData = new Uint8Array(values.buffer);
    expect(initializer(storeInHalf(model), 'matrix')?.dataType).toBe(1);
  });
});

describe('toHalfPrecision', () => {
  it('computes the network in halves, and the image and what follows in float32', async () => {
    const half = toHalfPrecision(foldBatchNorms(network()));
    const types = new Map(half.graph.initializer?.map(({ name, dataType }) => [name ?? '', dataType]));
    const weightTypes = (half.graph.node ?? [])
      .filter(({ opType }) => opType === 'Conv')
      .map(({ input }) => types.get(input?.[1] ?? ''));
    // The first reads the image.
    expect(weightTypes).toEqual([1, 10, 10]);
    expect(types.get('matrix')).toBe(1);
    const outputs = await run(half);
    expect([outputs.block?.dtype, outputs.product?.dtype]).toEqual(['float32', 'float32']);
    for (const output of ['block', 'product'] as const) {
      const difference = relativeDifference(await numbers(half, output), await numbers(network(), output));
      expect(difference).toBeGreaterThan(1e-6);
      expect(difference).toBeLessThan(3e-3);
    }
  });
});

describe('a node of two outputs', () => {
  it('stays in float32 where both are used: the indices of a MaxPool are no halves', async () => {
    const graph = new Graph();
    const x = graph.input('image', 'float32', ['N', 3, size, size]);
    const weight = graph.constant('w', normals('w', 16 * 27), [16, 3, 3, 3]);
    const stem = conv(x, weight, undefined, { padding: 1 });
    const again = conv(stem, graph.constant('v', normals('v', 16 * 16 * 9, 0.1), [16, 16, 3, 3]), undefined, {
      padding: 1,
    });
    const half = size / 2;
    const [most, places] = graph.add(
      'MaxPool',
      [again],
      [
        { dtype: 'float32', shape: ['N', 16, half, half] },
        { dtype: 'int64', shape: ['N', 16, half, half] },
      ],
      { attributes: { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } } },
    ) as [Tensor, Tensor];
    graph.output('block', most);
    graph.output('places', places);
    const model = decodeModel(graph.toBytes());
    const converted = toHalfPrecision(model);
    const outputs = await run(converted);
    expect([outputs.block?.dtype, outputs.places?.dtype]).toEqual(['float32', 'int64']);
    const difference = relativeDifference(await numbers(converted, 'block'), await numbers(model, 'block'));
    expect(difference).toBeLessThan(3e-3);
  });
});

describe('quantise', () => {
  const rangesOf = async (model: ModelProto) => {
    const names = [model, ...bodiesOf(model)].flatMap((each) => valuesToMeasure(each));
    const { model: measuring, outputs } = rangeModel(model, names);
    const measured = await run(measuring);
    return new Map(
      outputs.map(([name, output]): [string, ValueRange] => {
        const means = new RangeMeans();
        means.add(name, floats(measured[output]));
        return [name, means.of(name)];
      }),
    );
  };

  it('measures the ranges of what convolutions read and give', async () => {
    const folded = foldBatchNorms(network());
    const ranges = await rangesOf(folded);
    // The stem's result and both convolutions' results: the first with its activation, the second without.
    expect(ranges.size).toBe(3);
    const lows = [...ranges.values()].map(({ low }) => low);
    expect(lows.filter((low) => low === 0).length).toBe(2);
    expect(lows.filter((low) => low < 0).length).toBe(1);
    for (const { low, high } of ranges.values()) expect(high).toBeGreaterThan(low);
  });

  it('gives nearly the same numbers from 8-bit weights', async () => {
    const folded = foldBatchNorms(network());
    const quantised = quantise(folded, await rangesOf(folded));
    const small = quantised.graph.initializer?.filter(
      ({ dataType, dims }) => dataType === 3 && dims?.length === 4,
    );
    expect(small?.length).toBe(2);
    for (const { rawData } of small ?? []) {
      const weights = new Int8Array(Uint8Array.from(rawData ?? []).buffer);
      expect(weights.every((weight) => Math.abs(weight) <= 63)).toBe(true);
      expect(weights.some((weight) => Math.abs(weight) === 63)).toBe(true);
    }
    expect(initializer(quantised, 'stem.weight')?.dataType).toBe(1);
    const difference = relativeDifference(
      await numbers(quantised, 'block'),
      await numbers(network(), 'block'),
    );
    expect(difference).toBeGreaterThan(1e-4);
    expect(difference).toBeLessThan(0.04);
  });

  it('keeps the bias of a channel that has hardly any weights', async () => {
    const model = network();
    const weight = initializer(model, 'second.weight')!;
    const values = float32Values(weight as never) as Float32Array;
    // As after the folding of a batch norm whose scale has gone to nothing.
    values.fill(1e-9, 0, values.length / 16);
    weight.rawData = new Uint8Array(values.buffer);
    const scale = initializer(model, 'bn2.weight')!;
    const scales = float32Values(scale as never) as Float32Array;
    scales[0] = 1e-6;
    scale.rawData = new Uint8Array(scales.buffer);
    const folded = foldBatchNorms(model);
    const quantised = quantise(folded, await rangesOf(folded));
    const difference = relativeDifference(await numbers(quantised, 'block'), await numbers(model, 'block'));
    expect(difference).toBeLessThan(0.04);
  });

  it('leaves a convolution in float32 whose ranges are not known', async () => {
    const folded = foldBatchNorms(network());
    const [first, ...rest] = await rangesOf(folded);
    expect(first).toBeDefined();
    expect(count(quantise(folded, new Map(rest)), 'QuantizeLinear')).toBeLessThan(3);
    expect(count(quantise(folded, new Map()), 'QuantizeLinear')).toBe(0);
  });

  it('reaches into the body of a Loop, where a backbone sees tiles', async () => {
    const folded = withBodies(networkInLoop(), foldBatchNorms);
    const inLoop = await rangesOf(folded);
    const plain = await rangesOf(foldBatchNorms(network()));
    const sorted = (ranges: ReadonlyMap<string, ValueRange>) =>
      [...ranges.values()].flatMap(({ low, high }) => [low, high]).sort((one, other) => one - other);
    const [ends, expected] = [sorted(inLoop), sorted(plain)];
    expect(ends).toHaveLength(expected.length);
    for (const [at, end] of ends.entries()) expect(end).toBeCloseTo(expected[at]!, 4);
    const quantised = withBodies(folded, (body) => quantise(body, inLoop));
    expect(bodiesOf(quantised).map((body) => count(body, 'QuantizeLinear'))).toEqual([3]);
    expect(bodiesOf(quantised).map((body) => count(body, 'BatchNormalization'))).toEqual([0]);
    expect(quantised.graph.initializer?.filter(({ name }) => name?.includes('.weight'))).toEqual([]);
    const difference = relativeDifference(
      await numbers(quantised, 'block'),
      await numbers(networkInLoop(), 'block'),
    );
    expect(difference).toBeGreaterThan(1e-4);
    expect(difference).toBeLessThan(0.04);
  });
});
