/**
 * @file What is said of an image, in the same words everywhere: what the library gives in Node and the browser, a line of
 * `clad predict --json`, an answer of the service, and what an evaluation counts.
 */
import type { ImageSize } from '../image/limits.ts';
import { insideValues, type RegionOfInterest } from '../image/roi/region-of-interest.ts';
import type { ImageWarning } from './camera/camera.ts';
import { type AnomalousRegion, anomalousRegions } from './heat/map-regions.ts';
import { regionRule } from './heat/region-rule.ts';
import type { DetectorMetadata } from './metadata.ts';
import type { NamedResult } from './roi/named-results.ts';
import type { ConformalThreshold } from './thresholds/conformal.ts';
import { mapFloor } from './thresholds/unknown.ts';

/** What a detector says of one image. Numbers are as the detector file gives them; nothing is rounded. */
export interface Prediction {
  /** The class that was given with the image, or else the one with the largest share of the patches' votes. */
  readonly class: string;
  /** Its share, 0..1: how many of the patches look like the class, not how probable it is. */
  readonly classShare: number;
  /** The shares of all classes, by name. By name, so that a line or an answer can be read without the detector's list of classes. */
  readonly classShares: Readonly<Record<string, number>>;
  /** What the image itself was recognised as, where the class was given; else null. */
  readonly recognised: Recognised | null;
  /** The image's anomaly score: higher is more anomalous. */
  readonly score: number;
  /** Of the class; null before calibration. */
  readonly threshold: number | null;
  /** How far the score is over the threshold, below 0 where it is under it; null where there is none. A difference, since thresholds may be 0 or below. */
  readonly margin: number | null;
  /** Anomalous where the score is above the threshold, and unknown where hardly a spot is like the class besides; null where there is no threshold. */
  readonly verdict: Verdict | null;
  /** What is to be done with the part: pass, reject where the verdict is not normal, and check where a second, lower threshold is set and the score is between both. */
  readonly decision: Decision | null;
  /** Where the map is above the threshold and near its highest around there, the highest first. A normal image may have some too, if they are small or weak. */
  readonly regions: readonly AnomalousRegion[];
  /**
   * What each named region of the class says, in the order in which they were drawn; absent where the class has none. The image fails where one of them does: `score` is the
   * largest of theirs, each moved so that it may be compared with `threshold`, and `margin` is the largest of their margins.
   */
  readonly namedRegions?: readonly NamedResult[];
  /** Why the image may not be from the training's camera, not in its light, or not of the class that was given; mostly none. The verdict is given all the same. */
  readonly warnings: readonly ImageWarning[];
}

/** The class with the largest share of the patches' votes, and that share. */
export type Recognised = Pick<Prediction, 'class' | 'classShare'>;

/** `unknown` is anomalous, and hardly a spot is like the class (thresholds/unknown.ts): probably no product that the detector knows, or not the class that was given. */
export type Verdict = 'normal' | 'anomalous' | 'unknown';

export type Decision = 'pass' | 'check' | 'reject';

/** A prediction with the map that its regions come from. */
export interface PredictionWithMap extends Prediction {
  /** [height, width] of `metadata.geometry`, row by row; higher is more anomalous. */
  readonly map: Float32Array;
  /** The pixels of the map that count, likewise, 1 or 0; absent where no region of the detector's follows the part: `detector.regionsOfInterest` then says it. */
  readonly inside?: Uint8Array | undefined;
}

/** A prediction whose map nobody has searched for regions yet. */
export type RawPrediction = Omit<PredictionWithMap, 'regions'>;

/** Finds the regions. @param size - of the image as decoded, pixels */
export function withRegions(
  metadata: Pick<DetectorMetadata, 'geometry' | 'display' | 'regions'>,
  raw: RawPrediction,
  size: ImageSize,
): PredictionWithMap {
  const { warnings, map, inside, ...said } = raw;
  const rule = regionRule(metadata, said.class, said.threshold);
  const regions = rule ? anomalousRegions(map, metadata.geometry, rule, size) : [];
  return { ...said, regions, warnings, map, ...(inside && { inside }) };
}

/**
 * Anomalous above the threshold, not at it; null where there is none.
 * @param threshold - of the class that the image is taken for
 * @param region - of interest, likewise; undefined where all of the map counts
 */
export function verdictOf(
  { score, map }: Pick<RawPrediction, 'score' | 'map'>,
  threshold: Pick<ConformalThreshold, 'threshold' | 'unknownAbove'> | undefined,
  region?: Pick<RegionOfInterest, 'pixels'>,
): Verdict | null {
  if (!threshold) return null;
  if (score <= threshold.threshold) return 'normal';
  const { unknownAbove } = threshold;
  return unknownAbove !== undefined && mapFloor(insideValues(map, region)) > unknownAbove
    ? 'unknown'
    : 'anomalous';
}

/** What a score means by the thresholds of a class. @param region - as in `verdictOf` */
export function judged(
  { score, map }: Pick<RawPrediction, 'score' | 'map'>,
  threshold: Pick<ConformalThreshold, 'threshold' | 'unknownAbove' | 'checkAbove'> | undefined,
  region?: Pick<RegionOfInterest, 'pixels'>,
): Pick<Prediction, 'threshold' | 'margin' | 'verdict' | 'decision'> {
  if (!threshold) return { threshold: null, margin: null, verdict: null, decision: null };
  const verdict = verdictOf({ score, map }, threshold, region);
  const { checkAbove } = threshold;
  const isChecked = checkAbove !== undefined && score > checkAbove;
  return {
    threshold: threshold.threshold,
    margin: score - threshold.threshold,
    verdict,
    decision: fails(verdict) ? 'reject' : isChecked ? 'check' : 'pass',
  };
}

/** Whether an image does not pass. */
export function fails(verdict: Verdict | null): boolean {
  return verdict !== null && verdict !== 'normal';
}

/** The shares as the output `class_share` of the network has them. @param classes - `metadata.classes` */
export function sharesInOrder(
  { classShares }: Pick<Prediction, 'classShares'>,
  classes: readonly string[],
): number[] {
  return classes.map((name) => classShares[name]!);
}
