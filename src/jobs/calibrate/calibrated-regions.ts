/** @file Named regions in a calibration: made comparable by good photographs, and what each catches before and after. */
import { detectorBytes } from '../../detector/detector-bytes.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { withOffsetsOf } from '../../detector/roi/named-constants.ts';
import { failsIn, largestScore, thresholdOfRegion } from '../../detector/roi/named-results.ts';
import { regionsByClass } from '../../detector/roi/roi-metadata.ts';
import type { Golden } from '../../detector/self-test/golden.ts';
import { decodeModel } from '../../graph/index.ts';
import type { Engine } from '../../runtime/engine.ts';
import { withGolden } from '../update/replace-detector.ts';
import type { ClassPredictions } from './predict-photographs.ts';

/** A named region of a class, before and after. Counts are of photographs recognised as the class. */
export interface CalibratedRegion {
  readonly name: string;
  /** Thresholds; null where the class had none, or has none. */
  readonly before: number | null;
  readonly after: number | null;
  /** Good photographs that fail in it now. */
  readonly falseAlarms: number;
  /** Defective ones, likewise. */
  readonly anomalous: number;
}

/**
 * The predictions of a class with its regions made comparable by them; as they are where it has none.
 * @param falseAlarmRate - of the class
 * @param keepOutliers - whether photographs that stand out have a say
 */
export function withComparableRegions(
  predictions: ClassPredictions,
  falseAlarmRate: number,
  keepOutliers?: boolean,
): { readonly predictions: ClassPredictions; readonly offsets?: readonly number[] } {
  const now = predictions.aligned?.finish(falseAlarmRate, keepOutliers);
  if (!now) return { predictions };
  const images = predictions.scores.map((_, at) => now.images.get(at)!);
  return {
    offsets: now.offsets,
    predictions: {
      ...predictions,
      scores: images.map(({ score }) => score),
      floors: images.map(({ floor }) => floor),
      maps: predictions.maps.map(now.moved),
    },
  };
}

type Interest = DetectorMetadata['regionsOfInterest'];

/** Regions of interest with these offsets of the named ones, by class. */
export function interestWith(
  interest: Interest,
  offsets: ReadonlyMap<string, readonly number[]>,
): Pick<DetectorMetadata, 'regionsOfInterest'> {
  if (!interest) return {};
  const entries = Object.entries(interest).map(([name, region]) => {
    const own = offsets.get(name);
    if (!own || !region.named) return [name, region] as const;
    return [
      name,
      { ...region, named: region.named.map((each, at) => ({ ...each, offset: own[at]! })) },
    ] as const;
  });
  return { regionsOfInterest: Object.fromEntries(entries) };
}

/** The offsets of each class's named regions, in the order of the classes: none where it has none. */
function offsetsOf({
  classes,
  regionsOfInterest = {},
}: Pick<DetectorMetadata, 'classes' | 'regionsOfInterest'>): number[][] {
  return classes.map((name) => regionsOfInterest[name]?.named?.map(({ offset }) => offset) ?? []);
}

/** The scores of photographs of a class by a detector of these regions; those that they were predicted with where it has none. */
export function scoresBy(
  metadata: DetectorMetadata,
  name: string,
  predictions: Pick<ClassPredictions, 'scores' | 'regionScores'> | undefined,
): readonly number[] {
  const region = regionsByClass(metadata).get(name);
  if (!predictions || !region?.named) return predictions?.scores ?? [];
  return predictions.regionScores.map((scores) => largestScore(region, scores));
}

/** The regions of a class before and after; undefined where it has none. */
export function calibratedRegions(
  name: string,
  { before, after }: { readonly before: DetectorMetadata; readonly after: DetectorMetadata },
  good: Pick<ClassPredictions, 'regionScores'> | undefined,
  anomalous: Pick<ClassPredictions, 'regionScores'> | undefined,
): CalibratedRegion[] | undefined {
  const thresholdsOf = ({ thresholds, regionsOfInterest }: DetectorMetadata) => {
    const threshold = thresholds[name]?.threshold;
    return regionsOfInterest?.[name]?.named?.map((each) =>
      threshold === undefined ? null : thresholdOfRegion(threshold, each),
    );
  };
  const [now, threshold] = [thresholdsOf(after), after.thresholds[name]?.threshold];
  return after.regionsOfInterest?.[name]?.named?.map((each, at): CalibratedRegion => {
    const above = (of: typeof good) =>
      (of?.regionScores ?? []).filter(
        (scores) => threshold !== undefined && failsIn(each, scores[at]!, threshold),
      ).length;
    return {
      name: each.name,
      before: thresholdsOf(before)?.[at] ?? null,
      after: now?.[at] ?? null,
      falseAlarms: above(good),
      anomalous: above(anomalous),
    };
  });
}

/** The file's bytes with these thresholds. Scores and maps, and so its golden images, change where offsets of named regions do. */
export async function calibratedBytes(
  engine: Engine,
  file: {
    readonly bytes: Uint8Array;
    readonly before: DetectorMetadata;
    readonly golden: Golden | undefined;
  },
  after: DetectorMetadata,
  path: string,
): Promise<Uint8Array> {
  const model = decodeModel(file.bytes);
  const [was, is] = [offsetsOf(file.before), offsetsOf(after)];
  if (JSON.stringify(was) === JSON.stringify(is)) return detectorBytes(model, after, file.golden);
  return withGolden(engine, withOffsetsOf(model, is), after, path);
}
