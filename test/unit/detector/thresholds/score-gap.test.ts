/** @file How much lower trained images score than new ones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { lifts, mostGap, robustSpread, scoreGap } from '../../../../src/detector/thresholds/score-gap.ts';

/** Skewed scores of one class, of which the trained ones are lower by `known` standard deviations. */
function product(random: Random, known: number, [trained, heldOut]: readonly [number, number], scale = 1) {
  const draw = () => scale * Math.exp(0.4 * random.normal());
  const lower = known * scale * 0.4;
  return {
    trained: Array.from({ length: trained }, () => draw() - lower),
    heldOut: Array.from({ length: heldOut }, draw),
  };
}

describe('robust spread', () => {
  it('is the standard deviation of a normal distribution, whatever a few outliers do', () => {
    const random = new Random(3);
    const values = Array.from({ length: 20_000 }, () => 5 + 2 * random.normal());
    const { centre, deviation } = robustSpread([...values, ...new Array<number>(200).fill(1e6)]);
    expect(centre).toBeCloseTo(5, 0);
    expect(Math.abs(deviation - 2)).toBeLessThan(0.1);
  });

  it('has no centre for an empty list, and is 0 for one value', () => {
    expect(robustSpread([])).toEqual({ centre: Number.NaN, deviation: 0 });
    expect(robustSpread([3])).toEqual({ centre: 3, deviation: 0 });
  });
});

describe('the train/held-out score gap', () => {
  it('is how much lower trained images score than held-out ones, over classes of any scale', () => {
    const random = new Random(5);
    const products = [1, 30, 0.01].map((scale) => product(random, 0.6, [400, 200], scale));
    expect(Math.abs(scoreGap(products) - 0.6)).toBeLessThan(0.12);
  });

  it('is 0 where trained images score higher, and where scores have no spread', () => {
    const eight = [4, 5, 6, 7, 8, 9, 10, 11];
    expect(scoreGap([{ trained: eight, heldOut: [1, 2] }])).toBe(0);
    expect(scoreGap([{ trained: eight, heldOut: [8] }])).toBeGreaterThan(0);
    // Of three images one is often far from the others.
    expect(scoreGap([{ trained: [1, 1.1], heldOut: [1.35] }])).toBe(0);
    expect(scoreGap([{ trained: [4], heldOut: [9] }])).toBe(0);
    expect(scoreGap([{ trained: [], heldOut: [9] }])).toBe(0);
    expect(scoreGap([])).toBe(0);
  });

  it('is above 1 only where enough held-out images show it', () => {
    const random = new Random(7);
    const far = (counts: readonly [number, number]) => scoreGap([product(random, 1.6, counts)]);
    expect(far([17, 3])).toBe(mostGap);
    expect(far([400, 200])).toBeGreaterThan(1.3);
    // By chance alone seldom; the median of three is above 1 three times in ten here.
    const trials = 500;
    let above = 0;
    for (let trial = 0; trial < trials; trial++)
      if (scoreGap([product(random, 0.5, [17, 3])]) > mostGap) above++;
    expect(above / trials).toBeLessThan(0.1);
  });

  it('does not depend on the unit and the origin of the scores', () => {
    const values = (least: number) =>
      fc.array(fc.integer({ min: -50, max: 50 }), { minLength: least, maxLength: 20 });
    const unit = fc.constantFrom(0.25, 1, 8);
    const origin = fc.integer({ min: -9, max: 9 });
    let counted = 0;
    fc.assert(
      fc.property(values(8), values(1), unit, origin, (trained, heldOut, scale, moved) => {
        const other = (scores: readonly number[]) => scores.map((score) => scale * score + moved);
        const expected = scoreGap([{ trained, heldOut }]);
        if (expected > 0 && expected < mostGap) counted++;
        expect(scoreGap([{ trained: other(trained), heldOut: other(heldOut) }])).toBeCloseTo(expected, 9);
        const by = (scores: readonly number[]) => lifts([{ trained: scores, heldOut: [] }], 0.5)[0]!;
        expect(by(other(trained))).toBeCloseTo(scale * by(trained), 9);
      }),
    );
    expect(counted).toBeGreaterThan(0);
  });
});

describe('what trained scores are raised by', () => {
  const spread = (deviation: number, count = 9) =>
    Array.from({ length: count }, (_, at) => 10 + ((at - (count - 1) / 2) * deviation) / 1.4826 / 2);

  it("is the gap times each class's own deviation", () => {
    const products = [1, 4].map((deviation) => ({ trained: spread(deviation), heldOut: [] }));
    for (const { trained } of products) expect(robustSpread(trained).deviation).toBeGreaterThan(0);
    const [first, second] = lifts(products, 0.5);
    expect(first).toBeCloseTo(0.5 * robustSpread(products[0]!.trained).deviation, 9);
    expect(second).toBeCloseTo(4 * first!, 9);
  });

  it("is by the other classes' deviations where a class has too few images, or no spread", () => {
    const wide = [1, 2, 4].map((deviation) => ({ trained: spread(deviation), heldOut: [] }));
    const usual = robustSpread(wide[1]!.trained).deviation;
    const found = lifts(
      [
        ...wide,
        // Of three images one is often far from the others.
        { trained: [1, 1.1, 50], heldOut: [] },
        { trained: [], heldOut: [1] },
        { trained: new Array<number>(12).fill(3), heldOut: [] },
      ],
      0.8,
    );
    for (const each of found.slice(3)) expect(each).toBeCloseTo(0.8 * usual, 9);
    expect(lifts([{ trained: [1, 2], heldOut: [3] }], 0.8)).toEqual([0]);
  });
});
