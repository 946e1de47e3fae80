/** @file Intervals against published numbers, and what thresholds cost against plain counting. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countedShare } from '../../../src/evaluation/intervals.ts';
import { bestGain, chosenPoints, tradeOffAt, tradeOffCurve } from '../../../src/evaluation/trade-off.ts';

describe('the interval of a share', () => {
  it.each([
    // As tables of these limits have them: 18.7 to 81.3 %, 0.25 to 44.5 %, 0 to 30.8 %, 69.2 to 100 %.
    [5, 10, 0.187086, 0.812914],
    [1, 10, 0.002529, 0.445016],
    [0, 10, 0, 0.308497],
    [10, 10, 0.691503, 1],
  ])('%i of %i is from %d to %d', (count, of, low, high) => {
    const share = countedShare(count, of);
    expect(share).toMatchObject({ count, of, rate: count / of });
    expect(share.low).toBeCloseTo(low, 6);
    expect(share.high).toBeCloseTo(high, 6);
  });

  it('of none or all is in closed form, for many images too', () => {
    for (const of of [1, 20, 3000]) {
      expect(countedShare(0, of).high).toBeCloseTo(1 - 0.025 ** (1 / of), 12);
      expect(countedShare(of, of).low).toBeCloseTo(0.025 ** (1 / of), 9);
    }
    expect(countedShare(0, 20, 0.9).high).toBeCloseTo(1 - 0.05 ** (1 / 20), 12);
  });

  it.each([
    // SciPy: beta.ppf(0.025, count, of - count + 1), beta.ppf(0.975, count + 1, of - count).
    [17, 119, 0.08547680237964397, 0.21884839420605046],
    [3, 1e6, 6.186725501906401e-7, 8.767247788067677e-6],
    [50_000, 1e6, 0.04957363954732641, 0.05042896936846393],
  ])('%i of %i is as SciPy has it, and at once', (count, of, low, high) => {
    const share = countedShare(count, of);
    expect(share.low / low).toBeCloseTo(1, 8);
    expect(share.high / high).toBeCloseTo(1, 8);
  });

  it('is the same from the other side, and near the normal one for many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(300), (of, some) => {
        const share = countedShare(Math.min(some, of), of);
        const other = countedShare(of - share.count, of);
        expect(share.low).toBeCloseTo(1 - other.high, 9);
        expect(share.low).toBeLessThanOrEqual(share.rate);
        expect(share.high).toBeGreaterThanOrEqual(share.rate);
      }),
    );
    const { low, high } = countedShare(2000, 10_000);
    expect([low, high].map((limit) => Math.abs(limit - 0.2))).toEqual([
      expect.closeTo(1.96 * 0.004, 3),
      expect.closeTo(1.96 * 0.004, 3),
    ]);
  });

  it('refuses what is no share', () => {
    for (const [count, of] of [
      [0, 0],
      [3, 2],
      [-1, 2],
      [0.5, 2],
    ] as const)
      expect(() => countedShare(count, of)).toThrow(/is no share/);
  });
});

describe('what a threshold costs', () => {
  const good = Array.from({ length: 100 }, (_, at) => at / 10);
  const scores = { good, defective: [20, 9.55, 6, 3.02] };

  it('counts good images above it, and defective ones that are not', () => {
    const { falseAlarms, misses } = tradeOffAt(6, scores);
    expect([falseAlarms!.count, falseAlarms!.of, misses!.count, misses!.of]).toEqual([39, 100, 2, 4]);
    expect(tradeOffAt(6, { good: [], defective: [] })).toEqual({
      threshold: 6,
      falseAlarms: null,
      misses: null,
    });
  });

  it('is shown for some shares of false alarms, for now, and for no miss', () => {
    const points = chosenPoints(scores, 9.9);
    expect(points.map(({ why, falseAlarms, misses }) => [why, falseAlarms!.count, misses!.count])).toEqual([
      [['now', 'no false alarm'], 0, 3],
      [['false alarms up to 1 %'], 1, 3],
      [['false alarms up to 2 %'], 2, 3],
      [['false alarms up to 5 %'], 5, 2],
      [['false alarms up to 10 %'], 10, 2],
      [['false alarms up to 20 %'], 20, 2],
      [['no miss'], 69, 0],
    ]);
    // Between the lowest defect, 3.02, and the good image below it, 3.
    expect(points.map(({ threshold }) => threshold)).toEqual([9.9, 9.85, 9.75, 9.45, 8.95, 7.95, 3.01]);
  });

  const tied = fc.array(fc.integer({ min: -3, max: 6 }), { minLength: 1, maxLength: 60 });
  const real = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 40 });
  const near = fc.array(
    fc.integer({ min: 0, max: 40 }).map((steps) => Math.fround(3 + steps * 2.4e-7)),
    { minLength: 1, maxLength: 40 },
  );
  const some = fc.oneof(
    fc.tuple(tied, tied, fc.integer({ min: -4, max: 7 })),
    fc.tuple(real, real, fc.double({ noNaN: true, min: -1e30, max: 1e30 })),
    fc.tuple(near, near, fc.double({ noNaN: true, min: 3, max: 3.00001 })),
  );

  it('counts what the printed threshold does, whatever the scores', () => {
    fc.assert(
      fc.property(some, ([good, defective, now]) => {
        const scores = { good, defective };
        for (const { why: _, ...row } of chosenPoints(scores, now, 0.03))
          expect(tradeOffAt(Number(String(row.threshold)), scores)).toEqual(row);
        const [row] = chosenPoints(scores, now).filter(({ why }) => why.includes('now'));
        expect(tradeOffAt(now, scores)).toEqual({ ...tradeOffAt(row!.threshold, scores), threshold: now });
      }),
    );
  });

  it('is the lowest threshold of its share, and never more than the share, with ties too', () => {
    fc.assert(
      fc.property(some, ([good, defective]) => {
        const scores = { good, defective };
        for (const { why, threshold, falseAlarms, misses } of chosenPoints(scores, null, 0.03)) {
          if (why.includes('no miss')) expect(misses!.count).toBe(0);
          for (const reason of why) {
            if (reason === 'no miss') continue;
            const [, most = 0] = /up to (\d+) %/.exec(reason) ?? [];
            expect(falseAlarms!.rate).toBeLessThanOrEqual(Number(most) / 100);
            // At the next lower score there would be one more at least.
            const next = Math.max(...good.filter((score) => score <= threshold));
            const lower = tradeOffAt(next - 1e-9 * Math.max(1, Math.abs(next)), scores);
            expect(lower.falseAlarms!.rate).toBeGreaterThan(Number(most) / 100);
          }
        }
      }),
    );
  });

  it('has a row for the share that is wanted', () => {
    const wanted = chosenPoints(scores, 9.9, 0.07).filter(({ why }) =>
      why.includes('false alarms up to 7 %'),
    );
    expect(wanted).toMatchObject([{ threshold: 9.25, falseAlarms: { count: 7 } }]);
  });

  it('gains by the row with the fewest misses within the wanted share', () => {
    const points = chosenPoints(scores, 9.9, 0.05);
    expect(bestGain(points, 0.05)).toMatchObject({
      point: { threshold: 9.45 },
      misses: 0.25,
      falseAlarms: -0.05,
    });
    // Nothing within 2 % misses fewer, and none has fewer false alarms.
    expect(bestGain(points, 0.02)).toBeNull();
    expect(bestGain(points, null)).toBeNull();
    // As many misses, but 40 false alarms fewer.
    expect(bestGain(chosenPoints({ good, defective: [20] }, 5.95), 0.5)).toMatchObject({
      point: { why: ['no false alarm', 'no miss'] },
      misses: 0,
      falseAlarms: 0.4,
    });
    expect(bestGain(chosenPoints({ good, defective: [] }, 9.9), 0.05)).toBeNull();
    expect(bestGain(chosenPoints(scores, null), 0.05)).toBeNull();
  });

  it('has few rows where there are few images, and none without any', () => {
    expect(chosenPoints({ good: [1, 2, 3], defective: [] }, 2.5).map(({ why }) => why)).toEqual([
      ['no false alarm'],
      ['now'],
    ]);
    expect(chosenPoints({ good: [], defective: [-4] }, null)).toMatchObject([
      { why: ['no miss'], falseAlarms: null, misses: { count: 0 } },
    ]);
    expect(chosenPoints({ good: [], defective: [] }, null)).toEqual([]);
    expect(tradeOffCurve({ good: [], defective: [] })).toEqual([]);
  });

  it('is a curve from no false alarm to no miss, thinned', () => {
    const curve = tradeOffCurve(scores, 20);
    expect(curve).toHaveLength(20);
    expect([curve[0]!.falseAlarms!.count, curve[0]!.misses!.rate]).toEqual([0, 1]);
    expect([curve.at(-1)!.falseAlarms!.rate, curve.at(-1)!.misses!.count]).toEqual([1, 0]);
    const rates = curve.map(({ falseAlarms }) => falseAlarms!.rate);
    expect(rates).toEqual(rates.toSorted((a, b) => a - b));
  });
});
