/** @file The class of an image as an input that a detector file does not have: the bytes are those of the file but for the constant that becomes it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classInput, classTensor } from '../../../src/detector/class-input.ts';
import { classGiven } from '../../../src/features/memory-bank/class-given.ts';
import { add, decodeModel, Graph, less, mul, where } from '../../../src/graph/index.ts';
import type { TensorProto } from '../../../src/graph/onnx.ts';
import { int64 } from '../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../src/runtime/node.ts';

/** The file with the class as an input. */
function withClassInput(file: Uint8Array): Uint8Array | undefined {
  const input = classInput(file);
  if (!input) return undefined;
  const changed = new Uint8Array(file);
  changed.set(input.bytes, input.at);
  return changed;
}

/** Ten times the class, or where none is given what the image says. @param more - numbers of a constant before it, so that lengths have one byte or several */
function fileOf(value = -1, more = 3): Uint8Array {
  const graph = new Graph();
  const votes = graph.input('votes', 'int64', ['N']);
  graph.constant('bank', new Float32Array(more), [more]);
  const given = graph.constant(classGiven, [value], [1], 'int64');
  graph.constant('other', [-1], [1], 'int64');
  graph.output('class', mul(where(less(given, 0), votes, given), add(given, 1)));
  return graph.toBytes({ before: 'x', after: 'y' });
}

describe('the class as an input', () => {
  it.each([0, 1, 20, 30, 4000, 600_000])('stands in the place of the constant, behind %d numbers', (more) => {
    const file = fileOf(-1, more);
    const before = decodeModel(file);
    const after = decodeModel(withClassInput(file)!);
    const { input, initializer, ...rest } = after.graph;
    expect(rest).toEqual({ ...before.graph, input: undefined, initializer: undefined });
    expect({ ...after, graph: null }).toEqual({ ...before, graph: null });
    const constants = (all: readonly TensorProto[] = []) =>
      all.map(({ rawData, ...each }) => ({ ...each, bytes: Buffer.from(rawData ?? []).toString('base64') }));
    expect(constants(initializer)).toEqual(
      constants(before.graph.initializer?.filter(({ name }) => name !== classGiven)),
    );
    expect(initializer).toHaveLength((before.graph.initializer?.length ?? 0) - 1);
    expect(input?.map(({ name }) => name)).toEqual([classGiven, 'votes']);
    const declared = input?.[0]?.type?.tensorType;
    expect([declared?.elemType, declared?.shape?.dim?.map(({ dimParam }) => dimParam)]).toEqual([7, ['N']]);
  });

  it('is read by the engine, each image its own', async () => {
    const engine = await nodeEngine({ threads: 1 });
    const session = await engine.load(withClassInput(fileOf())!);
    const run = async (given: readonly (number | undefined)[]) => {
      const votes = int64([5, 6, 7], [3]);
      return Array.from((await session.run({ votes, [classGiven]: classTensor(given) })).class!.data, Number);
    };
    expect(await run([undefined, 2, 0])).toEqual([0, 6, 0]);
    expect(await run([3, 1, undefined])).toEqual([12, 2, 0]);
    await session.release();
  });

  it('is not to be had of a file without such a constant', () => {
    const graph = new Graph();
    graph.output('y', mul(graph.input('x', 'float32', ['N']), 2));
    expect(withClassInput(graph.toBytes())).toBeUndefined();
    expect(withClassInput(fileOf(0))).toBeUndefined();
    expect(withClassInput(new Uint8Array())).toBeUndefined();
  });

  it('meets damaged bytes with an error, or changes nothing but the constant', () => {
    const file = fileOf();
    const place = classInput(file)!;
    const damaged = fc.tuple(fc.nat(file.length - 1), fc.nat(255), fc.nat(file.length));
    fc.assert(
      fc.property(damaged, ([at, byte, end]) => {
        const bytes = new Uint8Array(file.subarray(0, end));
        if (at < end) bytes[at] = byte;
        try {
          const input = classInput(bytes);
          if (input) expect([input.at, input.bytes.length]).toEqual([place.at, place.bytes.length]);
        } catch (error) {
          expect((error as Error).message).toMatch(/truncated|no protobuf message/);
        }
      }),
    );
  });
});
