import { describe, expect, it } from 'vitest';
import { failuresTail, risenTail, twoSamples } from '../../../src/evaluation/two-samples.ts';

describe('twoSamples', () => {
  it('counts pairs, ties half', () => {
    expect(twoSamples([1, 2, 3], [2, 4]).higher).toBeCloseTo((1 + 0.5 + 3) / 6, 12);
    expect(twoSamples([5, 5], [5, 5, 5])).toEqual({ higher: 0.5, p: 1 });
  });

  it('is symmetric, and has the p-value of the formula', () => {
    const low = Array.from({ length: 10 }, (_, at) => at);
    const high = low.map((value) => value + 10);
    const { higher, p } = twoSamples(low, high);
    expect(higher).toBe(1);
    // z = (50 - 0.5) / sqrt(100 * 21 / 12) = 3.742; two tails of it.
    expect(p).toBeCloseTo(1.8267e-4, 7);
    expect(twoSamples(high, low)).toEqual({ higher: 0, p });
  });
});

describe('failuresTail', () => {
  it('is the probability by counting orders: the one that failed is the highest of all', () => {
    // A threshold at the highest of 9: one new image exceeds it in one of ten orders.
    expect(failuresTail(1, 1, 0.1, 9)).toBeCloseTo(0.1, 12);
    // Both of two new ones: the highest two of 11 are they.
    expect(failuresTail(2, 2, 0.1, 9)).toBeCloseTo(2 / (11 * 10), 12);
    expect(failuresTail(0, 50, 0.1, 9)).toBe(1);
  });
});

describe('risenTail', () => {
  it("is Fisher's exact test, one-sided", () => {
    // The tea that the lady tasted: 3 and 4 right of 4, (16 + 1) / 70.
    expect(risenTail([1, 4], [3, 4])).toBeCloseTo(17 / 70, 12);
    expect(risenTail([0, 4], [4, 4])).toBeCloseTo(1 / 70, 12);
    expect(risenTail([4, 4], [0, 4])).toBeCloseTo(1, 12);
    expect(risenTail([0, 50], [0, 50])).toBe(1);
  });
});
