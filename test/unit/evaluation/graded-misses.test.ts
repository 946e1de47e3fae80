import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type GradedResult,
  halfMissed,
  missTable,
  neverRising,
  pooledMisses,
} from '../../../src/evaluation/graded-misses.ts';
import { countedShare } from '../../../src/evaluation/intervals.ts';

/** Each of four images has two sizes at two contrasts. */
const results: GradedResult[] = [0, 1, 2, 3].flatMap((image) =>
  [0, 1].flatMap((size) =>
    [0, 1].map((contrast) => ({
      image,
      size,
      contrast,
      missed: size === 0 || (contrast === 0 && image < 1),
    })),
  ),
);

describe('misses of graded defects', () => {
  it('are counted in images, by size and contrast', () => {
    expect(missTable(results, 2, 3)).toEqual([
      [countedShare(4, 4), countedShare(4, 4), null],
      [countedShare(1, 4), countedShare(0, 4), null],
    ]);
  });

  it('are as sure, all together, as so many images can make them, however many defects they have', () => {
    const { rate, low, high, images, defects } = pooledMisses(results);
    expect([rate, images, defects]).toEqual([9 / 16, 4, 16]);
    expect([low, high]).toEqual([countedShare(2, 4).low, countedShare(3, 4).high]);
    const doubled = pooledMisses([...results, ...results]);
    expect([doubled.low, doubled.high]).toEqual([low, high]);
    expect(pooledMisses(results.map((each) => ({ ...each, missed: true }))).high).toBe(1);
  });
});

describe('the size of which half is missed', () => {
  it('lies between two sizes, along their logarithms', () => {
    expect(halfMissed([1, 4], [1, 0])).toEqual({ where: 'between', size: 2 });
    expect(halfMissed([1, 2, 4], [1, 0.5, 0])).toEqual({ where: 'between', size: 2 });
  });

  it('lies beyond them where most of the smallest are found, or half of the largest missed', () => {
    expect(halfMissed([1, 2], [0.4, 0])).toEqual({ where: 'below' });
    expect(halfMissed([1, 2], [1, 0.5])).toEqual({ where: 'above' });
  });

  it('does not take chance for a size: rates never rise', () => {
    expect(neverRising([1, 0.2, 0.6, 0])).toEqual([1, 0.4, 0.4, 0]);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (values) => {
        const falling = neverRising(values);
        for (let at = 1; at < falling.length; at++)
          expect(falling[at]!).toBeLessThanOrEqual(falling[at - 1]! + 1e-12);
        const sum = (all: readonly number[]) => all.reduce((total, value) => total + value, 0);
        expect(sum(falling)).toBeCloseTo(sum(values), 9);
      }),
    );
  });
});
