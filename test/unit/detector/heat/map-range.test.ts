/** @file The display range: good parts stay cold, the threshold is at most half way up. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import {
  endingAt,
  goodFraction,
  goodPixels,
  heatScale,
  type MapRange,
  mapRange,
} from '../../../../src/detector/heat/map-range.ts';
import { heatOf } from '../../../../src/image/heat-scale.ts';

/** Where a map value lies between the coldest and the hottest colour, as the overlay has it. */
const heat = (value: number, range: MapRange) => heatOf(value, heatScale(range));

const value = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });

describe('display range', () => {
  it('is above the good pixels and puts the threshold at most half way', () => {
    fc.assert(
      fc.property(value, value, value, (a, b, threshold) => {
        const good = { median: Math.min(a, b), upper: Math.max(a, b) };
        const range = mapRange(good, threshold);
        expect(range.low).toBe(good.upper);
        expect(Math.fround(range.high)).toBeGreaterThan(Math.fround(range.low));
        expect(heat(threshold, range)).toBeLessThanOrEqual(0.5 + 1e-6);
        expect(heat(good.median, range)).toBe(0);
      }),
    );
  });

  it('keeps maps of other good images without heat', () => {
    const random = new Random(3);
    const draw = () => random.fillNormal(new Float32Array(4096));
    const heldOut = Array.from({ length: 10 }, draw);
    const threshold = Math.max(...heldOut.map((map) => Math.max(...map)));
    const range = mapRange(goodPixels(heldOut), threshold);
    const fresh = Array.from({ length: 10 }, draw).flatMap((map) => [...map]);
    expect(fresh.filter((pixel) => heat(pixel, range) > 0).length / fresh.length).toBeLessThan(0.008);
    expect(heat(threshold, range)).toBeCloseTo(0.5, 9);
    // Six times as far above the good pixels is a usual defect, and not yet the hottest.
    const far = range.low + 5.9 * (threshold - range.low);
    expect(heat(far, range)).toBeGreaterThan(0.9);
    expect(heat(far, range)).toBeLessThan(1);
    expect(heat(range.low + 6 * (threshold - range.low), range)).toBeCloseTo(1, 9);
  });

  it('takes its scale from the good pixels where the threshold lies among them', () => {
    expect(mapRange({ median: 1, upper: 3 }, 2)).toEqual({ low: 3, high: 4, top: 6 });
    expect(mapRange({ median: 1, upper: 3 }, 8)).toEqual({ low: 3, high: 13, top: 33 });
  });

  it('ends where strong defects end, always above the threshold', () => {
    const range = mapRange({ median: 1, upper: 3 }, 8);
    expect(endingAt(range, 60)).toEqual({ low: 3, high: 13, top: 60 });
    for (const weak of [10, 8, 2, -5]) expect(endingAt(range, weak)).toEqual({ low: 3, high: 13, top: 13 });
    expect(heat(21, endingAt(range, 60))).toBeCloseTo(0.75, 9);
  });

  it('is unchanged in files of earlier versions', () => {
    for (const value of [2, 3, 4, 8, 12, 13, 20])
      expect(heat(value, { low: 3, high: 13 })).toBeCloseTo(Math.min(1, Math.max(0, (value - 3) / 10)), 9);
  });

  it.each([0, 5, 1e6])('is not empty for maps that are %d everywhere', (level) => {
    const range = mapRange(goodPixels([new Float32Array(4).fill(level)]), level);
    expect(heat(level, range)).toBe(0);
    expect(range.high).toBeGreaterThan(Math.fround(range.low));
  });

  it('takes nearest-rank quantiles over all maps', () => {
    const maps = [0, 1].map((half) =>
      Float32Array.from({ length: 500 }, (_, index) => 1000 - 2 * index - half),
    );
    expect(goodPixels(maps)).toEqual({ median: 500, upper: 1000 * goodFraction });
  });

  it.each([
    [[], /got none/],
    [[new Float32Array([1, Number.NaN])], /got NaN/],
    [[new Float32Array([1, -Infinity])], /got -Infinity/],
  ])('refuses maps %j', (maps, message) => {
    expect(() => goodPixels(maps)).toThrow(message);
  });

  it('refuses a threshold that is not finite', () => {
    expect(() => mapRange({ median: 0, upper: 1 }, Number.NaN)).toThrow(/threshold NaN/);
  });
});
