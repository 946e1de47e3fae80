/**
 * @file The same test images as two detector files judged them, those on which they disagree most first. Scores of two detectors have no common scale, so each is
 * measured on its own: 0 is the middle of the good images of its product, 1 the threshold (as `clad update` measures what is plausible, decision 0032).
 */
import { median } from '../../../src/core/arrays.ts';
import type { ResultImage, ResultsView } from '../../../src/studio/api.ts';
import { judgementOf, scoresOf } from '../results/judged.ts';

/** An image as one of them judged it. */
export interface Side {
  readonly image: ResultImage;
  /** Place in its results. */
  readonly index: number;
}

export interface Pair {
  readonly path: string;
  readonly sides: readonly [Side, Side];
  /** Whether one calls it anomalous and the other does not. */
  readonly isSplit: boolean;
  /** Between the two, on the scale above. */
  readonly distance: number;
}

/** @returns images that both have seen; none where their data sets are different ones */
export function pairsOf(first: ResultsView, second: ResultsView): Pair[] {
  if (first.dataset !== second.dataset) return [];
  const others = new Map(second.images.map((image, index) => [image.path, { image, index }]));
  const [scale, otherScale] = [scaleOf(first), scaleOf(second)];
  const pairs = first.images.flatMap((image, index): Pair[] => {
    const other = others.get(image.path);
    if (!other) return [];
    return [
      {
        path: image.path,
        sides: [{ image, index }, other],
        isSplit: isAlarm(image, first) !== isAlarm(other.image, second),
        distance: Math.abs(scale(image) - otherScale(other.image)),
      },
    ];
  });
  return pairs.sort((a, b) => Number(b.isSplit) - Number(a.isSplit) || b.distance - a.distance);
}

export function isAlarm(image: ResultImage, { thresholds }: ResultsView): boolean {
  const judgement = judgementOf(image, thresholds);
  return judgement === 'hit' || judgement === 'falseAlarm';
}

function scaleOf({ images, thresholds }: ResultsView): (image: ResultImage) => number {
  const products = [...new Set(images.map(({ recognisedAs }) => recognisedAs))];
  const middles = new Map(
    products.map((name) => {
      const { good, defective } = scoresOf(images, name);
      return [name, median(good.length > 0 ? good : defective)];
    }),
  );
  return ({ recognisedAs, score }) => {
    const [middle = 0, threshold = 0] = [middles.get(recognisedAs), thresholds[recognisedAs]];
    // A threshold at or below the middle gives no scale: what is left is which side of it the image is on.
    return threshold > middle ? (score - middle) / (threshold - middle) : Number(score > threshold);
  };
}
