/** @file Scores of trained photographs, moved to where those of new ones lie. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { conformalThreshold } from '../../../src/detector/conformal.ts';
import {
  familiarity,
  mostFamiliarity,
  robustSpread,
  scoresAsNew,
} from '../../../src/detector/familiarity.ts';

/** Skewed scores of one product, of which the trained ones are lower by `known` standard deviations. */
function product(random: Random, known: number, [trained, heldOut]: readonly [number, number], scale = 1) {
  const draw = () => scale * Math.exp(0.4 * random.normal());
  const lower = known * scale * 0.4;
  return {
    trained: Array.from({ length: trained }, () => draw() - lower),
    heldOut: Array.from({ length: heldOut }, draw),
  };
}

describe('robust spread', () => {
  it('is the deviation of a normal distribution, whatever a few outliers do', () => {
    const random = new Random(3);
    const values = Array.from({ length: 20_000 }, () => 5 + 2 * random.normal());
    const { centre, deviation } = robustSpread([...values, ...new Array<number>(200).fill(1e6)]);
    expect(centre).toBeCloseTo(5, 0);
    expect(Math.abs(deviation - 2)).toBeLessThan(0.1);
  });

  it('is none of nothing, and none of one value', () => {
    expect(robustSpread([])).toEqual({ centre: Number.NaN, deviation: 0 });
    expect(robustSpread([3])).toEqual({ centre: 3, deviation: 0 });
  });
});

describe('familiarity', () => {
  it('is what trained scores lie below the others, over products of any scale', () => {
    const random = new Random(5);
    const products = [1, 30, 0.01].map((scale) => product(random, 0.6, [400, 200], scale));
    expect(Math.abs(familiarity(products) - 0.6)).toBeLessThan(0.12);
  });

  it('is 0 where trained scores are higher, and where there is no spread to measure it by', () => {
    expect(familiarity([{ trained: [4, 5, 6, 7], heldOut: [1, 2] }])).toBe(0);
    expect(familiarity([{ trained: [4], heldOut: [9] }])).toBe(0);
    expect(familiarity([{ trained: [], heldOut: [9] }])).toBe(0);
    expect(familiarity([])).toBe(0);
  });

  it('does not change with the unit and the origin of the scores', () => {
    const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 20 });
    const unit = fc.constantFrom(0.25, 1, 8);
    fc.assert(
      fc.property(
        values,
        values,
        unit,
        fc.integer({ min: -9, max: 9 }),
        (trained, heldOut, scale, origin) => {
          const moved = (scores: readonly number[]) => scores.map((score) => scale * score + origin);
          expect(familiarity([{ trained: moved(trained), heldOut: moved(heldOut) }])).toBeCloseTo(
            familiarity([{ trained, heldOut }]),
            9,
          );
        },
      ),
    );
  });
});

describe('scores as of new photographs', () => {
  it('keeps held-out ones, moves trained ones by the familiarity', () => {
    const scores = { trained: [1, 2, 3, 4, 5], heldOut: [7, 2] };
    const [first, second, ...moved] = scoresAsNew(scores, 0.5);
    expect([first, second]).toEqual([7, 2]);
    moved.forEach((score, index) => {
      expect(score).toBeCloseTo(index + 1 + 0.5 * 1.4826, 9);
    });
  });

  it('leaves trained ones out where they are too familiar', () => {
    const scores = { trained: [1, 2, 3], heldOut: [7, 2] };
    expect(scoresAsNew(scores, mostFamiliarity)).toHaveLength(5);
    expect(scoresAsNew(scores, mostFamiliarity + 0.01)).toEqual([7, 2]);
  });

  it('keeps the wanted rate where held-out scores alone are far from it, and unmoved trained ones too low', () => {
    const random = new Random(11);
    const wanted = 0.05;
    const alarms = { heldOut: 0, unmoved: 0, moved: 0 };
    const trials = 600;
    const fresh = 50;
    for (let trial = 0; trial < trials; trial++) {
      const products = [1, 2, 3, 4].map((scale) => product(random, 0.5, [85, 15], scale));
      const familiar = familiarity(products);
      const [first] = products;
      const later = product(random, 0, [0, fresh]).heldOut;
      const above = (scores: readonly number[]) => {
        const { threshold } = conformalThreshold(scores, wanted);
        return later.filter((score) => score > threshold).length;
      };
      alarms.heldOut += above(first!.heldOut);
      alarms.unmoved += above(scoresAsNew(first!, 0));
      alarms.moved += above(scoresAsNew(first!, familiar));
    }
    const rate = (count: number) => count / (trials * fresh);
    expect(Math.abs(rate(alarms.moved) - wanted)).toBeLessThan(0.01);
    expect(rate(alarms.heldOut)).toBeGreaterThan(wanted + 0.01);
    expect(rate(alarms.unmoved)).toBeGreaterThan(wanted + 0.02);
  });
});
