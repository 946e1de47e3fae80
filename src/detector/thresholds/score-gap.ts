/**
 * @file Scores of good images that a detector was trained on, made comparable with those of images to come. The memory bank can be
 * asked without an image's own entries, but the networks have seen it and score it lower by what they remember. How much lower,
 * the held-out images of all classes show together (docs/decisions/0015-thresholds-from-every-good-image.md).
 */
import { median } from '../../core/arrays.ts';

/** Scores of good images of one class. */
export interface GoodScores {
  /** Of images that the networks were trained on. */
  readonly trained: readonly number[];
  /** Of images held out of that. */
  readonly heldOut: readonly number[];
}

/** Above this many deviations trained scores say nothing about others, moved or not. */
export const mostGap = 1;

/**
 * Whether scores of trained images say something of new ones.
 * @param gap - from `scoreGap`; files of earlier versions have none, and thresholds from held-out images alone
 */
export function countsTrained(gap: number | undefined): boolean {
  return gap !== undefined && gap <= mostGap;
}

/** So many standard errors a median must lie above `mostGap`: with few images it does so by chance. */
const standardErrors = 2;

/** The spread of fewer trained scores is chance. */
const leastTrained = 8;

/**
 * How much lower than new images a detector scores those it was trained on, in robust standard deviations of the latter: the median, over
 * the held-out images of all classes, of their scores so measured. 0 where that is negative, or where no class has trained images enough
 * to measure a spread; no more than `mostGap` unless the images are many enough to show more.
 */
export function scoreGap(products: Iterable<GoodScores>): number {
  const standing: number[] = [];
  let measuredBy = 0;
  for (const { trained, heldOut } of products) {
    const { centre, deviation } = robustSpread(trained);
    if (trained.length < leastTrained || deviation === 0) continue;
    standing.push(...heldOut.map((score) => (score - centre) / deviation));
    measuredBy += trained.length;
  }
  if (standing.length === 0) return 0;
  const middle = Math.max(0, median(standing));
  // The standard error of a difference of medians of normally distributed values of deviation 1.
  const error = 1.25 * Math.sqrt(1 / standing.length + 1 / measuredBy);
  return middle - standardErrors * error > mostGap ? middle : Math.min(middle, mostGap);
}

/**
 * What images of a class that were trained on would score about if they were new, less what they score, for each class. Where a
 * class has too few of them to show a spread, or none, the others' says how wide it is.
 * @param gap - from `scoreGap`
 */
export function lifts(products: readonly GoodScores[], gap: number): number[] {
  const spreads = products.map(({ trained }) =>
    trained.length < leastTrained ? 0 : robustSpread(trained).deviation,
  );
  const known = spreads.filter((deviation) => deviation > 0);
  const usual = known.length === 0 ? 0 : median(known);
  return spreads.map((deviation) => gap * (deviation || usual));
}

/** The median, and 1.4826 times the median distance to it: the standard deviation where values are normally distributed. NaN and 0 of none. */
export function robustSpread(values: readonly number[]): { centre: number; deviation: number } {
  if (values.length === 0) return { centre: Number.NaN, deviation: 0 };
  const centre = median(values);
  return { centre, deviation: 1.4826 * median(values.map((value) => Math.abs(value - centre))) };
}
