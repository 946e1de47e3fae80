/** @file The search in banks of several classes: first the class of an image, then the entries of that class alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundToHalves } from '../../../../src/core/half.ts';
import { Random } from '../../../../src/core/random.ts';
import {
  type ClassBank,
  classStarts,
  distancesToClasses,
  headSize,
  leaveOutOfClasses,
  matchImages,
} from '../../../../src/features/memory-bank/class-search.ts';
import { codesOf, joinedCodes, lengthDigits } from '../../../../src/features/memory-bank/entry-codes.ts';
import type { Graph } from '../../../../src/graph/index.ts';
import { runGraph } from '../../../helpers/run-graph.ts';

const width = 5;

/** Banks drawn by chance, of so many entries each. */
function drawnBank(sizes: readonly number[], random: Random, searchWidth: number | null = null) {
  const count = sizes.reduce((sum, size) => sum + size, 0);
  const entries = roundToHalves(random.fillNormal(new Float32Array(count * width)));
  const rowOf = (entry: number) => Array.from(entries.subarray(entry * width, (entry + 1) * width));
  const norms = Array.from({ length: count }, (_, entry) => Math.hypot(...rowOf(entry)) ** 2);
  const starts = classStarts(
    sizes.flatMap((size, index) => new Array<number>(size).fill(index)),
    sizes.length,
  );
  const ofClasses = starts
    .slice(1)
    .map((end, index) =>
      codesOf(entries.subarray(starts[index]! * width, end * width), width, searchWidth ?? width),
    );
  const all = joinedCodes(ofClasses, searchWidth ?? width);
  const inGraph = (graph: Graph): ClassBank => ({
    entries: graph.constant('entries', entries, [count, width], 'float16'),
    norms: graph.constant('norms', norms, [count]),
    starts,
    ...(searchWidth !== null && {
      coded: {
        codes: graph.constant('codes', all.codes.data, all.codes.shape, 'int8'),
        centres: graph.constant('centres', all.centres.data, all.centres.shape),
        perUnit: graph.constant('per_unit', all.perUnit.data, all.perUnit.shape),
      },
    }),
  });
  return { rowOf, starts, inGraph, ofClasses };
}

type Drawn = ReturnType<typeof drawnBank>;

/** How far entries of a class are from a row. */
const distanceTo = (row: readonly number[], bank: Drawn, index: number) => (entry: number) =>
  distance(row, bank.rowOf(bank.starts[index]! + entry));

/** How far they are by the codes of both, as the graph has it: whole numbers, of which some are equal. */
function asCoded(row: readonly number[], bank: Drawn, index: number, searchWidth: number) {
  const { codes, centre, perUnit } = bank.ofClasses[index]!;
  const count = codes.length / (searchWidth + lengthDigits);
  const own = row.slice(0, searchWidth).map((value, axis) => {
    const steps = Math.fround(Math.fround(value - centre[axis]!) * perUnit);
    return Math.trunc(Math.fround(Math.max(-63, Math.min(63, steps)) + 64.5)) - 64;
  });
  return (entry: number) => {
    const code = own.map((_, axis) => codes[axis * count + entry]!);
    const product = own.reduce((sum, each, axis) => sum + each * code[axis]!, 0);
    return Math.round(code.reduce((sum, each) => sum + each * each, 0) / 4) - product;
  };
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
  it('are those of a search over all entries of that class, whatever the classes of the other images, and of a short list by codes', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 4, max: 30 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 3 }),
        fc.option(fc.integer({ min: 1, max: width })),
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
            const far =
              searchWidth === null ? distanceTo(own, bank, index) : asCoded(own, bank, index, searchWidth);
            const listed = Array.from({ length: sizes[index]! }, (_, entry) => entry)
              .sort((a, b) => far(a) - far(b))
              .slice(0, searchWidth === null ? undefined : 4);
            const exact = distanceTo(own, bank, index);
            const nearest = listed.sort((a, b) => exact(a) - exact(b)).slice(0, neighbours);
            const entries = nearest.map((entry) => bank.rowOf(bank.starts[index]! + entry));
            const difference = own.map(
              (value, axis) => value - entries.reduce((sum, each) => sum + each[axis]!, 0) / nearest.length,
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

  it('are none of the image itself where its entries are left out', async () => {
    for (const searchWidth of [null, 3]) {
      const bank = drawnBank([300, 200], new Random('left out'), searchWidth);
      const entryImages = Array.from({ length: 500 }, (_, entry) => entry % 50);
      // Patches that are entries of image 7, in the first class, and of no image.
      const own = [7, 57, 107, 257].flatMap((entry) => bank.rowOf(entry));
      const nearestTo = async (image: number) => {
        const { distance: found } = await runGraph(
          { x: { data: Float32Array.from(own), shape: [4, width] } },
          (graph, { x }) => {
            const left = graph.constant('left', [image], [1], 'int64');
            const others = leaveOutOfClasses(bank.inGraph(graph), left, entryImages);
            const classes = graph.constant('classes', [0], [1], 'int64');
            return { ...matchImages(x!, 4, others, classes, { neighbours: 1, shortlist: 6 }) };
          },
        );
        return Array.from(found!.data);
      };
      for (const each of await nearestTo(99)) expect(each).toBeCloseTo(0, 5);
      const others = await nearestTo(7);
      [7, 57, 107, 257].forEach((entry, row) => {
        const far = distanceTo(bank.rowOf(entry), bank, 0);
        const nearest = Array.from({ length: 300 }, (_, at) => at)
          .filter((at) => at % 50 !== 7)
          .map(far);
        if (searchWidth === null) expect(others[row]).toBeCloseTo(Math.min(...nearest), 4);
        else expect(others[row]).toBeGreaterThan(Math.min(...nearest) - 1e-4);
      });
    }
  });

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

  it('are the same where an image has more patches than are compared at once', async () => {
    const bank = drawnBank([70, 50], new Random('many'), 3);
    const rows = new Random('many').fillNormal(new Float32Array(2 * 6000 * width));
    const run = (patches: number, classOf: readonly number[]) =>
      runGraph({ x: { data: rows, shape: [12_000, width] } }, (graph, { x }) => {
        const classes = graph.constant('classes', classOf, [classOf.length], 'int64');
        return { ...matchImages(x!, patches, bank.inGraph(graph), classes, { neighbours: 2, shortlist: 5 }) };
      });
    const [large, small] = [await run(6000, [0, 1]), await run(3000, [0, 0, 1, 1])];
    expect(large.distance!.shape).toEqual([12_000]);
    expect(large.distance!.data).toEqual(small.distance!.data);
    expect(large.difference!.data).toEqual(small.difference!.data);
  });
});
