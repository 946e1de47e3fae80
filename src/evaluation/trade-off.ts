/**
 * @file What a threshold costs: false alarms among good images against misses among defective ones. An image is anomalous where its score is above the
 * threshold, as everywhere.
 */
import { groupBy } from '../core/arrays.ts';
import { type CountedShare, countedShare } from './intervals.ts';

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
 * @param now - threshold in use; null where there is none
 */
export function chosenPoints(scores: ClassScores, now: number | null): ChosenPoint[] {
  const chosen: { why: string; threshold: number }[] = [];
  if (now !== null) chosen.push({ why: 'now', threshold: now });
  const good = scores.good.toSorted((a, b) => b - a);
  const allowed = new Set<number>();
  for (const rate of rowRates) {
    const most = Math.floor(rate * good.length + 1e-9);
    // With few images several shares are the same number of them.
    if (good.length === 0 || allowed.has(most)) continue;
    allowed.add(most);
    const why = rate === 0 ? 'no false alarm' : `false alarms up to ${100 * rate} %`;
    chosen.push({ why, threshold: good[most]! });
  }
  const lowest = scores.defective.reduce((least, score) => Math.min(least, score), Infinity);
  if (Number.isFinite(lowest)) {
    const below = good.find((score) => score < lowest);
    // Halfway to the next good image, as `clad update --missed` does; where there is none, just below.
    const threshold = below === undefined ? lowest - Math.abs(lowest) * 1e-6 - 1e-12 : (lowest + below) / 2;
    chosen.push({ why: 'no miss', threshold });
  }
  return [...groupBy(chosen, ({ threshold }) => String(threshold)).values()]
    .map((same) => ({ why: same.map(({ why }) => why), ...tradeOffAt(same[0]!.threshold, scores) }))
    .sort((a, b) => b.threshold - a.threshold);
}

/**
 * The whole curve, from the highest score of all to below the lowest; at most so many points.
 * @param most - at least 2
 */
export function tradeOffCurve(scores: ClassScores, most = 200): TradeOffPoint[] {
  const all = [...new Set([...scores.good, ...scores.defective])].sort((a, b) => b - a);
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
