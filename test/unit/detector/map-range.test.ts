/** @file The display range: good parts stay cold, the threshold is at most half way up. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { goodFraction, goodPixels, type MapRange, mapRange } from '../../../src/detector/map-range.ts';

/** Where a map value lies between the coldest and the hottest colour, as the overlay has it. */
const heat = (value: number, { low, high }: MapRange) =>
  Math.min(Math.max((value - low) / (high - low), 0), 1);

const value = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });

describe('display range', () => {
  it('is above the good pixels and puts the threshold at most half way', () => {
    fc.assert(
      fc.property(value, value, value, (a, b, threshold) => {
        const good = { median: Math.min(a, b), upper: Math.max(a, b) };
        const range = mapRange(good, threshold);
        expect(range.low).toBe(good.upper);
        expect(Math.fround(range.high)).toBeGreaterThan(Math.fround(range.low));
        expect(heat(threshold, range)).toBeLessThanOrEqual(0.5 + 1e-9);
        expect(heat(good.median, range)).toBe(0);
      }),
    );
  });

  it('keeps other good maps cold', () => {
    const random = new Random(3);
    const draw = () => random.fillNormal(new Float32Array(4096));
    const heldOut = Array.from({ length: 10 }, draw);
    const threshold = Math.max(...heldOut.map((map) => Math.max(...map)));
    const range = mapRange(goodPixels(heldOut), threshold);
    const fresh = Array.from({ length: 10 }, draw).flatMap((map) => [...map]);
    expect(fresh.filter((pixel) => heat(pixel, range) > 0).length / fresh.length).toBeLessThan(0.008);
    expect(heat(threshold, range)).toBeCloseTo(0.5, 9);
    expect(heat(threshold * 3, range)).toBe(1);
  });

  it('takes its scale from the good pixels where the threshold lies among them', () => {
    expect(mapRange({ median: 1, upper: 3 }, 2)).toEqual({ low: 3, high: 4 });
    expect(mapRange({ median: 1, upper: 3 }, 8)).toEqual({ low: 3, high: 13 });
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
    [[new Float32Array([1, Number.NaN])], /got values from 1 to NaN/],
    [[new Float32Array([1, -Infinity])], /from -Infinity/],
  ])('refuses maps %j', (maps, message) => {
    expect(() => goodPixels(maps)).toThrow(message);
  });

  it('refuses a threshold that is not finite', () => {
    expect(() => mapRange({ median: 0, upper: 1 }, Number.NaN)).toThrow(/threshold NaN/);
  });
});
