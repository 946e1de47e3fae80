/** @file How the time of a large step is told from small ones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extrapolated } from '../../../../src/methods/shared/step-timing.ts';

const positive = fc.double({ min: 1e-6, max: 1, noNaN: true });
const timed = (seconds: (rows: number) => number) => (rows: number) => ({ rows, seconds: seconds(rows) });

describe('the estimated time of a step', () => {
  it('recovers a cost that grows with the rows beside a fixed part', () =>
    fc.assert(
      fc.property(positive, positive, (fixed, each) => {
        const of = timed((rows) => fixed + each * rows);
        expect(extrapolated(of(2048), of(8192), 100_000, false)).toBeCloseTo(fixed + each * 100_000, 4);
      }),
    ));

  it('recovers a cost of contrasted pairs of rows', () =>
    fc.assert(
      fc.property(positive, positive, (each, pair) => {
        const of = timed((rows) => each * rows + 1e-6 * pair * rows * rows);
        const expected = each * 8000 + 1e-6 * pair * 8000 ** 2;
        expect(extrapolated(of(1024), of(4096), 8000, true) / expected).toBeCloseTo(1, 6);
      }),
    ));

  it('is not inflated by clock noise where nothing is contrasted', () => {
    // Two percent too long at the larger size: two percent or so, not several times the truth.
    const [first, second] = [
      { rows: 2048, seconds: 0.2 },
      { rows: 8192, seconds: 0.816 },
    ];
    expect(extrapolated(first, second, 100_000, false)).toBeLessThan(1.05 * (0.2 / 2048) * 100_000);
  });

  it('is the measured one where the step is small', () => {
    expect(extrapolated({ rows: 8, seconds: 1 }, { rows: 12, seconds: 3 }, 12, true)).toBe(3);
  });
});
