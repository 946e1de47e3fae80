/** @file Entries in 8 bits: what a product of codes says, and what it can overflow. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import {
  codesOf,
  codesOutOfReach,
  far,
  joinedCodes,
  lengthDigits,
  nearnessByCodes,
} from '../../../../src/features/memory-bank/entry-codes.ts';
import { runGraph } from '../../../helpers/run-graph.ts';

const squared = (values: readonly number[]) => values.reduce((sum, value) => sum + value * value, 0);

/** Nearness of every entry to every row, by the graph. */
async function nearness(rows: Float32Array, entries: Float32Array, width: number, searchWidth = width) {
  const { codes, centre, perUnit } = codesOf(entries, width, searchWidth);
  const count = entries.length / width;
  const { found } = await runGraph(
    { x: { data: rows, shape: [rows.length / searchWidth, searchWidth] } },
    (graph, { x }) => ({
      found: nearnessByCodes(x!, {
        codes: graph.constant('codes', codes, [searchWidth + lengthDigits, count], 'int8'),
        centre: graph.constant('centre', centre, [1, searchWidth]),
        perUnit: graph.constant('per_unit', [perUnit], [1]),
      }),
    }),
  );
  return Array.from({ length: rows.length / searchWidth }, (_, row) =>
    Array.from(found!.data.slice(row * count, (row + 1) * count)),
  );
}

describe('the nearness of entries by their codes', () => {
  it('falls with the squared distance of the codes, whatever the scale of the entries, and nothing overflows', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 1e-3, max: 1e4, noNaN: true }),
        fc.nat(),
        async (width, count, scale, seed) => {
          const random = new Random(seed);
          const draw = (rows: number) =>
            random.fillNormal(new Float32Array(rows * width)).map((value) => value * scale);
          const [entries, rows] = [draw(count), draw(5)];
          const { codes, centre, perUnit } = codesOf(entries, width, width);
          const found = await nearness(rows, entries, width);
          for (const [row, values] of found.entries()) {
            const own = Array.from(rows.subarray(row * width, (row + 1) * width), (value, axis) =>
              Math.floor(
                Math.max(-63, Math.min(63, Math.fround(Math.fround(value - centre[axis]!) * perUnit))) + 0.5,
              ),
            );
            for (const [entry, value] of values.entries()) {
              const code = own.map((_, axis) => codes[axis * count + entry]!);
              const apart = squared(own.map((each, axis) => 2 * each - code[axis]!));
              // The row's own length is left away; that of the entry is rounded.
              expect(Math.abs(value - (4 * squared(own) - apart) / 4)).toBeLessThanOrEqual(
                0.5 + 63e-2 * width,
              );
            }
          }
        },
      ),
      { numRuns: 20 },
    ));

  it('keeps the entries that are nearest in truth among the first few', async () => {
    const [width, count] = [112, 3000];
    const random = new Random('many components');
    // As principal components are: each next one is narrower.
    const draw = (rows: number) =>
      random.fillNormal(new Float32Array(rows * width)).map((value, at) => (value * 8) / (1 + (at % width)));
    const [entries, rows] = [draw(count), draw(50)];
    const found = await nearness(rows, entries, width);
    let kept = 0;
    for (const [row, values] of found.entries()) {
      const apart = (entry: number) =>
        squared(
          Array.from(
            { length: width },
            (_, axis) => rows[row * width + axis]! - entries[entry * width + axis]!,
          ),
        );
      const order = values.map((_, entry) => entry);
      const distances = order.map(apart);
      const nearest = [...order].sort((a, b) => distances[a]! - distances[b]!).slice(0, 3);
      const listed = new Set([...order].sort((a, b) => values[b]! - values[a]!).slice(0, 8));
      kept += nearest.filter((entry) => listed.has(entry)).length;
    }
    expect(kept).toBeGreaterThanOrEqual(147);
  });

  it('is the least for an entry out of reach, from wherever it is looked at', async () => {
    const width = 6;
    const random = new Random('out of reach');
    const entries = random.fillNormal(new Float32Array(40 * width));
    entries.fill(far, 9 * width, 10 * width);
    const rows = random.fillNormal(new Float32Array(30 * width)).map((value) => value * 10);
    for (const values of await nearness(rows, entries, width)) {
      const nearer = values.filter((value) => value > values[9]!);
      expect(nearer.length).toBeGreaterThan(15);
    }
    const { codes } = codesOf(entries, width, width);
    expect(Array.from(codesOutOfReach(width))).toEqual(
      Array.from({ length: width + lengthDigits }, (_, row) => codes[row * 40 + 9]),
    );
  });
});

describe('codes of several classes', () => {
  it('lie beside each other as they are, those of a class without entries as well', () => {
    const random = new Random('classes');
    const classes = [3, 0, 2].map((count) => codesOf(random.fillNormal(new Float32Array(count * 4)), 4, 2));
    const all = joinedCodes(classes, 2);
    expect(all.codes.shape).toEqual([2 + lengthDigits, 5]);
    for (const [index, first, count] of [
      [0, 0, 3],
      [2, 3, 2],
    ] as const)
      for (let row = 0; row < 2 + lengthDigits; row++)
        expect(Array.from(all.codes.data.subarray(row * 5 + first, row * 5 + first + count))).toEqual(
          Array.from(classes[index]!.codes.subarray(row * count, (row + 1) * count)),
        );
    expect(all.perUnit.data[1]).toBeGreaterThan(0);
  });
});
