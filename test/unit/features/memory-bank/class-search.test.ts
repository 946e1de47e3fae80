/** @file The search in banks of several classes: first the class of an image, then the entries of that class alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import {
  classStarts,
  distancesToClasses,
  headSize,
  matchImages,
} from '../../../../src/features/memory-bank/class-search.ts';
import type { Graph } from '../../../../src/graph/index.ts';
import { runGraph } from '../../../helpers/run-graph.ts';

const width = 5;

/** Banks drawn by chance, of so many entries each. */
function drawnBank(sizes: readonly number[], random: Random, searchWidth = width) {
  const count = sizes.reduce((sum, size) => sum + size, 0);
  const entries = random.fillNormal(new Float32Array(count * width));
  const rowOf = (entry: number) => Array.from(entries.subarray(entry * width, (entry + 1) * width));
  const norms = Array.from(
    { length: count },
    (_, entry) => Math.hypot(...rowOf(entry).slice(0, searchWidth)) ** 2,
  );
  const starts = classStarts(
    sizes.flatMap((size, index) => new Array<number>(size).fill(index)),
    sizes.length,
  );
  const inGraph = (graph: Graph) => ({
    entries: graph.constant('entries', entries, [count, width]),
    norms: graph.constant('norms', norms, [count]),
    starts,
    searchWidth,
  });
  return { rowOf, starts, inGraph };
}

const distance = (one: readonly number[], other: readonly number[]) =>
  Math.hypot(...one.map((value, axis) => value - other[axis]!));

describe('where the entries of each class begin', () => {
  it('is told from their classes, for a class without any as well', () => {
    expect(classStarts([0, 0, 2, 2, 2], 4)).toEqual([0, 2, 2, 5, 5]);
    expect(classStarts([], 2)).toEqual([0, 0, 0]);
  });
});

describe('the distance to a class', () => {
  it('is that to the nearest of its first entries, and beyond all where it has none', async () => {
    const random = new Random('heads');
    const bank = drawnBank([headSize + 40, 0, 3], random);
    const rows = random.fillNormal(new Float32Array(20 * width));
    const { found } = await runGraph({ x: { data: rows, shape: [20, width] } }, (graph, { x }) => ({
      found: distancesToClasses(x!, bank.inGraph(graph)),
    }));
    let later = 0;
    for (let row = 0; row < 20; row++) {
      const own = Array.from(rows.subarray(row * width, (row + 1) * width));
      const nearest = (first: number, end: number) =>
        Math.min(...Array.from({ length: end - first }, (_, at) => distance(own, bank.rowOf(first + at))));
      const [head, none, last] = found!.data.slice(row * 3, row * 3 + 3) as [number, number, number];
      expect(head).toBeCloseTo(nearest(0, headSize), 3);
      expect(none).toBeGreaterThan(1e14);
      expect(last).toBeCloseTo(nearest(headSize + 40, headSize + 43), 3);
      if (nearest(headSize, headSize + 40) < nearest(0, headSize)) later++;
    }
    // Some rows lie nearer to an entry that is no head.
    expect(later).toBeGreaterThan(0);
  });
});

describe('the nearest entries of the class of each image', () => {
  it('are those of a search over all entries of that class, whatever the classes of the other images, and of a short list by the first components', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 4, max: 30 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: width }),
        fc.nat(),
        async (sizes, drawn, neighbours, searchWidth, seed) => {
          const random = new Random(seed, 'search');
          const bank = drawnBank(sizes, random, searchWidth);
          const classOf = drawn.map((each) => each % sizes.length);
          const patches = 3;
          const count = classOf.length * patches;
          const rows = random.fillNormal(new Float32Array(count * width));
          const found = await runGraph({ x: { data: rows, shape: [count, width] } }, (graph, { x }) => {
            const classes = graph.constant('classes', classOf, [classOf.length], 'int64');
            return {
              ...matchImages(x!, patches, bank.inGraph(graph), classes, { neighbours, shortlist: 4 }),
            };
          });
          for (let row = 0; row < count; row++) {
            const own = Array.from(rows.subarray(row * width, (row + 1) * width));
            const index = classOf[Math.floor(row / patches)]!;
            const along = (one: readonly number[], other: readonly number[]) =>
              distance(one.slice(0, searchWidth), other.slice(0, searchWidth));
            const nearest = Array.from({ length: sizes[index]! }, (_, at) =>
              bank.rowOf(bank.starts[index]! + at),
            )
              .sort((a, b) => along(own, a) - along(own, b))
              .slice(0, searchWidth < width ? 4 : undefined)
              .sort((a, b) => distance(own, a) - distance(own, b))
              .slice(0, neighbours);
            const difference = own.map(
              (value, axis) => value - nearest.reduce((sum, each) => sum + each[axis]!, 0) / nearest.length,
            );
            expect(found.distance!.data[row]).toBeCloseTo(Math.hypot(...difference), 3);
            difference.forEach((value, axis) => {
              expect(found.difference!.data[row * width + axis]).toBeCloseTo(value, 3);
            });
          }
        },
      ),
      { numRuns: 15 },
    ));

  it('are the same to the last bit where another class has been added behind', async () => {
    const rows = new Random('added').fillNormal(new Float32Array(2 * 64 * width));
    const run = (sizes: readonly number[]) => {
      const bank = drawnBank(sizes, new Random('same entries'), 3);
      const options = { neighbours: 3, shortlist: 8 };
      return runGraph({ x: { data: rows, shape: [128, width] } }, (graph, { x }) => {
        const classes = graph.constant('classes', [0, 1], [2], 'int64');
        return { ...matchImages(x!, 64, bank.inGraph(graph), classes, options) };
      });
    };
    const before = await run([700, 500]);
    const after = await run([700, 500, 900]);
    expect(after.difference!.data).toEqual(before.difference!.data);
    expect(after.distance!.data).toEqual(before.distance!.data);
  });
});
