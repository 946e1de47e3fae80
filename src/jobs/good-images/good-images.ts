/**
 * @file What a finished detector says of the good images it was made from, each predicted as if it were new: thresholds and colours come from
 * that, and a list of images that stand out (standing-out.ts).
 */
import { groupBy } from '../../core/arrays.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import { mapAhead } from '../../data/concurrency.ts';
import { byClass, type Sample } from '../../data/dataset.ts';
import type { ImageAccess } from '../../data/image-access.ts';
import { loadByClass } from '../../detector/class-input.ts';
import { imageTensor } from '../../detector/detector.ts';
import { type GoodPixels, goodPixels } from '../../detector/heat/map-range.ts';
import { insideOutput, regionScoreOutput } from '../../detector/roi/found-names.ts';
import type { RegionsByClass } from '../../detector/roi/roi-metadata.ts';
import {
  type ClassCalibration,
  calibrateClass,
  mapsKept,
} from '../../detector/thresholds/class-thresholds.ts';
import { ordinary } from '../../detector/thresholds/outliers.ts';
import { countsTrained, lifts, scoreGap } from '../../detector/thresholds/score-gap.ts';
import { mapFloor } from '../../detector/thresholds/unknown.ts';
import type { RgbImage } from '../../image/rgb.ts';
import { insideValues } from '../../image/roi/region-of-interest.ts';
import type { SampleBits } from '../../image/samples.ts';
import { type Engine, floats, int64, type Session, type TensorValue } from '../../runtime/engine.ts';
import type { HeldOutSplit } from '../../training/held-out.ts';
import { AlignedRegions } from './aligned-regions.ts';
import type { StoredDetector } from './stored-images.ts';

/** A good image and what the detector says of it. */
export interface GoodImage {
  /** Number among the training images. */
  readonly id: number;
  readonly path: string;
  readonly class: string;
  /** Whether the networks have not been trained on it. */
  readonly heldOut: boolean;
  readonly score: number;
  /** Of its map (unknown.ts); undefined where it was recorded before that was known. */
  readonly floor?: number | undefined;
  /** The class that the others' patches take it for, and the share of their votes, 0..1; another than `class` where it lies in the wrong folder. */
  readonly recognisedAs: string;
  readonly share: number;
}

/** What a detector says of one image. */
interface Said {
  readonly score: number;
  readonly map: Float32Array;
  /** The pixels of it that count, where a region follows the part. */
  readonly inside?: { readonly pixels: Uint8Array } | undefined;
  readonly shares: Float32Array;
  /** Scores of the named regions of the class that it is taken for, without offsets; absent where no class has any. */
  readonly regionScores?: Float32Array | undefined;
}

/** A detector that is asked about its training images, each without what its memory bank holds of it. */
export interface LeaveOneOutDetector {
  /** @param ofClass - index of the class that the image is judged as, where the detector takes one; as what it is recognised as where absent */
  readonly predict: (id: number, image: RgbImage, ofClass?: number) => Promise<Said>;
  release(): Promise<void>;
}

/**
 * Judges images as of a class where the method searches by class: a good image is one of its folder's, also where it is taken for a class that looks alike, whose memory
 * and spread are others (docs/decisions/0083-good-images-are-judged-as-their-own.md).
 * @param bytes - of a detector's graph with the input `training_image`
 */
export async function leaveOneOutDetector(engine: Engine, bytes: Uint8Array): Promise<LeaveOneOutDetector> {
  const { session, classFeed } = await loadByClass(engine, bytes);
  return {
    predict: (id, image, ofClass) =>
      saidBy(session, {
        image: imageTensor([image]),
        training_image: int64([id], [1]),
        ...classFeed(ofClass),
      }),
    release: () => session.release(),
  };
}

/** What a session says of one image. @throws TypeError where it is not of use */
export async function saidBy(session: Session, feeds: Readonly<Record<string, TensorValue>>): Promise<Said> {
  const outputs = await session.run(feeds);
  const { score, anomaly_map, class_share, [insideOutput]: inside, [regionScoreOutput]: regions } = outputs;
  const pixels = inside?.data;
  const said = {
    score: floats(score)[0] as number,
    ...(regions && { regionScores: floats(regions) }),
    map: floats(anomaly_map),
    shares: floats(class_share),
    ...(pixels instanceof Uint8Array && { inside: { pixels } }),
  };
  requireUsable(said);
  return said;
}

/** A method from a file may say anything. @throws TypeError */
function requireUsable({ score, map, shares }: Said): void {
  const sum = shares.reduce((total, share) => total + share, 0);
  if (!(Math.abs(sum - 1) < 1e-3))
    throw new TypeError(`its shares of an image add up to ${sum}, and 1 was expected`);
  if (!Number.isFinite(score) || !map.every(Number.isFinite))
    throw new TypeError('its score or map of an image is no finite number');
}

/** What is said of good images, and of the pixels of each class's maps: of held-out images alone, and of others where these are few. */
export interface PredictedGoodImages {
  readonly images: readonly GoodImage[];
  readonly pixels: ReadonlyMap<string, { readonly all: GoodPixels; readonly heldOut: GoodPixels }>;
  /** Of named regions that were made comparable, by class; scores and pixels are with them. */
  readonly offsets?: ReadonlyMap<string, readonly number[]>;
}

/** Which good images are to be predicted. */
export interface GoodImagesToPredict {
  /** Path of each training image, by its number. */
  readonly paths: readonly string[];
  readonly images: Pick<ImageAccess, 'decode'>;
  /** Numbers of the images by class, the held-out ones first. */
  readonly ids: ReadonlyMap<string, readonly number[]>;
  readonly heldOut: ReadonlySet<number>;
  /** How 16-bit files are read. */
  readonly bits: SampleBits;
  /** Of the detector, in its order. */
  readonly classes: readonly string[];
  /** Regions of interest by class: maps are looked at inside. */
  readonly regions?: RegionsByClass | undefined;
  /** Predicts by what is stored of the images, and spares those that it can. */
  readonly stored?: StoredDetector | undefined;
  /** Make named regions comparable at this false-alarm rate; they have the offsets of `regions` where absent. */
  readonly alignAt?: number | undefined;
}

/**
 * Predicts good images class by class, so that no more than one class's maps are held.
 * @throws what `onProgress` throws
 */
export async function predictGoodImages(
  {
    paths,
    images: access,
    ids: idsByClass,
    heldOut,
    bits,
    classes,
    regions,
    stored,
    alignAt,
  }: GoodImagesToPredict,
  oneOut: LeaveOneOutDetector,
  onProgress: ProgressListener,
): Promise<PredictedGoodImages> {
  const total = [...idsByClass.values()].reduce((sum, { length }) => sum + length, 0);
  const prepare = async (id: number) => {
    const of = await stored?.read(id);
    if (stored && of) return (ofClass: number) => stored.predict(id, of, ofClass);
    const image = await access.decode(paths[id]!, { bits });
    return (ofClass: number) => oneOut.predict(id, image, ofClass);
  };
  const images: GoodImage[] = [];
  const pixels = new Map<string, { all: GoodPixels; heldOut: GoodPixels }>();
  const offsets = new Map<string, readonly number[]>();
  for (const [className, ids] of idsByClass) {
    let own: GoodImage[] = [];
    let maps: Float32Array[] = [];
    const region = regions?.get(className);
    const aligned = region?.named && alignAt !== undefined ? new AlignedRegions(region) : undefined;
    for await (const [id, predict] of mapAhead(ids, 4, prepare)) {
      const {
        score,
        map: whole,
        shares,
        inside,
        regionScores = [],
      } = await predict(classes.indexOf(className));
      const map = insideValues(whole, inside ?? region);
      const best = shares.indexOf(Math.max(...shares));
      const [recognisedAs, share] = [classes[best]!, shares[best]!];
      own.push({
        id,
        path: paths[id]!,
        class: className,
        heldOut: heldOut.has(id),
        score,
        floor: mapFloor(map),
        recognisedAs,
        share,
      });
      if (maps.length < mapsKept) maps.push(map);
      // A detector with regions takes the class, so these are its own.
      aligned?.add(own.length - 1, regionScores, map);
      onProgress({ task: 'thresholds', done: images.length + own.length, total, unit: 'images' });
    }
    const now = aligned?.finish(alignAt!);
    if (now) {
      offsets.set(className, now.offsets);
      own = own.map((image, at) => ({ ...image, ...now.images.get(at) }));
      maps = maps.map((map, at) => (now.images.has(at) ? now.moved(map) : map));
    }
    images.push(...own);
    pixels.set(className, pixelsOf(own, maps));
  }
  return { images, pixels, ...(offsets.size > 0 && { offsets }) };
}

/** The pixels that colours come from. What stands out has no say, unless nothing else is left. @param maps - of the first images */
function pixelsOf(own: readonly GoodImage[], maps: readonly Float32Array[]) {
  const seen = maps.map((map, at) => ({ map, heldOut: own[at]!.heldOut }));
  const kept = ordinary(seen, scoresOf(own));
  const all = goodPixels(kept.map(({ map }) => map));
  const held = kept.filter(({ heldOut }) => heldOut);
  const some = held.length > 0 && held.length < kept.length;
  return { all, heldOut: some ? goodPixels(held.map(({ map }) => map)) : all };
}

/** Numbers of the images to predict, by class, all of them: the held-out ones, then the others, in an order drawn by chance, as colours come from the first. */
export function imagesToPredict(
  samples: readonly Pick<Sample, 'className'>[],
  { heldOut }: Pick<HeldOutSplit, 'heldOut'>,
  seed: number,
): Map<string, number[]> {
  const groups = byClass(samples.map(({ className }, id) => ({ className, id })));
  return new Map(
    [...groups].map(([name, images]) => {
      const held = images.filter(({ id }) => heldOut.has(id));
      const others = images.filter(({ id }) => !heldOut.has(id));
      const drawn = new Random(seed, 'thresholds', name).sample(others, others.length);
      return [name, [...held, ...drawn].map(({ id }) => id)];
    }),
  );
}

/** Thresholds and colours by class, and what they come from. */
export interface GoodCalibration {
  readonly scoreGap: number;
  readonly classes: ReadonlyMap<string, ClassCalibration>;
  /** With scores as of new images. */
  readonly images: readonly GoodImage[];
}

/** How well the networks know what they were trained on. */
export function scoreGapOf(images: readonly GoodImage[]): number {
  return scoreGap(classesOf(images));
}

/**
 * Thresholds and colours by what was said of good images.
 * @param gap - from `scoreGapOf`; 0 where no network was trained: without any, as in PatchCore, scores of trained and held-out images do not differ
 */
export function calibrateByGood(
  { images, pixels }: PredictedGoodImages,
  falseAlarmRate: number,
  gap: number,
): GoodCalibration {
  const groups = classesOf(images);
  const classes = new Map<string, ClassCalibration>();
  const asNew: GoodImage[] = [];
  const higherBy = lifts(groups, gap);
  for (const [number, { name, own }] of groups.entries()) {
    const heldOut = own.filter((image) => image.heldOut);
    const higher = higherBy[number]!;
    const moved = own.map((image) => (image.heldOut ? image : { ...image, score: image.score + higher }));
    asNew.push(...moved);
    const seen = pixels.get(name);
    if (!seen) continue;
    const predictions = countsTrained(gap)
      ? { scores: scoresOf(moved), floors: floorsOf(moved), pixels: seen.all }
      : {
          scores: scoresOf(heldOut),
          floors: floorsOf(heldOut),
          pixels: seen.heldOut,
        };
    classes.set(name, calibrateClass(predictions, falseAlarmRate));
  }
  return { scoreGap: gap, classes, images: asNew };
}

function classesOf(images: readonly GoodImage[]) {
  return [...groupBy(images, (image) => image.class)].map(([name, own]) => ({
    name,
    own,
    trained: scoresOf(own.filter(({ heldOut }) => !heldOut)),
    heldOut: scoresOf(own.filter(({ heldOut }) => heldOut)),
  }));
}

function scoresOf(images: readonly GoodImage[]): number[] {
  return images.map(({ score }) => score);
}

/** Of all images, or none where one was recorded before there were any. */
function floorsOf(images: readonly GoodImage[]): readonly number[] {
  const floors = images.flatMap(({ floor }) => floor ?? []);
  return floors.length === images.length ? floors : [];
}
