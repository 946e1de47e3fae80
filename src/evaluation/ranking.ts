/**
 * @file Ranking metrics, exact: area under the ROC curve, average precision and the best F1, as scikit-learn defines
 * them (`roc_auc_score`; `average_precision_score`, the step-wise sum; the maximum over `precision_recall_curve`).
 * Thresholds are the distinct scores, so ties count as ties. Positives (anomalous) and negatives (good) are sorted
 * apart and walked together: every one of these metrics changes its course only at a score some positive has, and
 * pixels have few positives.
 *
 * A metric needs both kinds; with one missing it is null, never 0.
 */
import { CladError } from '../core/errors.ts';
import { scoreKeys, scoreOfKey, sortKeys } from './sort.ts';

/** Keys of scores (see sort.ts), ascending: the highest score first. */
export interface RankedScores {
  readonly positives: Uint32Array;
  readonly negatives: Uint32Array;
}

/** Fractions 0..1; all null where positives or negatives are missing. */
export interface RankingMetrics {
  /** Probability that a positive scores above a negative, ties counting half. */
  readonly auroc: number | null;
  /** Sum over thresholds of (recall gained) x (precision there). */
  readonly averagePrecision: number | null;
  /** Highest F1 over all thresholds, predicting positive at or above the threshold. */
  readonly f1Max: number | null;
  /** The highest threshold that reaches `f1Max`. */
  readonly f1Threshold: number | null;
}

/**
 * Sorts scores by kind.
 * @param scores - higher = more anomalous; compared in single precision
 * @param labels - one a score, 0 for negative
 * @throws CladError METRIC_INPUT where the lengths differ or a score is not a number
 */
export function rankScores(scores: ArrayLike<number>, labels: ArrayLike<number>): RankedScores {
  const count = scores.length;
  if (labels.length !== count) {
    throw new CladError('METRIC_INPUT', {
      what: 'scores',
      reason: `there are ${count} scores but ${labels.length} labels`,
    });
  }
  const keys = scoreKeys(scores, 'scores');
  let positiveCount = 0;
  for (let index = 0; index < count; index++) if (labels[index] !== 0) positiveCount++;
  const positives = new Uint32Array(positiveCount);
  const negatives = new Uint32Array(count - positiveCount);
  let positive = 0;
  for (let index = 0; index < count; index++) {
    const key = keys[index] as number;
    if (labels[index] !== 0) positives[positive++] = key;
    else negatives[index - positive] = key;
  }
  return { positives: sortKeys(positives), negatives: sortKeys(negatives) };
}

/** What `walkPositives` tells of one distinct score of the positives. */
export interface ThresholdStep {
  readonly key: number;
  /** Positives with this very score: those from `start` up to, not including, `end`. */
  readonly start: number;
  readonly end: number;
  /** Negatives that score strictly higher. */
  readonly negativesAbove: number;
  /** Negatives that score as high or higher. */
  readonly negativesAtOrAbove: number;
}

/** Visits the distinct scores of the positives, highest first. The step is one object, changed between visits. */
export function walkPositives({ positives, negatives }: RankedScores, visit: (step: ThresholdStep) => void) {
  const step = { key: 0, start: 0, end: 0, negativesAbove: 0, negativesAtOrAbove: 0 };
  let seen = 0;
  while (step.end < positives.length) {
    const key = positives[step.end] as number;
    step.key = key;
    step.start = step.end;
    while (step.end < positives.length && positives[step.end] === key) step.end++;
    while (seen < negatives.length && (negatives[seen] as number) < key) seen++;
    step.negativesAbove = seen;
    while (seen < negatives.length && negatives[seen] === key) seen++;
    step.negativesAtOrAbove = seen;
    visit(step);
  }
}

/** The ranking metrics of sorted scores, in one walk. */
export function metricsOfRanked(ranked: RankedScores): RankingMetrics {
  const positives = ranked.positives.length;
  const negatives = ranked.negatives.length;
  if (positives === 0 || negatives === 0) {
    return { auroc: null, averagePrecision: null, f1Max: null, f1Threshold: null };
  }
  let winsTwice = 0;
  let precisionSum = 0;
  let f1Max = 0;
  let f1Key = 0;
  walkPositives(ranked, ({ key, start, end, negativesAbove, negativesAtOrAbove }) => {
    winsTwice += (end - start) * (2 * negatives - negativesAbove - negativesAtOrAbove);
    precisionSum += (end - start) * (end / (end + negativesAtOrAbove));
    const f1 = (2 * end) / (end + negativesAtOrAbove + positives);
    if (f1 > f1Max) {
      f1Max = f1;
      f1Key = key;
    }
  });
  return {
    auroc: winsTwice / (2 * positives * negatives),
    averagePrecision: precisionSum / positives,
    f1Max,
    f1Threshold: scoreOfKey(f1Key),
  };
}

/** `metricsOfRanked` of `rankScores`. */
export function rankingMetrics(scores: ArrayLike<number>, labels: ArrayLike<number>): RankingMetrics {
  return metricsOfRanked(rankScores(scores, labels));
}
