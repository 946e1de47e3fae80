/** @file The promise of the conformal threshold, checked as the counting argument behind it, and its arithmetic. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { conformalThreshold } from '../../../../src/detector/thresholds/conformal.ts';

const rate = fc.double({ min: 0.001, max: 0.999, noNaN: true });

describe('conformal threshold', () => {
  it('holds for exchangeable scores: of scores left out in turn, no more than the rate are above', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(scores, rate, (all, wanted) => {
        const promised = conformalThreshold(all.slice(1), wanted).achievableRate;
        const alarms = all.filter((score, index) => {
          const others = all.filter((_, other) => other !== index);
          return score > conformalThreshold(others, wanted).threshold;
        });
        expect(alarms.length).toBeLessThanOrEqual(promised * all.length + 1e-9);
        // Without ties the promise is exact: a looser threshold would waste it.
        if (new Set(all).size === all.length) expect(alarms.length).toBeCloseTo(promised * all.length, 9);
      }),
    );
  });

  it('holds over random draws of a skewed distribution', () => {
    const random = new Random(7);
    const draw = () => Math.exp(random.normal());
    let alarms = 0;
    const trials = 20_000;
    for (let trial = 0; trial < trials; trial++) {
      const { threshold } = conformalThreshold(Array.from({ length: 19 }, draw), 0.1);
      if (draw() > threshold) alarms++;
    }
    // Four standard deviations of a fraction of 0.1 over the trials are 0.0085.
    expect(Math.abs(alarms / trials - 0.1)).toBeLessThan(0.0085);
  });

  it('expects at most the wanted rate, unless there are too few images', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }),
        rate,
        (all, wanted) => {
          const { achievableRate, threshold, count, requestedRate } = conformalThreshold(all, wanted);
          expect({ count, requestedRate }).toEqual({ count: all.length, requestedRate: wanted });
          expect(all).toContain(threshold);
          if ((count + 1) * wanted >= 1) expect(achievableRate).toBeLessThanOrEqual(wanted + 1e-9);
          else {
            expect(threshold).toBe(Math.max(...all));
            expect(achievableRate).toBe(1 / (count + 1));
          }
        },
      ),
    );
  });

  it.each([
    [99, 0.01, 99],
    [99, 0.29, 71],
    [9, 0.7, 3],
    [19, 0.1, 18],
    [100, 0.05, 96],
    [5, 0.01, 5],
    [1, 0.5, 1],
  ])('of scores 1 to %d at a rate of %d is %d', (count, wanted, threshold) => {
    const scores = Array.from({ length: count }, (_, index) => count - index);
    expect(conformalThreshold(scores, wanted).threshold).toBe(threshold);
  });

  it.each([
    [[1], 0, /false-alarm rate.*between 0 and 1/],
    [[1], 1, /between 0 and 1/],
    [[1], Number.NaN, /between 0 and 1/],
    [[], 0.1, /at least one finite number, got none/],
    [[1, Number.NaN], 0.1, /got NaN/],
    [[1, -Infinity], 0.1, /got -Infinity/],
  ])('refuses scores %j at rate %d', (scores, wanted, message) => {
    expect(() => conformalThreshold(scores, wanted)).toThrow(message);
  });

  it('does not change the scores it is given', () => {
    const scores = Float64Array.from([3, 1, 2]);
    conformalThreshold(scores, 0.5);
    expect([...scores]).toEqual([3, 1, 2]);
  });
});
