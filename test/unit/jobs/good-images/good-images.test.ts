/** @file Which good images are predicted, and what thresholds come of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { goodPixels } from '../../../../src/detector/heat/map-range.ts';
import { mostGap } from '../../../../src/detector/thresholds/score-gap.ts';
import {
  calibrateByGood,
  imagesToPredict,
  type PredictedGoodImages,
  scoreGapOf,
} from '../../../../src/jobs/good-images/good-images.ts';
import { splitHeldOut } from '../../../../src/training/held-out.ts';

describe('images to predict', () => {
  it('are all of each class, each once, the held-out ones first', () => {
    const counts = fc.array(fc.integer({ min: 2, max: 60 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(counts, fc.nat(), (sizes, seed) => {
        const samples = sizes.flatMap((count, index) =>
          Array.from({ length: count }, (_, number) => ({
            path: `/photos/c${index}/${number}.png`,
            className: `c${index}`,
            split: 'train' as const,
            anomalous: false,
            defect: 'good',
          })),
        );
        const split = splitHeldOut(samples, 0.15, seed);
        const byName = imagesToPredict(samples, split, seed);
        expect([...byName.keys()]).toEqual(sizes.map((_, index) => `c${index}`));
        sizes.forEach((size, index) => {
          const ids = byName.get(`c${index}`)!;
          const held = [...split.heldOut].filter((id) => samples[id]?.className === `c${index}`);
          expect(new Set(ids.slice(0, held.length))).toEqual(new Set(held));
          expect(ids.every((id) => samples[id]?.className === `c${index}`)).toBe(true);
          expect(new Set(ids).size).toBe(ids.length);
          expect(ids).toHaveLength(size);
        });
      }),
    );
  });
});

/** Skewed scores of a class, those of trained images lower by `known` standard deviations. */
function draw(random: Random, known: number): { trained: number; fresh: number } {
  const fresh = Math.exp(0.4 * random.normal());
  return { fresh, trained: fresh - 0.4 * known };
}

function predictedOf(
  random: Random,
  known: number,
  [trained, heldOut]: readonly [number, number],
): PredictedGoodImages {
  const names = ['bolt', 'nut', 'pin', 'cap'];
  const images = names.flatMap((className) =>
    Array.from({ length: trained + heldOut }, (_, number) => {
      const { fresh, trained: low } = draw(random, known);
      const held = number < heldOut;
      const score = held ? fresh : low;
      const vote = { recognisedAs: className, share: 1 };
      return { id: number, path: `${number}.png`, class: className, heldOut: held, score, ...vote };
    }),
  );
  const range = (scale: number) => goodPixels([Float32Array.of(0, 0.5 * scale, scale)]);
  const pixels = { all: range(1), heldOut: range(2) };
  return { images, pixels: new Map(names.map((name) => [name, pixels])) };
}

/** With what the networks remember, as these images show it. */
const calibrated = (predicted: PredictedGoodImages, rate: number) =>
  calibrateByGood(predicted, rate, scoreGapOf(predicted.images));

describe('thresholds by good images', () => {
  it('keep the wanted rate, where held-out images alone, or trained ones not raised, do not', () => {
    const random = new Random(11);
    const wanted = 0.05;
    const alarms = { moved: 0, heldOut: 0, unmoved: 0 };
    const trials = 600;
    const fresh = 50;
    for (let trial = 0; trial < trials; trial++) {
      const predicted = predictedOf(random, 0.5, [85, 15]);
      const later = Array.from({ length: fresh }, () => draw(random, 0).fresh);
      const above = ({ images, pixels }: PredictedGoodImages) => {
        const threshold = calibrated({ images, pixels }, wanted).classes.get('bolt')!.threshold;
        return later.filter((score) => score > threshold.threshold).length;
      };
      alarms.moved += above(predicted);
      alarms.heldOut += above({ ...predicted, images: predicted.images.filter(({ heldOut }) => heldOut) });
      // Without held-out images nothing shows what is remembered.
      alarms.unmoved += above({ ...predicted, images: predicted.images.filter(({ heldOut }) => !heldOut) });
    }
    const rate = (count: number) => count / (trials * fresh);
    expect(Math.abs(rate(alarms.moved) - wanted)).toBeLessThan(0.01);
    expect(rate(alarms.heldOut)).toBeGreaterThan(wanted + 0.01);
    expect(rate(alarms.unmoved)).toBeGreaterThan(wanted + 0.02);
  });

  it('use every image, and held-out ones alone where the score gap is too large', () => {
    const random = new Random(12);
    const little = calibrated(predictedOf(random, 0.3, [85, 15]), 0.05);
    expect(little.classes.get('nut')?.threshold.count).toBe(100);
    const much = calibrated(predictedOf(random, 5, [85, 15]), 0.05);
    expect(much.scoreGap).toBeGreaterThan(mostGap);
    expect(much.classes.get('nut')?.threshold.count).toBe(15);
    // Colours begin where the good pixels of the images that count end.
    expect(little.classes.get('nut')?.display.low).toBe(1);
    expect(much.classes.get('nut')?.display.low).toBe(2);
    const none = calibrateByGood(predictedOf(random, 5, [85, 15]), 0.05, 0);
    expect(none).toMatchObject({ scoreGap: 0 });
    expect(none.classes.get('nut')?.threshold.count).toBe(100);
  });

  it('leave held-out scores as they are, and raise trained ones of a class alike', () => {
    const { images, ...predicted } = predictedOf(new Random(13), 0.6, [40, 10]);
    const calibration = calibrated({ images, ...predicted }, 0.05);
    expect(calibration.scoreGap).toBeGreaterThan(0);
    const lifts = calibration.images.map(({ score }, index) => score - images[index]!.score);
    for (const [index, image] of images.entries()) {
      if (image.heldOut) expect(lifts[index]).toBe(0);
      else {
        const first = images.findIndex((each) => !each.heldOut && each.class === image.class);
        expect(lifts[index]).toBeGreaterThan(0);
        expect(lifts[index]).toBeCloseTo(lifts[first]!, 9);
      }
    }
  });
});
