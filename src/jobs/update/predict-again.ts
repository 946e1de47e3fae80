/** @file Good images of some classes as a changed detector sees them, each without its own entries, and the thresholds and colours that follow; other classes keep what they have. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ProgressListener } from '../../core/progress.ts';
import { fileImages } from '../../data/file-images.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { regionsByClass } from '../../detector/roi/roi-metadata.ts';
import { mapsKept, withCalibrations } from '../../detector/thresholds/class-thresholds.ts';
import {
  calibrateByGood,
  type GoodCalibration,
  type GoodImage,
  imagesToPredict,
  type LeaveOneOutDetector,
  type PredictedGoodImages,
  predictGoodImages,
} from '../good-images/good-images.ts';
import type { GoodImagesFile } from '../good-images/good-images-file.ts';
import { imageOf, imagesLeft, type Subject } from './subject.ts';

/** What is predicted: the list of good images as it is now. */
export type Predictable = Pick<Subject, 'root' | 'metadata' | 'file'>;

export interface PredictedAgain extends PredictedGoodImages {
  /** Of images of these classes, those whose photographs are not there any more: their recorded scores count. */
  readonly missing: readonly GoodImage[];
  /** How many more were not looked at, as their recorded scores say enough. */
  readonly recorded: number;
}

/**
 * Predicts the images of some classes; those of others, and those that are not looked at, stay as they are recorded.
 * @param touched - classes
 * @param most - images of a class that are looked at where the photographs of all would take long: those that joined, as many as colours are made from, and
 *   those with the highest scores, which the threshold lies among; absent: all, whose photographs then must be there
 */
export async function predictAgain(
  now: Predictable,
  touched: ReadonlySet<string>,
  oneOut: LeaveOneOutDetector,
  { most, onProgress = () => {} }: { most?: number; onProgress?: ProgressListener | undefined } = {},
): Promise<PredictedAgain> {
  const { file, metadata, root } = now;
  const heldOut = new Set([...file.images.keys()].filter((id) => file.images[id]!.heldOut));
  const samples = file.images.map((image) => ({ className: image.class }));
  const missing: GoodImage[] = [];
  let recorded = 0;
  const ids = new Map<string, readonly number[]>();
  for (const [name, all] of imagesToPredict(samples, { heldOut }, metadata.provenance.seed)) {
    if (!touched.has(name)) continue;
    const left = all.filter((id) => !file.images[id]!.excluded);
    const wanted = most === undefined || left.length <= most ? left : mostTelling(now, left);
    recorded += left.length - wanted.length;
    const there = most === undefined ? wanted : wanted.filter((id) => existsSync(imageOf(now, id).path));
    for (const id of wanted) if (!there.includes(id)) missing.push(imageOf(now, id));
    if (there.length > 0) ids.set(name, there);
  }
  const paths = file.images.map(({ path }) => resolve(root, path));
  const again = await predictGoodImages(
    {
      paths,
      images: fileImages,
      ids,
      heldOut,
      bits: bitsOf(metadata),
      classes: metadata.classes,
      regions: regionsByClass(metadata),
    },
    oneOut,
    onProgress,
  );
  const seen = new Set(again.images.map(({ id }) => id));
  const others = imagesLeft(now).filter(({ id }) => !seen.has(id));
  return { images: [...others, ...again.images], pixels: again.pixels, missing, recorded };
}

/**
 * Those that joined and those that are taken for another class, those that colours are made from, and as many with the highest recorded scores; in the order given.
 * Before decision 0083 what is taken for another class was recorded with scores as of that.
 */
function mostTelling(now: Predictable, ids: readonly number[]): number[] {
  const joined = ids.filter((id) => {
    const { added, recognisedAs, class: className } = now.file.images[id]!;
    return added || recognisedAs !== className;
  });
  const before = new Set(ids.filter((id) => !joined.includes(id)));
  const highest = asNew(now)
    .filter(({ id }) => before.has(id))
    .sort((a, b) => b.score - a.score)
    .slice(0, mapsKept);
  const kept = new Set([...joined, ...ids.slice(0, mapsKept), ...highest.map(({ id }) => id)]);
  return ids.filter((id) => kept.has(id));
}

/** The good images with recorded scores, as those of new ones. */
export function asNew(now: Predictable): readonly GoodImage[] {
  const gap = now.metadata.provenance.scoreGap ?? 0;
  return calibrateByGood({ images: imagesLeft(now), pixels: new Map() }, 0.5, gap).images;
}

/** Thresholds and colours of the classes that were predicted. What the networks remember is as it was: they have not changed. */
export function recalibrate(
  { metadata, file }: Predictable,
  predicted: PredictedGoodImages,
): { readonly metadata: DetectorMetadata; readonly calibration: GoodCalibration } {
  const { provenance, thresholds } = metadata;
  const [rate] = Object.values(thresholds).map(({ requestedRate }) => requestedRate);
  const calibration = calibrateByGood(predicted, rate!, provenance.scoreGap ?? 0);
  const count = (heldOut: boolean) =>
    Object.fromEntries(
      metadata.classes.map((name) => [
        name,
        file.images.filter((image) => image.class === name && image.heldOut === heldOut && !image.excluded)
          .length,
      ]),
    );
  return {
    metadata: {
      ...metadata,
      ...withCalibrations(metadata, calibration.classes),
      provenance: {
        ...provenance,
        data: { ...provenance.data, trainingImages: count(false), heldOutImages: count(true) },
      },
    },
    calibration,
  };
}

/** The list of good images with what was said of them just now. */
export function withScores(file: GoodImagesFile, predicted: readonly GoodImage[]): GoodImagesFile {
  const now = new Map(predicted.map((image) => [image.id, image]));
  const images = file.images.map((image, id) => {
    const { score, floor, recognisedAs, share } = now.get(id) ?? image;
    return { ...image, score, floor, recognisedAs, share };
  });
  return { ...file, images };
}
