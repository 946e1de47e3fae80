/**
 * @file Good images that lie far above the others of their class: they may be no good parts. They are named, and have no say in thresholds and
 * colours (docs/decisions/0016-good-images-that-are-not-good.md has how often that is right).
 */
import { robustSpread } from './score-gap.ts';

/** An image further above the median of its class, in robust standard deviations, stands out. */
export const mostDeviations = 5;

/** The spread of fewer images is chance. */
export const leastImages = 5;

/**
 * By how many robust standard deviations each score lies above the median of all; 0 where they are few or have no spread.
 * @param scores - of good images of one class
 */
export function deviations(scores: readonly number[]): number[] {
  const { centre, deviation } = robustSpread(scores);
  const measured = scores.length >= leastImages && deviation > 0;
  return scores.map((score) => (measured ? (score - centre) / deviation : 0));
}

/** What belongs to scores that do not stand out; all where nothing else is left. @param items - of the first scores, or of all */
export function ordinary<T>(items: readonly T[], scores: readonly number[]): readonly T[] {
  const outlying = outliers(scores);
  const kept = items.filter((_, at) => !outlying[at]);
  return kept.length > 0 ? kept : items;
}

/** Which scores stand out. */
export function outliers(scores: readonly number[]): boolean[] {
  return deviations(scores).map((each) => each > mostDeviations);
}
