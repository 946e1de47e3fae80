/** @file Scores of good images that stand out, and what they leave of a threshold. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { calibrateClass } from '../../../../src/detector/thresholds/class-thresholds.ts';
import { deviations, leastImages, outliers } from '../../../../src/detector/thresholds/outliers.ts';

const pixels = { median: 0, upper: 1 };
const ordinaryScores = (count: number, key = 'ordinary') => {
  const random = new Random(key);
  return Array.from({ length: count }, () => 3 + 0.5 * random.normal());
};

describe('outliers among good scores', () => {
  it('are those far above the others, one or several', () => {
    const scores = [...ordinaryScores(17), 15.6, 15.5, 14];
    expect(outliers(scores)).toEqual([...Array(17).fill(false), true, true, true]);
  });

  it('are never low ones, none of few, and none where all are equal', () => {
    expect(outliers([...ordinaryScores(30), -50]).includes(true)).toBe(false);
    expect(outliers([...ordinaryScores(leastImages - 2), 99]).includes(true)).toBe(false);
    expect(deviations(Array(20).fill(4))).toEqual(Array(20).fill(0));
  });

  it('stay the same when all scores are moved and stretched', () => {
    const numbers = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 8, maxLength: 40 });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 8 }), (scores, power) => {
        // Powers of two are exact.
        expect(outliers(scores.map((score) => score * 2 ** power))).toEqual(outliers(scores));
      }),
    );
  });
});

describe('a threshold', () => {
  it('is not raised by bad parts among the good ones', () => {
    const good = ordinaryScores(17);
    const clean = calibrateClass({ scores: good, pixels }, 0.02);
    const dragged = calibrateClass({ scores: [...good, 15.6, 20.6], pixels }, 0.02);
    expect(dragged.threshold.threshold).toBe(clean.threshold.threshold);
    expect(dragged.threshold).toMatchObject({ count: 17, setAside: 2 });
    expect(dragged.display).toEqual(clean.display);
    expect(clean.threshold.setAside).toBeUndefined();
  });

  it('counts outliers that are known to be good', () => {
    const kept = calibrateClass({ scores: [...ordinaryScores(17), 15.6], pixels }, 0.02, true);
    expect(kept.threshold).toMatchObject({ threshold: 15.6, count: 18 });
    expect(kept.setAside.includes(true)).toBe(false);
  });
});
