/** @file Named regions made comparable: all together keep the class's false-alarm rate, each has as many above its threshold as the others, and their spread does not matter. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { conformalThreshold } from '../../../../src/detector/thresholds/conformal.ts';
import { outliers } from '../../../../src/detector/thresholds/outliers.ts';
import { regionOffsets } from '../../../../src/detector/thresholds/region-offsets.ts';

/** Scores of images, [image][region], region r drawn around 5 r with a spread of its own. */
const drawn = (count: number, regions: number, seed: number) => {
  const random = new Random('scores of regions', seed);
  const normal = random.fillNormal(new Float32Array(count * regions));
  return Array.from({ length: count }, (_, image) =>
    Array.from({ length: regions }, (_, region) =>
      Math.fround(5 * region + (region + 0.1) * normal[image * regions + region]!),
    ),
  );
};

const combined = (scores: readonly number[][], offsets: readonly number[]) =>
  scores.map((own) => Math.max(...own.map((score, region) => Math.fround(score + offsets[region]!))));

const withoutOutliers = (scores: readonly number[][]) => {
  const out = scores[0]!.map((_, region) => outliers(scores.map((own) => own[region]!)));
  return scores.filter((_, image) => !out.some((own) => own[image]));
};

describe('regionOffsets', () => {
  it('gives one region nothing, and the highest threshold nothing', () => {
    expect(regionOffsets([[1], [2], [3]], 0.1)).toEqual([0]);
    expect(
      regionOffsets(
        [
          [1, 10],
          [2, 40],
          [3, 20],
        ],
        0.1,
      ),
    ).toEqual([37, 0]);
  });

  it('lets all regions together be above their thresholds no more often than the rate allows one score', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer(),
        fc.double({ min: 0.01, max: 0.3, noNaN: true }),
        (count, regions, seed, rate) => {
          const scores = drawn(count, regions, seed);
          const offsets = regionOffsets(scores, rate);
          expect(Math.min(...offsets)).toBe(0);
          const kept = withoutOutliers(scores);
          fc.pre(kept.length > 0);
          const all = combined(kept, offsets);
          const { threshold, achievableRate } = conformalThreshold(all, rate);
          const above = all.filter((score) => score > threshold).length;
          expect((above + 1) / (kept.length + 1)).toBeLessThanOrEqual(achievableRate + 1e-9);
          // Each region has as many above its own threshold as any other: their spreads have no say.
          const perRegion = offsets.map(
            (offset, region) => kept.filter((own) => Math.fround(own[region]! + offset) > threshold).length,
          );
          expect(Math.max(...perRegion) - Math.min(...perRegion)).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 60 },
    ));

  it('uses as high a rate for each as all together can have', () => {
    const scores = drawn(200, 3, 7);
    const all = combined(scores, regionOffsets(scores, 0.1));
    const { threshold } = conformalThreshold(all, 0.1);
    // 201 x 0.1 = 20.1: nineteen may be above; with one rank less for each region there would be up to three fewer.
    const above = all.filter((score) => score > threshold).length;
    expect(above).toBeGreaterThanOrEqual(16);
    expect(above).toBeLessThanOrEqual(19);
  });

  it('gives an image that stands out in one region no say', () => {
    const scores = drawn(40, 2, 3);
    const before = regionOffsets(scores, 0.02);
    expect(regionOffsets([...scores, [500, 5]], 0.02)).toEqual(before);
    // Where it is known to be good, its score is the threshold.
    const kept = regionOffsets([...scores, [500, 5]], 0.02, true);
    expect(kept[0]).toBe(0);
    expect(kept[1]).toBeGreaterThan(400);
  });

  it('refuses images of different numbers of regions', () => {
    expect(() => regionOffsets([[1, 2], [1]], 0.1)).toThrow('the scores of named regions');
    expect(() => regionOffsets([], 0.1)).toThrow('the scores of named regions');
  });
});
