/**
 * @file The threshold that keeps a false-alarm rate: the split-conformal quantile (Vovk et al., "Algorithmic
 * Learning in a Random World", 2005; Bates et al., "Testing for outliers with conformal p-values", 2023) of the
 * scores of good images.
 *
 * With n scores and the threshold at the k-th smallest, a further good image scores above it with a
 * probability of at most (n + 1 - k) / (n + 1), whatever the scores' distribution, provided that it and the others
 * are exchangeable: photographed alike, none of them trained on. For scores of trained images, made to look like those of new
 * ones, it is an estimate. It is an average over draws of the images; with few of them the rate of one detector scatters around it.
 * It says nothing about misses.
 */
import { described, type Kind, requireArgument } from '../../core/arguments.ts';
import { CladError } from '../../core/errors.ts';

/** A threshold and what is expected of it. The verdict is anomalous where score > threshold. */
export interface ConformalThreshold {
  readonly threshold: number;
  /**
   * Probability that a good image is called anomalous, at most, where all are exchangeable; else about. At most `requestedRate`, except where there are
   * too few images for that: then it is 1 / (count + 1), the smallest they can show.
   */
  readonly achievableRate: number;
  readonly requestedRate: number;
  /** Number of good images. */
  readonly count: number;
  /** Further good images that stand out and have no say (outliers.ts); if they are good parts, so many in `count` more are false alarms. */
  readonly setAside?: number | undefined;
  /** The map's floor above which an anomalous image is of no known product (unknown.ts); absent in files of before, and where nothing is known. */
  readonly unknownAbove?: number | undefined;
  /** A second, lower threshold: a part that scores above it but not above the first is to be looked at; absent where there is one threshold. */
  readonly checkAbove?: number | undefined;
  /** The threshold was given as a number: `achievableRate` is what photographs showed, or 1 with a `count` of 0; `requestedRate` is of before. */
  readonly given?: boolean | undefined;
}

const scores: Kind = {
  expected: 'a list of numbers',
  holds: (value) => (Array.isArray(value) || ArrayBuffer.isView(value)) && !(value instanceof DataView),
};

/** @throws CladError OPTION_INVALID for a rate that is not in (0, 1) */
export function requireFalseAlarmRate(rate: number): void {
  if (typeof rate === 'number' && rate > 0 && rate < 1) return;
  throw new CladError('OPTION_INVALID', {
    option: 'the false-alarm rate',
    expected: 'between 0 and 1, e.g. 0.01',
    actual: described(rate),
  });
}

/**
 * @param goodScores - scores of good images, in any order, finite, at least one
 * @param falseAlarmRate - wanted rate, in (0, 1)
 * @throws CladError OPTION_INVALID for a rate out of range, no scores, or a score that is not finite
 */
export function conformalThreshold(
  goodScores: ArrayLike<number>,
  falseAlarmRate: number,
): ConformalThreshold {
  requireArgument('conformalThreshold', 'goodScores', goodScores, scores);
  requireFalseAlarmRate(falseAlarmRate);
  const sorted = Float64Array.from(goodScores).sort();
  const count = sorted.length;
  if (count === 0 || !sorted.every(Number.isFinite)) {
    throw new CladError('OPTION_INVALID', {
      option: 'the scores of good images',
      expected: 'at least one finite number',
      actual: count === 0 ? 'none' : String(sorted.find((score) => !Number.isFinite(score))),
    });
  }
  // k = ceil((n + 1)(1 - rate)), written so that products such as 100 x 0.29 = 28.999999999999996 do not cost one.
  const allowed = Math.min(Math.floor((count + 1) * falseAlarmRate + 1e-9), count);
  const rank = Math.min(count + 1 - allowed, count);
  return {
    threshold: sorted[rank - 1] as number,
    achievableRate: Math.max(allowed, 1) / (count + 1),
    requestedRate: falseAlarmRate,
    count,
  };
}
