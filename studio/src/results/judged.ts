/** @file What thresholds that somebody moves make of the test images: the counts are those of `clad tradeoff`, by the same code. */
import { type TradeOffPoint, tradeOffAt } from '../../../src/evaluation/trade-off.ts';
import type { ResultImage } from '../../../src/studio/api.ts';
import type { Mark } from '../../../src/studio/update-api.ts';

/** By product. */
export type Thresholds = Readonly<Record<string, number>>;

export type Judgement = 'pass' | 'hit' | 'miss' | 'falseAlarm';

/** An image is judged by the threshold of the product that it is taken for. */
export function judgementOf(
  { score, recognisedAs, anomalous }: ResultImage,
  thresholds: Thresholds,
): Judgement {
  const threshold = thresholds[recognisedAs];
  const alarm = threshold !== undefined && score > threshold;
  if (anomalous) return alarm ? 'hit' : 'miss';
  return alarm ? 'falseAlarm' : 'pass';
}

/** What may be wrong about a judgement. */
export function markFor(judgement: Judgement): Mark {
  return judgement === 'hit' || judgement === 'falseAlarm' ? 'false-alarm' : 'missed';
}

/** Scores of the test images that are taken for a product. */
export function scoresOf(images: readonly ResultImage[], product: string) {
  const own = images.filter(({ recognisedAs }) => recognisedAs === product);
  const scores = (anomalous: boolean) =>
    own.filter((image) => image.anomalous === anomalous).map(({ score }) => score);
  return { good: scores(false), defective: scores(true) };
}

/** Judgements of test images, counted. */
export interface Counts {
  readonly falseAlarms: number;
  readonly good: number;
  readonly misses: number;
  readonly defective: number;
}

/** Counts them over all products. */
export function countsOf(images: readonly ResultImage[], thresholds: Thresholds): Counts {
  const count = (judgement: Judgement) =>
    images.filter((image) => judgementOf(image, thresholds) === judgement).length;
  const defective = images.filter(({ anomalous }) => anomalous).length;
  return {
    ...{ falseAlarms: count('falseAlarm'), good: images.length - defective },
    ...{ misses: count('miss'), defective },
  };
}

export function costOf(images: readonly ResultImage[], product: string, threshold: number): TradeOffPoint {
  return tradeOffAt(threshold, scoresOf(images, product));
}
