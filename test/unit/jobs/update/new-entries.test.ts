/** @file Entries that new images give to a class. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { memoryOf } from '../../../../src/detector/bank-classes.ts';
import { far } from '../../../../src/features/memory-bank/entry-codes.ts';
import { chooseNewEntries, coverage, mostGrowth } from '../../../../src/jobs/update/new-entries.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';

const engine = await nodeEngine({ threads: 2 });
// More components than entries are compared by.
const [width, patches] = [120, 50];
const options = { coresetSize: 200, coresetShare: 0 };

/** An image's patches around a place. */
const image = (number: number, place = 0) =>
  new Random('image', number)
    .fillNormal(new Float32Array(patches * width))
    .map((value, at) => value + (at % width === 0 ? place : 0));
const choose = (
  images: readonly Float32Array[],
  present?: Parameters<typeof chooseNewEntries>[1]['present'],
) => chooseNewEntries(engine, { className: 'bolt', images, width, patches, present, options, seed: 3 });

describe('a new class', () => {
  it('gets as many as a training gives, with the image of each', async () => {
    const images = [0, 1, 2, 3, 4].map((number) => image(number));
    const { entries, images: of } = await choose(images);
    expect(entries).toHaveLength(200 * width);
    expect(new Set(of)).toEqual(new Set([0, 1, 2, 3, 4]));
    for (const [entry, number] of of.entries()) {
      const own = entries.subarray(entry * width, (entry + 1) * width);
      const rows = images[number]!;
      const found = Array.from({ length: patches }, (_, row) =>
        rows.subarray(row * width, (row + 1) * width),
      );
      expect(found.some((row) => row.every((value, axis) => value === own[axis]))).toBe(true);
    }
  });
});

describe('a class that there is', () => {
  const present = async (...numbers: readonly number[]) => ({
    memory: memoryOf((await choose(numbers.map((number) => image(number)))).entries, {
      width,
      searchWidth: null,
    }),
    images: numbers.length,
  });

  it('gets nothing from what it has, and most from what it has not', async () => {
    const have = await present(0, 1);
    expect(have.memory.lengths).toHaveLength(100);
    expect((await choose([image(1)], have)).images).toEqual([]);
    const { images } = await choose([image(1), image(2, 9)], have);
    expect(images.length).toBeGreaterThan(10);
    expect(new Set(images)).toEqual(new Set([1]));
  });

  it('grows by no more of each image than it has of those before, and to twice its size at most', async () => {
    const have = await present(0, 1, 2, 3, 4, 5, 6, 7);
    expect(have.memory.lengths).toHaveLength(200);
    const { images } = await choose([image(20, 9)], have);
    expect(images.length).toBeLessThanOrEqual(25);
    const many = Array.from({ length: 20 }, (_, number) => image(40 + number, 9 * number));
    expect((await choose(many, have)).images.length).toBe(mostGrowth * 200 - 200);
  });

  it('gets again what was put out of its reach', async () => {
    const have = await present(0, 1);
    have.memory.entries.fill(far, 0, 60 * width);
    expect((await choose([image(0), image(1)], have)).images.length).toBeGreaterThan(10);
  });
});

describe('what entries cover', () => {
  it('is how far apart the nearest of the last ones lie', () => {
    expect(coverage(Float32Array.of(0, 0, 10, 0, 0, 4, 10, 3), 2)).toBe(3);
    expect(coverage(Float32Array.of(1, 2), 2)).toBe(0);
  });
});
