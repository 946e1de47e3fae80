/**
 * @file Thresholds and display ranges from what a detector says of good images, as if they were new to it. No test image has a say here.
 */

import { endingAt, type GoodPixels, type MapRange, mapRange } from '../heat/map-range.ts';
import type { DetectorMetadata } from '../metadata.ts';
import { type ConformalThreshold, conformalThreshold } from './conformal.ts';
import { outliers } from './outliers.ts';
import { unknownAbove } from './unknown.ts';

/** Colours of a class are from so many maps at most; more would only take memory. */
export const mapsKept = 32;

/** What a detector said of good images of one class. */
export interface GoodPredictions {
  readonly scores: readonly number[];
  /** Of each of their maps (unknown.ts); none where they are not known. */
  readonly floors?: readonly number[];
  /** Of their maps, or some of them. */
  readonly pixels: GoodPixels;
}

/** What was found for one class. */
export interface ClassCalibration {
  readonly threshold: ConformalThreshold;
  readonly display: MapRange;
  /** Of each score, whether it had no say. */
  readonly setAside: readonly boolean[];
}

/**
 * Calibrates one class. Scores that stand out from the others have no say: one bad part among the good ones would set the threshold above all others like it.
 * @param predictions - of good images that were not trained on, or as if they were not; at least one
 * @param falseAlarmRate - wanted share of good parts called anomalous, in (0, 1)
 * @param keepOutliers - whether those count too
 * @param checkRate - wanted share of good parts that are to be checked or called anomalous; where the images are too few to tell it from the other, there is no second threshold
 */
export function calibrateClass(
  { scores, floors = [], pixels }: GoodPredictions,
  falseAlarmRate: number,
  keepOutliers = false,
  checkRate?: number,
): ClassCalibration {
  const setAside = keepOutliers ? scores.map(() => false) : outliers(scores);
  const ordinary = scores.filter((_, at) => !setAside[at]);
  const ordinaryFloors = floors.filter((_, at) => !setAside[at]);
  const threshold = conformalThreshold(ordinary, falseAlarmRate);
  const count = scores.length - ordinary.length;
  const check = checkRate === undefined ? undefined : conformalThreshold(ordinary, checkRate).threshold;
  return {
    threshold: {
      ...threshold,
      ...(count > 0 && { setAside: count }),
      ...(check !== undefined && check < threshold.threshold && { checkAbove: check }),
      ...(ordinaryFloors.length > 0 && { unknownAbove: unknownAbove(ordinaryFloors, pixels) }),
    },
    display: mapRange(pixels, threshold.threshold),
    setAside,
  };
}

/**
 * Thresholds and colours of a detector with those of some classes set anew; a second threshold stays where it is still the lower one. The colours end where they did: how high defects reach, good images do
 * not say.
 */
export function withCalibrations(
  { thresholds, display }: Pick<DetectorMetadata, 'thresholds' | 'display'>,
  calibrations: ReadonlyMap<string, ClassCalibration>,
): Pick<DetectorMetadata, 'thresholds' | 'display'> {
  const anew = { thresholds: { ...thresholds }, display: { ...display } };
  for (const [name, calibration] of calibrations) {
    const { threshold } = calibration;
    const { checkAbove } = thresholds[name] ?? {};
    const isBelow = checkAbove !== undefined && checkAbove < threshold.threshold;
    anew.thresholds[name] = isBelow ? { checkAbove, ...threshold } : threshold;
    const top = display[name]?.top;
    anew.display[name] = top === undefined ? calibration.display : endingAt(calibration.display, top);
  }
  return anew;
}
