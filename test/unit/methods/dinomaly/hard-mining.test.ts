/** @file Hard places: which are damped, how many of them and when, against a slow reference; and how layers are parted and chosen. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { Graph, gradients, mul, sum } from '../../../../src/graph/index.ts';
import { evenParts, middleEight } from '../../../../src/methods/dinomaly/dinomaly-options.ts';
import { damped, gradientShares, rankAt } from '../../../../src/methods/dinomaly/hard-mining.ts';
import { float32, floats, int64 } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';

describe('hard places', () => {
  it('pass their gradients whole, easy ones a share of theirs, and values stay to the last bit', async () => {
    const [images, channels, rows, columns] = [2, 3, 2, 4];
    const places = rows * columns;
    const graph = new Graph();
    const maps = graph.input('maps', 'float32', [images, channels, rows, columns]);
    const distances = graph.input('distances', 'float32', [images, places]);
    const rank = graph.input('rank', 'int64', []);
    const weights = graph.input('weights', 'float32', maps.shape);
    const shares = gradientShares(distances, rank, 0.1);
    const through = damped(maps, shares);
    graph.output('through', through);
    graph.output('shares', shares);
    graph.output('slope', gradients(sum(mul(through, weights)), [maps])[0]!);
    const session = await (await nodeEngine({ threads: 1 })).load(graph.toBytes());
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 0, max: images * places - 1 }), async (seed, at) => {
        const random = new Random(seed);
        const drawn = (count: number) => random.fillNormal(new Float32Array(count));
        const [x, w, d] = [
          drawn(images * channels * places),
          drawn(images * channels * places),
          drawn(images * places),
        ];
        const said = await session.run({
          maps: float32(x, [images, channels, rows, columns]),
          weights: float32(w, [images, channels, rows, columns]),
          distances: float32(d, [images, places]),
          rank: int64([at], []),
        });
        expect(floats(said.through)).toEqual(x);
        const least = [...d].sort((a, b) => b - a)[at]!;
        const expected = Array.from(d, (each) => (each < least ? 0.1 : 1));
        floats(said.shares).forEach((share, place) => {
          expect(share).toBeCloseTo(expected[place]!, 6);
        });
        floats(said.slope).forEach((slope, index) => {
          const image = Math.floor(index / (channels * places));
          expect(slope).toBeCloseTo(w[index]! * expected[image * places + (index % places)]!, 5);
        });
      }),
      { numRuns: 20 },
    );
    await session.release();
  });

  it('become few along the warm-up, as its code counts them', () => {
    const mining = { easy: 0.9, damping: 0.1, warmUp: 1000 };
    const kept = (step: number) => rankAt(step, 12_544, mining) + 1;
    expect([0, 500, 1000, 5000].map(kept)).toEqual([12_544, 6899, 1254, 1254]);
    expect(rankAt(0, 12_544, { ...mining, warmUp: 0 }) + 1).toBe(1254);
    // One place always counts.
    expect(rankAt(5000, 4, mining)).toBe(0);
  });
});

describe('layers', () => {
  it('are eight middle ones, of twelve and of twenty-four as published', () => {
    expect(middleEight(12)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
    expect(middleEight(24)).toEqual([5, 7, 9, 11, 13, 15, 17, 19]);
    for (let depth = 1; depth <= 48; depth++) {
      const blocks = middleEight(depth);
      expect(Math.min(...blocks)).toBeGreaterThanOrEqual(1);
      expect(Math.max(...blocks)).toBeLessThanOrEqual(depth);
      expect([...blocks].sort((a, b) => a - b)).toEqual(blocks);
    }
  });

  it('are parted evenly, each in one part and none left out', () => {
    expect(evenParts(8, 2)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 }), (count, parts) => {
        fc.pre(parts <= count);
        const parted = evenParts(count, parts);
        expect(parted.flat()).toEqual([...Array(count).keys()]);
        const sizes = parted.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(Math.min(...sizes)).toBeGreaterThan(0);
      }),
    );
  });
});
