/** @file Maps of several sizes on one grid: bilinear with half-pixel centres, layers one after another or averaged, or one place alone. */
import { describe, expect, it } from 'vitest';
import { groupedMaps } from '../../../../src/features/store/extract-maps.ts';
import { Graph } from '../../../../src/graph/index.ts';
import { float32, floats } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';

/** What a line of places becomes, by the definition. */
function resized(line: readonly number[], size: number): number[] {
  return Array.from({ length: size }, (_, at) => {
    const place = Math.min(Math.max(((at + 0.5) * line.length) / size - 0.5, 0), line.length - 1);
    const [low, share] = [Math.floor(place), place - Math.floor(place)];
    return line[low]! * (1 - share) + line[Math.min(low + 1, line.length - 1)]! * share;
  });
}

describe('joined maps', () => {
  it('lie on one grid, whether finer, coarser or there already', async () => {
    const [fine, coarse] = [
      [3, -1, 4, 1, -5, 9, 2, 6],
      [2, 7],
    ];
    const rows = 4;
    const graph = new Graph();
    const inputs = [
      graph.input('fine', 'float32', ['N', 1, 8, 8]),
      graph.input('kept', 'float32', ['N', 2, rows, 4]),
      graph.input('coarse', 'float32', ['N', 1, 2, 2]),
    ];
    const levels = groupedMaps(inputs, { rows, columns: 4 }, [
      { layers: [0, 1, 2], as: 'joined' },
      { layers: [0, 2], as: 'mean' },
      { layers: [1], as: 'mean', onePlace: true },
    ]);
    for (const [at, name] of ['joined', 'averaged', 'single'].entries()) graph.output(name, levels[at]!);
    const session = await (await nodeEngine({ threads: 1 })).load(graph.toBytes());
    // Maps that are products of a line down and one across stay such.
    const product = (line: readonly number[]) => line.flatMap((down) => line.map((across) => down * across));
    const kept = Array.from({ length: 32 }, (_, at) => at - 7);
    const { joined, averaged, single } = await session.run({
      fine: float32(Float32Array.from(product(fine)), [1, 1, 8, 8]),
      kept: float32(Float32Array.from(kept), [1, 2, rows, 4]),
      coarse: float32(Float32Array.from(product(coarse)), [1, 1, 2, 2]),
    });
    await session.release();
    expect(joined!.shape).toEqual([1, 4, rows, 4]);
    const expected = [...product(resized(fine, 4)), ...kept, ...product(resized(coarse, 4))];
    expected.forEach((value, at) => {
      expect(floats(joined)[at]).toBeCloseTo(value, 4);
    });
    expect(averaged!.shape).toEqual([1, 1, rows, 4]);
    product(resized(fine, 4)).forEach((value, at) => {
      const other = product(resized(coarse, 4))[at]!;
      expect(floats(averaged)[at]).toBeCloseTo((value + other) / 2, 4);
    });
    expect(single!.shape).toEqual([1, 2, 1, 1]);
    expect([...floats(single)]).toEqual([kept[0], kept[16]]);
  });
});
