/** @file What a detector says of photographs, by the class that it takes each for. */
import { CladError } from '../../core/errors.ts';
import { mapAhead } from '../../data/concurrency.ts';
import { type Sketch, sketchOf } from '../../data/image-sketch.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import type { Detector } from '../../detector/detector.ts';
import { mapFloor } from '../../detector/thresholds/unknown.ts';
import { lookAt, type SeenImage } from '../../image/look.ts';
import type { RgbImage } from '../../image/rgb.ts';
import { insideValues } from '../../image/roi/region-of-interest.ts';
import { AlignedRegions } from '../good-images/aligned-regions.ts';
import { decodeOrError } from '../predict.ts';
import { WarningSummary } from '../warning-summary.ts';

/** Whether a photograph is to be predicted. */
export type Takes = (path: string, image: RgbImage) => boolean;

/** What was said of the photographs of one class, and how these look. */
export interface ClassPredictions {
  readonly scores: number[];
  /** Of all maps (unknown.ts). */
  readonly floors: number[];
  /** Within the region of interest of the class, where it has one. */
  readonly maps: Float32Array[];
  readonly paths: string[];
  readonly sketches: Sketch[];
  readonly images: SeenImage[];
  /** Of the named regions of the class, for each photograph, without offsets; empty lists where it has none. */
  readonly regionScores: (readonly number[])[];
  /** What makes these comparable; absent where the class has none. */
  readonly aligned?: AlignedRegions | undefined;
}

export interface PredictedPhotographs {
  readonly byClass: ReadonlyMap<string, ClassPredictions>;
  readonly unreadable: readonly CladError[];
  /** How the photographs differ from those of the training. */
  readonly warnings: WarningSummary;
}

/**
 * Predicts photographs, a few decoded ahead. One that cannot be read is left out and told.
 * @param maps - how many heat maps of each class are kept
 * @param onDone - told how many have been gone through
 */
export async function predictPhotographs(
  detector: Detector,
  paths: readonly string[],
  maps: number,
  takes: Takes,
  onDone: (done: number) => void,
): Promise<PredictedPhotographs> {
  const decode = (path: string) => decodeOrError(path, { bits: bitsOf(detector.metadata) });
  const byClass = new Map<string, ClassPredictions>();
  const unreadable: CladError[] = [];
  let done = 0;
  const warnings = new WarningSummary();
  for await (const [path, image] of mapAhead(paths, 4, decode)) {
    if (image instanceof CladError) {
      unreadable.push(image);
    } else if (takes(path, image)) {
      const prediction = await detector.predict(image);
      const { class: name, score } = prediction;
      const map = insideValues(prediction.map, detector.insideOf(prediction));
      warnings.add(path, prediction);
      const predictions = byClass.get(name) ?? {
        paths: [],
        scores: [],
        floors: [],
        maps: [],
        sketches: [],
        images: [],
        regionScores: [],
        aligned: alignedRegions(detector, name),
      };
      byClass.set(name, predictions);
      predictions.paths.push(path);
      predictions.scores.push(score);
      predictions.floors.push(mapFloor(map));
      const ofRegions = prediction.namedRegions?.map((each) => each.score) ?? [];
      predictions.aligned?.add(predictions.regionScores.length, ofRegions, map);
      predictions.regionScores.push(ofRegions);
      predictions.images.push({ look: lookAt(image), source: image.source });
      predictions.sketches.push(sketchOf(image));
      if (predictions.maps.length < maps) predictions.maps.push(map);
    }
    onDone(++done);
  }
  return { byClass, unreadable, warnings };
}

function alignedRegions(detector: Detector, name: string): AlignedRegions | undefined {
  const region = detector.regionsOfInterest.get(name);
  return region?.named && new AlignedRegions(region);
}
