/** @file Nodes of older operator sets: the same numbers once they are said in ours. */
import { describe, expect, it } from 'vitest';
import { constantOf } from '../../../../src/graph/constants.ts';
import { decodeModel, encodeModel, Graph } from '../../../../src/graph/index.ts';
import type { AttributeProto, NodeProto, TensorProto } from '../../../../src/graph/onnx.ts';
import { upgradeNodes } from '../../../../src/graph/rewrite/upgrade.ts';
import { dtypeCode } from '../../../../src/graph/tensor.ts';
import { float32, floats } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';

const ints = (name: string, values: readonly number[]): AttributeProto => ({
  name,
  type: 7,
  ints: [...values],
});
const int = (name: string, value: number): AttributeProto => ({ name, type: 2, i: value });
const x = Float32Array.from({ length: 12 }, (_, at) => at * at - 20);

/** What nodes of an old set make of `x` [3, 4]: their last output. */
async function run(nodes: readonly NodeProto[], from: number) {
  const graph = new Graph();
  graph.output('y', graph.input('x', 'float32', [3, 4]));
  const model = decodeModel(graph.toBytes());
  const constants: TensorProto[] = [];
  const integers = (stem: string, values: readonly number[]) => {
    const name = `${stem}/values${constants.length}`;
    constants.push(constantOf(name, dtypeCode.int64, [values.length], BigInt64Array.from(values, BigInt)));
    return name;
  };
  const upgraded = upgradeNodes(nodes, from, 18, integers);
  const outputs = upgraded.at(-1)!.output!.map((name) => ({ name }));
  const session = await (await nodeEngine({ threads: 1 })).load(
    encodeModel({
      ...model,
      graph: { ...model.graph, node: upgraded, initializer: constants, output: outputs },
    }),
  );
  try {
    const found = await session.run({ x: float32(x, [3, 4]) });
    return outputs.map(({ name }) => Array.from(floats(found[name])));
  } finally {
    await session.release();
  }
}

const rows = [0, 1, 2].map((row) => Array.from(x.subarray(row * 4, row * 4 + 4)));
const columns = (first: number, end: number) => rows.flatMap((row) => row.slice(first, end));

describe('nodes of older operator sets', () => {
  it.each([
    [7, [ints('split', [1, 3])], [columns(0, 1), columns(1, 4)]],
    [11, [], [columns(0, 2), columns(2, 4)]],
    [13, [], [columns(0, 2), columns(2, 4)]],
  ])('Split of set %d has the sizes that were given, or equal ones', async (from, said, parts) => {
    const split = { opType: 'Split', input: ['x'], output: ['a', 'b'], attribute: [int('axis', 1), ...said] };
    expect(await run([split], from)).toEqual(parts);
  });

  it.each([7, 11, 13])(
    'ReduceMean, Unsqueeze and Squeeze of set %d have their axes as inputs',
    async (from) => {
      const mean = (axis: number[]) => ints('axes', axis);
      const nodes: NodeProto[] = [
        { opType: 'ReduceMean', input: ['x'], output: ['m'], attribute: [mean([1]), int('keepdims', 0)] },
      ];
      if (from < 13)
        nodes.push(
          { opType: 'Unsqueeze', input: ['m'], output: ['u'], attribute: [mean([0])] },
          { opType: 'Squeeze', input: ['u'], output: ['s'], attribute: [mean([0])] },
        );
      const [found] = await run(nodes, from);
      rows.forEach((row, at) => {
        expect(found![at]).toBeCloseTo(row.reduce((sum, value) => sum + value, 0) / 4, 5);
      });
    },
  );

  it('Dropout becomes Identity, and BatchNormalization loses `spatial`', async () => {
    const dropout = { opType: 'Dropout', input: ['x'], output: ['d', 'mask'], attribute: [] };
    expect(await run([dropout], 9)).toEqual([Array.from(x)]);
    const [norm] = upgradeNodes(
      [{ opType: 'BatchNormalization', input: ['x'], output: ['y'], attribute: [int('spatial', 1)] }],
      7,
      18,
      () => '',
    );
    expect(norm).toMatchObject({ output: ['y'], attribute: [] });
  });

  it.each<[string, NodeProto, number, RegExp]>([
    ['a set too old', { opType: 'Relu' }, 6, /operator set 6; sets 7 to 18/],
    ['an operator of somebody', { opType: 'Fused', domain: 'com.vendor' }, 13, /com\.vendor\.Fused/],
    ['an operator with a body', { opType: 'If' }, 13, /If of set 13 cannot be converted/],
  ])('are refused: %s', (_, node, from, message) => {
    expect(() => upgradeNodes([node], from, 18, () => '')).toThrow(message);
  });
});
