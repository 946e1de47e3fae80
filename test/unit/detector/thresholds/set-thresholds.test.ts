/** @file Thresholds that a person sets. */
import { describe, expect, it } from 'vitest';
import { heatScale } from '../../../../src/detector/heat/map-range.ts';
import { calibrateClass, withCalibrations } from '../../../../src/detector/thresholds/class-thresholds.ts';
import { withRateOf, withSetThresholds } from '../../../../src/detector/thresholds/set-thresholds.ts';

const threshold = { threshold: 4, achievableRate: 0.02, requestedRate: 0.02, count: 50, unknownAbove: 1 };
const before = {
  thresholds: { nut: threshold, bolt: threshold },
  display: { nut: { low: 2, high: 6, top: 20 }, bolt: { low: 2, high: 6 } },
};
const set = (thresholds: Record<string, number>, checks: Record<string, number> = {}) =>
  withSetThresholds(before, {
    thresholds: new Map(Object.entries(thresholds)),
    checks: new Map(Object.entries(checks)),
  });

describe('a threshold that is set', () => {
  it('has no rate until photographs show one, and leaves other classes', () => {
    const { thresholds } = set({ nut: 6 });
    expect(thresholds.nut).toEqual({
      ...{ threshold: 6, achievableRate: 1, requestedRate: 0.02, count: 0, unknownAbove: 1, given: true },
    });
    expect(thresholds.bolt).toBe(threshold);
    expect(withRateOf(thresholds.nut!, [])).toBe(thresholds.nut);
    // One of nine above it, and one more as if.
    const scores = [1, 2, 3, 4, 5, 6, 6, 5, 7];
    expect(withRateOf(thresholds.nut!, scores)).toMatchObject({ achievableRate: 0.2, count: 9 });
  });

  it('stands in the middle of the colours, but not so close to their beginning that all is hot', () => {
    expect(heatScale(set({ nut: 6 }).display.nut!)).toMatchObject({ low: 2, middle: 6, top: 20 });
    expect(heatScale(set({ bolt: 3 }).display.bolt!)).toMatchObject({ low: 2, middle: 3, top: 4 });
    for (const low of [2, 1, -5]) expect(heatScale(set({ nut: low }).display.nut!).middle).toBe(2.5);
  });

  it('is joined by a second, lower one', () => {
    expect(set({}, { nut: 3 }).thresholds.nut).toEqual({ ...threshold, checkAbove: 3 });
    expect(set({ nut: 2 }, { nut: 1 }).thresholds.nut).toMatchObject({ threshold: 2, checkAbove: 1 });
    for (const [thresholds, check] of [
      [{}, 4],
      [{}, 5],
      [{ nut: 2 }, 3],
    ] as const)
      expect(() => set(thresholds, { nut: check })).toThrow(
        /--check-threshold to be below the threshold of nut/,
      );
    // Where the first goes below the second, nothing is between them.
    const two = set({}, { nut: 3 });
    const lower = withSetThresholds(two, { thresholds: new Map([['nut', 2.5]]) });
    expect(lower.thresholds.nut).not.toHaveProperty('checkAbove');
  });
});

describe('a second threshold from good images', () => {
  const scores = Array.from({ length: 99 }, (_, at) => at + 1);
  const pixels = { median: 0, upper: 1 };

  it('has a rate of its own, and is absent where they are too few to tell', () => {
    const { threshold: both } = calibrateClass({ scores, pixels }, 0.02, false, 0.1);
    expect([both.threshold, both.checkAbove]).toEqual([98, 90]);
    const few = calibrateClass({ scores: scores.slice(0, 6), pixels }, 0.02, false, 0.1);
    expect(few.threshold).not.toHaveProperty('checkAbove');
  });

  it('stays when the first is set anew above it', () => {
    const two = set({}, { nut: 3 });
    const anew = (count: number) =>
      withCalibrations(
        two,
        new Map([['nut', calibrateClass({ scores: scores.slice(0, count), pixels }, 0.02)]]),
      );
    expect(anew(99).thresholds.nut).toMatchObject({ threshold: 98, checkAbove: 3 });
    expect(anew(2).thresholds.nut).not.toHaveProperty('checkAbove');
  });
});
