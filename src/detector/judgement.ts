/**
 * @file What is told of a judged picture, the same words everywhere: a line of `clad predict --json`, the service's answer, the
 * result in the browser.
 */
import type { PictureWarning } from './camera/camera.ts';
import type { Prediction } from './detector.ts';
import { type AnomalousRegion, anomalousRegions } from './heat/map-regions.ts';
import { regionRule } from './heat/region-rule.ts';
import type { DetectorMetadata } from './metadata.ts';
import { requireAnswer, requireMetadata, requireSize } from './result-arguments.ts';

/** Numbers are as the detector file gives them; nothing is rounded. */
export interface Judgement {
  readonly class: string;
  /** Share of the patches' votes for that product, 0..1. */
  readonly classProbability: number;
  /** Higher is more anomalous. */
  readonly score: number;
  /** Of that product; null before calibration. */
  readonly threshold: number | null;
  readonly verdict: 'normal' | 'anomalous' | null;
  /** Where the map is above the threshold and near its highest around there, the highest first. A normal picture may have some too, if they are small or weak. */
  readonly regions: readonly AnomalousRegion[];
  /** Why the picture may not be from the training's camera, or not in its light; mostly none. */
  readonly warnings: readonly PictureWarning[];
}

/** @param picture - size of the photograph as decoded, pixels */
export function judgementOf(
  metadata: Pick<DetectorMetadata, 'geometry' | 'display' | 'regions'>,
  prediction: Prediction,
  picture: { readonly width: number; readonly height: number },
): Judgement {
  requireMetadata('judgementOf', 'metadata', metadata);
  requireAnswer('judgementOf', 'prediction', prediction, 'className', metadata);
  requireSize('judgementOf', 'picture', picture);
  const { className, classProbability, score, threshold, verdict, map, warnings } = prediction;
  const rule = regionRule(metadata, className, threshold);
  return {
    class: className,
    classProbability,
    score,
    threshold: threshold ?? null,
    verdict: verdict ?? null,
    regions: rule ? anomalousRegions(map, metadata.geometry, rule, picture) : [],
    warnings,
  };
}
