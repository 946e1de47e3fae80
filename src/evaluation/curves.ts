/**
 * @file ROC and precision-recall curves, thinned for drawing. The metrics never come from these points: they are
 * computed over all thresholds (ranking.ts).
 */
import { CladError } from '../core/errors.ts';
import { type RankedScores, walkPositives } from './ranking.ts';

/** Points in the order of falling thresholds; fractions 0..1. */
export interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
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
  // Both rates only grow, so the curve is 2 long when measured along the axes: equal steps bound the count.
  const step = 2 / (points - 3);
  const keep = (falsePositiveRate: number, truePositiveRate: number) => {
    const moved = falsePositiveRate - (x.at(-1) as number) + truePositiveRate - (y.at(-1) as number);
    if (moved < step) return;
    x.push(falsePositiveRate);
    y.push(truePositiveRate);
  };
  walkPositives(ranked, ({ start, end, negativesAbove, negativesAtOrAbove }) => {
    keep(negativesAbove / negatives, start / positives);
    keep(negativesAtOrAbove / negatives, end / positives);
  });
  if (x.at(-1) !== 1 || y.at(-1) !== 1) {
    x.push(1);
    y.push(1);
  }
  return { x, y };
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
  const step = 1 / (points - 3);
  walkPositives(ranked, ({ end, negativesAtOrAbove }) => {
    const recall = end / positives;
    const last = x.at(-1);
    if (last !== undefined && recall - last < step && end < positives) return;
    x.push(recall);
    y.push(end / (end + negativesAtOrAbove));
  });
  return { x, y };
}

function requireSome({ positives, negatives }: RankedScores, points: number) {
  if (!(points >= 4)) {
    throw new CladError('OPTION_INVALID', { option: 'points', expected: 'at least 4', actual: points });
  }
  return { positives: positives.length, negatives: negatives.length };
}
