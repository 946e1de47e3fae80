/**
 * @file ROC, precision-recall and per-region-overlap curves, thinned for drawing. The metrics never come from these
 * points: they are computed over all thresholds (ranking.ts, aupro.ts).
 */
import { CladError } from '../core/errors.ts';
import { fprLimit } from './aupro.ts';
import { type RankedScores, walkPositives } from './ranking.ts';
import { type SortedKeys, scoreOfKey } from './sort.ts';

/** Points in the order of falling thresholds; fractions 0..1. */
export interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** What gives each point: anomalous is what scores above it. Null at an end that no score marks. */
  readonly threshold: readonly (number | null)[];
}

/** The threshold that a score is just above: the next lower number of single precision. @param key - of the score */
function justBelow(key: number): number {
  // After 0 comes -0, which is the same number.
  return scoreOfKey(key + 1 === 0x80000000 ? key + 2 : key + 1);
}

/**
 * False positive rate (x) and true positive rate (y), from (0, 0) to (1, 1).
 * @param points - at most so many, at least 4; neighbours lie at most about 2 / (points - 3) apart unless the curve
 *   itself jumps
 * @returns null where positives or negatives are missing
 * @throws CladError OPTION_INVALID for fewer than 4 points
 */
export function rocCurve(ranked: RankedScores, points: number): Curve | null {
  const { positives, negatives } = requireSome(ranked, points);
  if (positives === 0 || negatives === 0) return null;
  const x = [0];
  const y = [0];
  const threshold: (number | null)[] = [null];
  // Both rates only grow, so the curve is 2 long when measured along the axes: equal steps bound the count.
  const step = 2 / (points - 3);
  const keep = (falsePositiveRate: number, truePositiveRate: number, at: number) => {
    const moved = falsePositiveRate - (x.at(-1) as number) + truePositiveRate - (y.at(-1) as number);
    if (moved < step) return;
    x.push(falsePositiveRate);
    y.push(truePositiveRate);
    threshold.push(at);
  };
  walkPositives(ranked, ({ key, start, end, negativesAbove, negativesAtOrAbove }) => {
    keep(negativesAbove / negatives, start / positives, scoreOfKey(key));
    keep(negativesAtOrAbove / negatives, end / positives, justBelow(key));
  });
  if (x.at(-1) !== 1 || y.at(-1) !== 1) {
    x.push(1);
    y.push(1);
    threshold.push(null);
  }
  return { x, y, threshold };
}

/**
 * Recall (x) and precision (y), from the highest threshold, which has no recall of 0, to the recall of 1.
 * @param points - at most so many, at least 4
 * @returns null where positives or negatives are missing
 * @throws CladError OPTION_INVALID for fewer than 4 points
 */
export function precisionRecallCurve(ranked: RankedScores, points: number): Curve | null {
  const { positives, negatives } = requireSome(ranked, points);
  if (positives === 0 || negatives === 0) return null;
  const x: number[] = [];
  const y: number[] = [];
  const threshold: number[] = [];
  const step = 1 / (points - 3);
  walkPositives(ranked, ({ key, end, negativesAtOrAbove }) => {
    const recall = end / positives;
    const last = x.at(-1);
    if (last !== undefined && recall - last < step && end < positives) return;
    x.push(recall);
    y.push(end / (end + negativesAtOrAbove));
    threshold.push(justBelow(key));
  });
  return { x, y, threshold };
}

/**
 * False positive rate (x) and mean per-region overlap (y), from (0, 0) to the limit: the curve whose area over the
 * limit is AUPRO (aupro.ts, which says what the arguments hold).
 * @param points - at most so many, at least 4
 * @returns null where there are no regions or no normal pixels
 * @throws CladError OPTION_INVALID for fewer than 4 points
 */
export function proCurve(
  regionPixels: SortedKeys,
  normalPixels: Uint32Array,
  points: number,
  limit = fprLimit,
): Curve | null {
  const { keys, payload: regionSizes } = regionPixels;
  const ranked = { positives: keys, negatives: normalPixels };
  const { positives, negatives: normals } = requireSome(ranked, points);
  if (positives === 0 || normals === 0) return null;
  // Each region's fractions add up to one, so their sum over all pixels is the number of regions.
  const regions = Math.round(regionSizes.reduce((sum, size) => sum + 1 / size, 0));
  const x = [0];
  const y = [0];
  const threshold: (number | null)[] = [null];
  let last = { rate: 0, overlap: 0 };
  const step = (limit + 1) / (points - 3);
  // Flat while only normal pixels are passed; straight across a score that both kinds share.
  const go = (rate: number, overlap: number, at: number | null) => {
    const from = last;
    if (from.rate >= limit) return;
    last = { rate, overlap };
    if (rate > limit) {
      const share = (limit - from.rate) / (rate - from.rate);
      last = { rate: limit, overlap: from.overlap + share * (overlap - from.overlap) };
    }
    const isBetween = rate > limit;
    const moved = last.rate - (x.at(-1) as number) + last.overlap - (y.at(-1) as number);
    if (moved < step && last.rate < limit) return;
    x.push(last.rate);
    y.push(last.overlap);
    threshold.push(isBetween ? null : at);
  };
  let sum = 0;
  walkPositives(ranked, ({ key, start, end, negativesAbove, negativesAtOrAbove }) => {
    go(negativesAbove / normals, sum / regions, scoreOfKey(key));
    for (let index = start; index < end; index++) sum += 1 / (regionSizes[index] as number);
    go(negativesAtOrAbove / normals, sum / regions, justBelow(key));
  });
  go(1, sum / regions, null);
  return { x, y, threshold };
}

function requireSome({ positives, negatives }: RankedScores, points: number) {
  if (!(points >= 4)) {
    throw new CladError('OPTION_INVALID', { option: 'points', expected: 'at least 4', actual: points });
  }
  return { positives: positives.length, negatives: negatives.length };
}
