/** @file How distances vary near the rim: each zone by its own patches, where there are enough, and never forgiven less than what is within. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { localLevels } from '../../../../src/features/memory-bank/local-level.ts';
import { type ImageDistances, rimSpread } from '../../../../src/features/memory-bank/rim-spread.ts';
import { innerZone, rimZones, zonesOfPatches } from '../../../../src/image/rim.ts';

const grid = { rows: 15, columns: 17 };
const zones = zonesOfPatches(grid);
const seen = { zones, grid, topShare: 0.01 };
const corner = zones[0]!;
const images = (count: number, shiftOf: (zone: number, image: number) => number): ImageDistances[] =>
  Array.from({ length: count }, (_, image) => {
    const random = new Random('rim', image);
    return {
      distances: Float32Array.from(zones, (zone) => 2 + shiftOf(zone, image) + 0.3 * random.normal()),
    };
  });

/** By the definition, in double precision. */
function spreadOf(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    mean,
    deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length),
  };
}

const ofZone = (all: readonly ImageDistances[], zone: number) =>
  all.flatMap(({ distances }) => [...distances].filter((_, patch) => zones[patch] === zone));

describe('the spread near the rim', () => {
  it('is that of the patches of each zone', () => {
    const all = images(8, (zone) => (zone === corner ? 3 : 0));
    const { means, deviations } = rimSpread(all, seen);
    for (const zone of [corner, innerZone]) {
      const { mean, deviation } = spreadOf(ofZone(all, zone));
      expect(means[zone]).toBeCloseTo(mean, 5);
      expect(deviations[zone]).toBeGreaterThanOrEqual(deviation - 1e-6);
    }
    expect(means[corner]! - means[innerZone]!).toBeGreaterThan(2.5);
  });

  it('is that of what is within, where a zone has few patches or is quieter', () => {
    const few = rimSpread(
      images(2, (zone) => (zone === corner ? 3 : 0)),
      seen,
    );
    expect(few.means[corner]).toBe(few.means[innerZone]);
    const quiet = rimSpread(
      images(8, (zone) => (zone === innerZone ? 0 : -1.5)),
      seen,
    );
    expect(new Set(quiet.means)).toEqual(new Set([quiet.means[innerZone]]));
  });

  it('has as its level the highest mean of an image, in these units', () => {
    const all = images(8, (_, image) => image / 10);
    const { means, deviations, level } = rimSpread(all, seen);
    const levels = all.map(
      ({ distances }) =>
        distances.reduce(
          (sum, value, patch) => sum + (value - means[zones[patch]!]!) / deviations[zones[patch]!]!,
          0,
        ) / distances.length,
    );
    expect(level).toBeCloseTo(Math.max(...levels), 6);
    expect(level).toBe(Math.max(...levels));
    expect(levels.indexOf(level)).toBe(7);
  });

  it('of the whole made small is such that good images reach 0.6 as high by it as by the tiles, and the level is the highest around a patch', () => {
    const both = { ...grid, whole: { rows: 20, columns: 18 } };
    const own = zonesOfPatches(both);
    const all = Array.from({ length: 8 }, (_, image): ImageDistances => {
      const random = new Random('whole', image);
      const distances = Float32Array.from(own, (zone) =>
        zone < rimZones ? 2 + 0.3 * random.normal() : 9 + 4 * random.uniform(0, 1) ** 6,
      );
      return { distances };
    });
    const spread = rimSpread(all, { zones: own, grid: both, topShare: 0 });
    const { means, deviations, level } = spread;
    const fine = grid.rows * grid.columns;
    const alone = rimSpread(
      all.map(({ distances }) => ({ distances: distances.slice(0, fine) })),
      seen,
    );
    expect(means.slice(0, rimZones)).toEqual(alone.means);
    expect(deviations.slice(0, rimZones)).toEqual(alone.deviations);
    const levels = all.map(({ distances }) => {
      const scores = distances.map(
        (value, patch) => (value - means[own[patch]!]!) / deviations[own[patch]!]!,
      );
      return Math.max(...localLevels(scores.slice(0, fine), grid));
    });
    expect(level).toBeCloseTo(Math.max(...levels), 5);
    const peaks = all.map(({ distances }) => {
      const scores = distances.map(
        (value, patch) => (value - means[own[patch]!]!) / deviations[own[patch]!]!,
      );
      const around = localLevels(scores.slice(0, fine), grid);
      const ofTiles = scores.slice(0, fine).map((score, patch) => score - Math.min(around[patch]!, level));
      return [Math.max(...ofTiles), Math.max(...scores.slice(fine))] as const;
    });
    const [tiles, whole] = [0, 1].map((at) => peaks.reduce((sum, peak) => sum + peak[at]!, 0));
    expect(whole! / tiles!).toBeCloseTo(0.6, 4);
    // An image of which no tile is inside says nothing of how high tiles reach.
    const outside = Uint8Array.from(own, (zone) => (zone < rimZones ? 0 : 1));
    const more = rimSpread([...all, { ...all[0]!, inside: outside }], {
      zones: own,
      grid: both,
      topShare: 0,
    });
    expect(more.level).toBe(level);
    expect(more.deviations.at(-1)! / deviations.at(-1)!).toBeCloseTo(1, 1);
  });

  it('counts what is inside alone', () => {
    const inside = Uint8Array.from(zones, (_, patch) => (patch % 3 === 0 ? 1 : 0));
    const plain = images(9, () => 0).map((each) => ({ ...each, inside }));
    const smudged = plain.map(({ distances }) => ({
      distances: distances.map((value, patch) => (inside[patch] === 1 ? value : 99)),
      inside,
    }));
    expect(rimSpread(smudged, seen)).toEqual(rimSpread(plain, seen));
  });
});
