/** @file Numbers with few digits between two others. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  printedThreshold,
  shortestBetween,
  thresholdBetween,
} from '../../../src/evaluation/printed-threshold.ts';

describe('a threshold as it is printed', () => {
  it.each([
    [3.1, 3.2, 3.15],
    [2, 4, 3],
    [0.73, 0.95, 0.8],
    [9.2, 9.3, 9.25],
    [9.96, 10.3, 10.1],
    [-0.0124, -0.0117, -0.012],
    [0, 0, 0.01],
    [1, 1 + Number.EPSILON, 1],
    [999999999999.9999, 1e12, 999999999999.9999],
  ])('between %d and %d is %d', (lower, upper, expected) => {
    expect(thresholdBetween(lower, lower === upper ? undefined : upper)).toBe(expected);
  });

  it('lies where it should, with no digit that could be left out', () => {
    const number = fc.double({ noNaN: true, min: -1e12, max: 1e12 });
    fc.assert(
      fc.property(number, number, (a, b) => {
        fc.pre(a !== b);
        const [lower, upper] = a < b ? [a, b] : [b, a];
        const value = thresholdBetween(lower, upper);
        expect(value >= lower && value < upper).toBe(true);
        const digits = value.toExponential().split('e')[0]!.replace(/[-.]/g, '').length;
        const shorter = Number(value.toPrecision(Math.max(1, digits - 1)));
        // It would be nearer to one of both than to the middle. Where few doubles lie between, or both are among the least, quarters are not exact.
        const fine = Math.max(1e-300, 64 * Number.EPSILON * Math.max(Math.abs(lower), Math.abs(upper)));
        if (digits > 1 && upper - lower > fine)
          expect(Math.abs(shorter - (lower + upper) / 2)).toBeGreaterThan((upper - lower) / 5);
      }),
    );
  });

  it('is above the highest score, and below the lowest', () => {
    expect(thresholdBetween(5, undefined)).toBeGreaterThan(5);
    expect(thresholdBetween(undefined, -5)).toBeLessThan(-5);
    expect(thresholdBetween(undefined, 0)).toBeLessThan(0);
  });

  it('keeps six digits of one in use, and more where a score is near', () => {
    expect(printedThreshold(3.4465928077697754, [1, 5])).toBe(3.44659);
    // As most are: a score itself, which must not come to lie above.
    expect(printedThreshold(3.4465928077697754, [3.4465928077697754, 5])).toBe(3.4466);
    expect(printedThreshold(2.5, [])).toBe(2.5);
    expect(shortestBetween(1, 1.0000001, 1, 3)).toBe(1);
  });
});
