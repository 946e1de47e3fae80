/** @file False alarms against misses of one class: rows, a curve, and the images they are counted on. */
import type { ConformalThreshold } from '../../detector/thresholds/conformal.ts';
import {
  type ChosenPoint,
  chosenPoints,
  type ScoredImage,
  type TradeOffPoint,
  tradeOffCurve,
} from '../../evaluation/trade-off.ts';

/** What was counted, and how many images. */
export interface Counted<Source extends string> {
  readonly source: Source;
  readonly images: number;
}

/** Images of one kind. */
interface Counting<Source extends string> {
  readonly source: Source;
  readonly images: readonly ScoredImage[];
}

/** One class. Shares are over test images that are taken for it, or over good images of the training that are its own. */
export interface ClassTradeOff {
  readonly class: string;
  /** The threshold in use. */
  readonly threshold: number | null;
  /** The second, lower threshold, above which a part is to be checked; absent where there is none. */
  readonly checkAbove?: number | undefined;
  /** The share of false alarms that it was asked to keep, 0..1; null where there is no threshold. */
  readonly falseAlarmLimit: number | null;
  /** `held-out`: the training's good images, each as if it were new; null where there are none. */
  readonly good: Counted<'test' | 'held-out'> | null;
  /** `synthetic`: made on good images; null where there are none. */
  readonly defects: Counted<'test' | 'synthetic'> | null;
  /** Every image that was counted, the highest score first. */
  readonly scores: { readonly good: readonly ScoredImage[]; readonly defective: readonly ScoredImage[] };
  /** Good images of the training that stand out, and are not counted. */
  readonly setAside: number;
  /** Thresholds worth a look, the highest first; each has few digits and lies between two scores. */
  readonly points: readonly ChosenPoint[];
  /** At most 200 points, the highest threshold first. */
  readonly curve: readonly TradeOffPoint[];
}

/** @param threshold - in use; undefined where there is none */
export function classTradeOff(
  name: string,
  threshold: ConformalThreshold | undefined,
  {
    good,
    defects,
    setAside = 0,
  }: {
    readonly good: Counting<'test' | 'held-out'>;
    readonly defects: Counting<'test' | 'synthetic'>;
    readonly setAside?: number;
  },
): ClassTradeOff {
  const numbers = (images: readonly ScoredImage[]) => images.map(({ score }) => score);
  const highestFirst = (images: readonly ScoredImage[]) =>
    images.map(({ path, score }) => ({ path, score })).sort((a, b) => b.score - a.score);
  const counted = <Source extends string>({ source, images }: Counting<Source>): Counted<Source> | null =>
    images.length === 0 ? null : { source, images: images.length };
  const scores = { good: numbers(good.images), defective: numbers(defects.images) };
  const now = threshold?.threshold ?? null;
  const falseAlarmLimit = threshold?.requestedRate ?? null;
  return {
    class: name,
    threshold: now,
    ...(threshold?.checkAbove !== undefined && { checkAbove: threshold.checkAbove }),
    falseAlarmLimit,
    good: counted(good),
    defects: counted(defects),
    setAside,
    points: chosenPoints(scores, now, falseAlarmLimit),
    curve: tradeOffCurve(scores),
    scores: { good: highestFirst(good.images), defective: highestFirst(defects.images) },
  };
}
