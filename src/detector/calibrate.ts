/**
 * @file Thresholds and display ranges from good images that took no part in training, through the very file that will be
 * used. No test image has a say here.
 */

import { type ConformalThreshold, conformalThreshold } from './conformal.ts';
import { goodPixels, type MapRange, mapRange } from './map-range.ts';

/** What a detector said of good images of one product. */
export interface GoodJudgements {
  readonly scores: readonly number[];
  /** Of all of them or of some. */
  readonly maps: readonly Float32Array[];
}

/** What was found for one product. */
export interface ClassCalibration {
  readonly threshold: ConformalThreshold;
  readonly display: MapRange;
}

/**
 * Calibrates one product.
 * @param judgements - of good images that were not trained on, at least one
 * @param falseAlarmRate - wanted share of good parts judged anomalous, in (0, 1)
 */
export function calibrateClass({ scores, maps }: GoodJudgements, falseAlarmRate: number): ClassCalibration {
  const threshold = conformalThreshold(scores, falseAlarmRate);
  return { threshold, display: mapRange(goodPixels(maps), threshold.threshold) };
}
