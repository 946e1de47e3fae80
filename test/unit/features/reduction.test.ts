import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { coreset } from '../../../src/features/memory-bank/coreset.ts';
import { principalComponents } from '../../../src/features/memory-bank/principal-components.ts';
import { nodeEngine } from '../../../src/runtime/node.ts';

const engine = await nodeEngine({ threads: 2 });

describe('principal components', () => {
  it('finds the directions of most variance, orthonormal and in order', async () => {
    const width = 40;
    const count = 3000;
    const random = new Random('pca');
    const rows = new Float32Array(count * width);
    // Axis k has standard deviation 1 / (k + 1), around a mean of k.
    for (let row = 0; row < count; row++) {
      for (let axis = 0; axis < width; axis++) rows[row * width + axis] = axis + random.normal() / (axis + 1);
    }
    const { mean, matrix, explained } = await principalComponents(engine, rows, width, 4, random);
    expect(mean[7]).toBeCloseTo(7, 1);
    for (let component = 0; component < 4; component++) {
      const column = Array.from({ length: width }, (_, axis) => matrix[axis * 4 + component]!);
      // Above zero, whichever way the iteration found it: engines would disagree.
      expect(column[component]!).toBeGreaterThan(0.99);
      expect(Math.hypot(...column)).toBeCloseTo(1, 5);
    }
    const total = Array.from({ length: width }, (_, axis) => 1 / (axis + 1) ** 2).reduce((a, b) => a + b);
    expect(explained).toBeCloseTo((1 + 1 / 4 + 1 / 9 + 1 / 16) / total, 1);
  });

  it('use every block of rows, the last and smallest too', async () => {
    const [width, count, last] = [6, 9000, 8192];
    const random = new Random('blocks of rows');
    const rows = random.fillNormal(new Float32Array(count * width));
    // Only the rows of the last block reach far along the last axis.
    for (let row = last; row < count; row++) rows[row * width + width - 1]! = row % 2 ? 20 : -14;
    const { mean, matrix, explained } = await principalComponents(engine, rows, width, 1, random);
    const share = (count - last) / count;
    expect(mean[width - 1]).toBeCloseTo(3 * share, 1);
    expect(Math.abs(matrix[width - 1]!)).toBeGreaterThan(0.99);
    const variance = 1 - share + share * 17 ** 2 + share * (1 - share) * 3 ** 2;
    expect(explained).toBeCloseTo(variance / (variance + width - 1), 1);
  });

  it('are orthonormal too where the features have less rank than components are asked for', async () => {
    const [width, rank, components, count] = [60, 5, 40, 500];
    const random = new Random('rank');
    const mixing = random.fillNormal(new Float32Array(rank * width));
    const rows = new Float32Array(count * width);
    for (let row = 0; row < count; row++) {
      const hidden = random.fillNormal(new Float32Array(rank));
      for (let axis = 0; axis < width; axis++)
        rows[row * width + axis] = hidden.reduce(
          (sum, value, at) => sum + value * mixing[at * width + axis]!,
          0,
        );
    }
    const { matrix, explained } = await principalComponents(engine, rows, width, components, random);
    expect(explained).toBeCloseTo(1, 4);
    for (let a = 0; a < components; a++) {
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let axis = 0; axis < width; axis++)
          product += matrix[axis * components + a]! * matrix[axis * components + b]!;
        expect(Math.abs(product - (a === b ? 1 : 0))).toBeLessThan(1e-4);
      }
    }
  });
});

describe('coreset', () => {
  it('takes one entry of each far cluster before a second of any', async () => {
    const random = new Random('clusters');
    const [clusters, each, width] = [12, 30, 8];
    const rows = new Float32Array(clusters * each * width);
    for (let row = 0; row < clusters * each; row++) {
      const centre = new Random('centre', row % clusters);
      for (let axis = 0; axis < width; axis++)
        rows[row * width + axis] = 20 * centre.normal() + 0.1 * random.normal();
    }
    const entries = await coreset(engine, rows, width, random, { size: clusters });
    expect(new Set(Array.from(entries, (row) => row % clusters)).size).toBe(clusters);
  });

  it.each([
    [400, 300, 1],
    // More rows than a block has, and than a short list.
    [20_000, 60, 1],
    [3000, 260, 200],
    // Nearly all, so that rows which lay close to an entry are looked at again.
    [900, 860, 30],
  ])('equals the greedy algorithm done by hand, %i rows', async (count, size, drawn) => {
    const width = 3;
    const rows = new Random('by hand').fillNormal(new Float32Array(count * width));
    const entries = await coreset(engine, rows, width, new Random('start'), { size, drawn });
    const distance = (a: number, b: number) =>
      Math.hypot(...[0, 1, 2].map((axis) => rows[a * width + axis]! - rows[b * width + axis]!));
    const first = [...entries.subarray(0, drawn)];
    const nearest = Array.from({ length: count }, (_, row) =>
      Math.min(...first.map((entry) => distance(row, entry))),
    );
    // By chance they lie where most rows do: within the middle half of the lengths as often as not.
    if (drawn > 1) {
      const lengths = Array.from({ length: count }, (_, row) =>
        Math.hypot(...rows.subarray(row * 3, row * 3 + 3)),
      );
      const middle = lengths.toSorted((a, b) => a - b)[count / 2]!;
      const inner = first.filter((entry) => lengths[entry]! < middle).length;
      expect(Math.abs(inner / drawn - 0.5)).toBeLessThan(0.15);
    }
    for (let turn = drawn; turn < size; turn++) {
      const farthest = Math.max(...nearest);
      expect(nearest[entries[turn]!]).toBeGreaterThan(farthest - 1e-3);
      for (let row = 0; row < count; row++)
        nearest[row] = Math.min(nearest[row]!, distance(row, entries[turn]!));
    }
    expect(new Set(entries).size).toBe(size);
  });

  it('takes all rows where there are no more, in an order of chance where some are drawn', async () => {
    const rows = new Random('few').fillNormal(new Float32Array(40 * 3));
    const all = Array.from({ length: 40 }, (_, row) => row);
    expect([...(await coreset(engine, rows, 3, new Random(), { size: 90 }))]).toEqual(all);
    const drawn = [...(await coreset(engine, rows, 3, new Random(), { size: 90, drawn: 10 }))];
    expect(drawn).not.toEqual(all);
    expect(drawn.toSorted((a, b) => a - b)).toEqual(all);
  });

  it('takes equal rows too, each once, where no others are left', async () => {
    const [width, size] = [4, 700];
    // Three different rows, 400 times each.
    const rows = Float32Array.from({ length: 1200 * width }, (_, at) => Math.floor(at / width) % 3);
    const entries = await coreset(engine, rows, width, new Random('start'), { size });
    expect(entries.length).toBe(size);
    expect(new Set(entries).size).toBe(size);
    expect(new Set(Array.from(entries.subarray(0, 3), (row) => row % 3)).size).toBe(3);
  });

  it('begins anywhere where there are no entries yet, however few rows there are', async () => {
    const places = [0, 1, 3, 7, 15, 31];
    const present = new Float32Array(0);
    const entries = await coreset(engine, Float32Array.from(places), 1, new Random(), { size: 3, present });
    expect(Array.from(entries, (row) => places[row])).toEqual([0, 31, 15]);
  });

  it.each([
    [500, 900, 0.55],
    // More rows than a short list has, more entries than are brought in at once.
    [4000, 2100, 0.4],
  ])(
    'goes on from entries that there are, and stops where they reach: %i rows',
    async (count, have, beyond) => {
      const width = 3;
      const rows = new Random('new rows').fillNormal(new Float32Array(count * width));
      const present = new Random('present').fillNormal(new Float32Array(have * width));
      const found = await coreset(engine, rows, width, new Random(), { size: count, present, beyond });
      const point = (all: Float32Array, at: number) => all.subarray(at * width, (at + 1) * width);
      const apart = (a: Float32Array, b: Float32Array) =>
        Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!);
      const nearest = Array.from({ length: count }, (_, row) => {
        let least = Infinity;
        for (let at = 0; at < have; at++)
          least = Math.min(least, apart(point(rows, row), point(present, at)));
        return least;
      });
      // Each is the farthest when its turn comes, and at last none lies beyond.
      for (const entry of found) {
        expect(nearest[entry]).toBeGreaterThan(Math.max(beyond, ...nearest) - 1e-3);
        for (let row = 0; row < count; row++)
          nearest[row] = Math.min(nearest[row]!, apart(point(rows, row), point(rows, entry)));
      }
      expect(Math.max(...nearest)).toBeLessThan(beyond + 1e-3);
      expect(found.length).toBeGreaterThan(10);
      const few = await coreset(engine, rows, width, new Random(), { size: 7, present, beyond });
      expect([...few]).toEqual([...found.subarray(0, 7)]);
    },
  );

  it('adds nothing where all rows are entries already', async () => {
    const rows = new Random('known').fillNormal(new Float32Array(50 * 3));
    const options = { size: 50, present: rows, beyond: 0.01 };
    expect([...(await coreset(engine, rows, 3, new Random(), options))]).toEqual([]);
  });
});
