/** @file Whether more images would help a product: the learning curve of its drawn defects, and a word for it. */
import {
  type LearningCurve,
  learningCurve,
  missedShare,
  missesWith,
} from '../../evaluation/learning-curve.ts';
import type { Learning, Worth } from './document.ts';
import type { ClassScores } from './graded-scores.ts';

/** As many as an afternoon of photographing brings. */
const moreImages = 20;
/** Points of the miss rate. */
const much = 0.05;
const little = 0.01;

/**
 * @param margins - of the drawn defects that misses are expected by: score less threshold
 * @returns null where there are no smaller memories
 */
export function learningOf({ images, memories }: ClassScores, margins: readonly number[]): Learning | null {
  const usable = memories.filter(
    ({ defects, good, images: count }) =>
      defects.length > 0 && good.length > 0 && count > 0 && count < images,
  );
  if (usable.length === 0) return null;
  const curve: LearningCurve = learningCurve(images, usable);
  const now = missedShare(margins);
  const missRate = missesWith(curve, images + moreImages, margins);
  return {
    points: [
      ...curve.points.map(({ images: count, shift }) => ({
        images: count,
        missRate: missedShare(margins, shift),
      })),
      { images, missRate: now },
    ],
    more: { images: moreImages, missRate, worth: worthOf(now - missRate) },
    twice: { images: 2 * images, missRate: missesWith(curve, 2 * images, margins) },
  };
}

function worthOf(gain: number): Worth {
  return gain >= much ? 'much' : gain >= little ? 'little' : 'not';
}
