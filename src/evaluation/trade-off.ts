/**
 * @file What a threshold costs: false alarms among good images against misses among defective ones. An image is anomalous where its score is above the
 * threshold, as everywhere.
 */
import { groupBy } from '../core/arrays.ts';
import { type CountedShare, countedShare } from './intervals.ts';
import { printedThreshold, thresholdBetween } from './printed-threshold.ts';

/** A threshold, and what it does to both. */
export interface TradeOffPoint {
  readonly threshold: number;
  /** Good images above it; null without good images. */
  readonly falseAlarms: CountedShare | null;
  /** Defective images that are not above it; null without any. */
  readonly misses: CountedShare | null;
}

/** A point and why it is worth a row: `now`, `no false alarm`, `false alarms up to 5 %`, `no miss`. */
export interface ChosenPoint extends TradeOffPoint {
  readonly why: readonly string[];
}

/** An image and its score. */
export interface ScoredImage {
  /** Of a defect that was made: of the photograph it was made on. */
  readonly path: string;
  readonly score: number;
}

/** Scores of one class. */
export interface ClassScores {
  readonly good: readonly number[];
  readonly defective: readonly number[];
}

/** Shares of false alarms that rows are shown for. */
const rowRates = [0, 0.01, 0.02, 0.05, 0.1, 0.2] as const;

export function tradeOffAt(threshold: number, { good, defective }: ClassScores): TradeOffPoint {
  const share = (scores: readonly number[], counts: (score: number) => boolean) =>
    scores.length === 0 ? null : countedShare(scores.filter(counts).length, scores.length);
  return {
    threshold,
    falseAlarms: share(good, (score) => score > threshold),
    misses: share(defective, (score) => !(score > threshold)),
  };
}

/**
 * The points worth a table: the threshold of now, the lowest ones for some shares of false alarms, and the highest that misses nothing; the highest threshold first, none twice.
 * Each lies between two scores, and has as few digits as that takes: who copies it as it is printed gets what its row says.
 * @param now - threshold in use; null where there is none
 * @param limit - share of false alarms that is wanted, 0..1, which has a row too; null where none is known
 */
export function chosenPoints(
  scores: ClassScores,
  now: number | null,
  limit: number | null = null,
): ChosenPoint[] {
  const all = distinctScores(scores);
  const above = (score: number) => all[all.indexOf(score) + 1];
  const chosen: { why: string; threshold: number }[] = [];
  if (now !== null) chosen.push({ why: 'now', threshold: printedThreshold(now, all) });
  const good = scores.good.toSorted((a, b) => b - a);
  const allowed = new Set<number>();
  const rates =
    limit === null || limit >= 1 ? rowRates : [...new Set([...rowRates, limit])].sort((a, b) => a - b);
  for (const rate of rates) {
    const most = mostOf(rate, good.length);
    // With few images several shares are the same number of them.
    if (good.length === 0 || allowed.has(most)) continue;
    allowed.add(most);
    const why =
      rate === 0 ? 'no false alarm' : `false alarms up to ${Number((100 * rate).toPrecision(12))} %`;
    chosen.push({ why, threshold: thresholdBetween(good[most]!, above(good[most]!)) });
  }
  const lowest = scores.defective.reduce((least, score) => Math.min(least, score), Infinity);
  if (Number.isFinite(lowest))
    chosen.push({ why: 'no miss', threshold: thresholdBetween(all[all.indexOf(lowest) - 1], lowest) });
  // What parts the scores alike is one row, and the threshold of now stays as it is.
  const below = (threshold: number) => String(all.filter((score) => score <= threshold).length);
  return [...groupBy(chosen, ({ threshold }) => below(threshold)).values()]
    .map((same) => ({ why: same.map(({ why }) => why), ...tradeOffAt(same[0]!.threshold, scores) }))
    .sort((a, b) => b.threshold - a.threshold);
}

/** How many of so many images a share allows; products such as 0.29 x 100 = 28.999999999999996 do not cost one. */
function mostOf(rate: number, images: number): number {
  return Math.min(Math.floor(rate * images + 1e-9), images - 1);
}

/** All scores, none twice, the lowest first. */
export function distinctScores({ good, defective }: ClassScores): number[] {
  return [...new Set([...good, ...defective])].sort((a, b) => a - b);
}

/** What a point wins over the threshold of now. */
export interface Gain {
  readonly point: ChosenPoint;
  /** By how much the share of missed defects falls, 0..1. */
  readonly misses: number;
  /** By how much that of false alarms falls; below 0 where it rises. */
  readonly falseAlarms: number;
}

/**
 * The point with the fewest misses whose false alarms stay within the limit, of those the one with the fewest false alarms; null where that is no better than the
 * threshold of now, or where one of both is not known.
 * @param limit - share of false alarms that is wanted, 0..1
 */
export function bestGain(points: readonly ChosenPoint[], limit: number | null): Gain | null {
  const now = points.find(({ why }) => why.includes('now'));
  if (!now?.falseAlarms || !now.misses || limit === null) return null;
  const { falseAlarms, misses } = now;
  const gains = points
    .filter((point) => point.falseAlarms!.count <= Math.floor(limit * falseAlarms.of + 1e-9))
    .map((point) => ({
      point,
      misses: misses.rate - point.misses!.rate,
      falseAlarms: falseAlarms.rate - point.falseAlarms!.rate,
    }))
    .sort(byGain);
  const [best] = gains;
  return best && (best.misses > 0 || (best.misses === 0 && best.falseAlarms > 0)) ? best : null;
}

/** Orders gains, the largest first. */
export function byGain(a: Gain, b: Gain): number {
  return b.misses - a.misses || b.falseAlarms - a.falseAlarms;
}

/**
 * The whole curve, from the highest score of all to below the lowest; at most so many points.
 * @param most - at least 2
 */
export function tradeOffCurve(scores: ClassScores, most = 200): TradeOffPoint[] {
  const all = distinctScores(scores).reverse();
  const last = all.at(-1);
  if (last === undefined) return [];
  const thresholds = [...all, last - Math.abs(last) * 1e-6 - 1e-12];
  const count = Math.min(most, thresholds.length);
  const picked = Array.from(
    { length: count },
    (_, at) => thresholds[Math.round((at * (thresholds.length - 1)) / Math.max(1, count - 1))]!,
  );
  return picked.map((threshold) => tradeOffAt(threshold, scores));
}
