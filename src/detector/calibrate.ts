/**
 * @file Thresholds and display ranges from good images that took no part in training, through the very file that will be
 * used. No test image has a say here.
 */

import { type ConformalThreshold, conformalThreshold } from './conformal.ts';
import type { Prediction } from './detector.ts';
import { goodPixels, type MapRange, mapRange } from './map-range.ts';

/** What was found for one product. */
export interface ClassCalibration {
  readonly threshold: ConformalThreshold;
  readonly display: MapRange;
}

/**
 * Calibrates one product.
 * @param predictions - of its held-out good images, at least one
 * @param falseAlarmRate - wanted share of good parts judged anomalous, in (0, 1)
 */
export function calibrateClass(
  predictions: readonly Pick<Prediction, 'score' | 'map'>[],
  falseAlarmRate: number,
): ClassCalibration {
  const threshold = conformalThreshold(
    predictions.map(({ score }) => score),
    falseAlarmRate,
  );
  return { threshold, display: mapRange(goodPixels(predictions.map(({ map }) => map)), threshold.threshold) };
}
