/**
 * @file What a finished detector says of the good images it was made from, each judged as if it were new: thresholds and colours come from
 * that, and a list of images that stand out (standing-out.ts).
 */
import { Random } from '../core/random.ts';
import { mapAhead } from '../data/concurrency.ts';
import { byClass, type Sample } from '../data/dataset.ts';
import { type ClassCalibration, calibrateClass, mapsKept } from '../detector/calibrate.ts';
import { imageTensor } from '../detector/detector.ts';
import { type DetectorSpec, detectorGraph } from '../detector/detector-graph.ts';
import { countsTrained, familiarity, lifts } from '../detector/familiarity.ts';
import { type GoodPixels, goodPixels } from '../detector/map-range.ts';
import { decodeImage } from '../image/decode.ts';
import type { RgbImage } from '../image/rgb.ts';
import { type Engine, floats, int64 } from '../runtime/engine.ts';
import type { HeldOutSplit } from '../training/held-out.ts';
import { stoppable, type Work } from './train-work.ts';

/** A good image and what the detector says of it. */
export interface GoodImage {
  /** Number among the training images. */
  readonly id: number;
  readonly path: string;
  readonly className: string;
  /** Whether the networks have not been trained on it. */
  readonly heldOut: boolean;
  readonly score: number;
}

/** A detector that is asked about its training images, each without what its memory bank holds of it. */
export interface LeaveOwnOutDetector {
  readonly judge: (id: number, image: RgbImage) => Promise<{ score: number; map: Float32Array }>;
  release(): Promise<void>;
}

export async function leaveOwnOutDetector(engine: Engine, spec: DetectorSpec): Promise<LeaveOwnOutDetector> {
  const session = await engine.load(detectorGraph(spec, { leaveOwnOut: true }).toBytes());
  return {
    async judge(id, image) {
      const { score, anomaly_map } = await session.run(
        { image: imageTensor([image]), training_image: int64([id], [1]) },
        ['score', 'anomaly_map'],
      );
      return { score: floats(score)[0] as number, map: floats(anomaly_map) };
    },
    release: () => session.release(),
  };
}

/** What is said of good images, and of the pixels of each product's maps: of held-out images alone, and of others where these are few. */
export interface Judged {
  readonly images: readonly GoodImage[];
  readonly pixels: ReadonlyMap<string, { readonly all: GoodPixels; readonly heldOut: GoodPixels }>;
}

/**
 * Judges good images product by product, so that no more than one product's maps are held.
 * @throws INTERRUPTED once the request's signal is aborted
 */
export async function judgeGoodImages(work: Work, ownOut: LeaveOwnOutDetector): Promise<Judged> {
  const { training, split, request, bits } = work;
  const decode = (id: number) => decodeImage(training[id].path, { bits });
  const { seed, falseAlarmRate } = request.options;
  const products = imagesToJudge(training, split, falseAlarmRate, seed);
  const total = [...products.values()].reduce((sum, { length }) => sum + length, 0);
  const onProgress = stoppable(request);
  const images: GoodImage[] = [];
  const pixels = new Map<string, { all: GoodPixels; heldOut: GoodPixels }>();
  for (const [className, ids] of products) {
    const maps: Float32Array[] = [];
    const held = ids.filter((id) => split.heldOut.has(id)).length;
    for await (const [id, image] of mapAhead(ids, 4, decode)) {
      const { score, map } = await ownOut.judge(id, image);
      images.push({ id, path: training[id].path, className, heldOut: split.heldOut.has(id), score });
      if (maps.length < mapsKept) maps.push(map);
      onProgress({ task: 'thresholds', done: images.length, total, unit: 'images' });
    }
    // The held-out ones come first.
    const all = goodPixels(maps);
    pixels.set(className, { all, heldOut: held < maps.length ? goodPixels(maps.slice(0, held)) : all });
  }
  return { images, pixels };
}

/** The threshold is to be about the fourth highest score, where there are images enough, and not to hang on a single one. */
const thresholdRank = 4;

/** As many trained images at least show how these score. */
const leastOthers = 30;

/** Ids of the images to judge, by product: the held-out ones, then as many others, drawn by chance, as the threshold needs. */
export function imagesToJudge(
  samples: readonly Pick<Sample, 'className'>[],
  { heldOut }: HeldOutSplit,
  falseAlarmRate: number,
  seed: number,
): Map<string, number[]> {
  const most = Math.ceil(thresholdRank / falseAlarmRate);
  const products = byClass(samples.map(({ className }, id) => ({ className, id })));
  return new Map(
    [...products].map(([name, images]) => {
      const held = images.filter(({ id }) => heldOut.has(id));
      const others = images.filter(({ id }) => !heldOut.has(id));
      const count = Math.min(others.length, Math.max(leastOthers, most - held.length));
      const drawn = new Random(seed, 'thresholds', name).sample(others, count);
      return [name, [...held, ...drawn].map(({ id }) => id)];
    }),
  );
}

/** Thresholds and colours by product, and what they come from. */
export interface GoodCalibration {
  readonly familiarity: number;
  readonly classes: ReadonlyMap<string, ClassCalibration>;
  /** With scores as of new images. */
  readonly images: readonly GoodImage[];
}

/**
 * Thresholds and colours by what was said of good images.
 * @param learnt - whether networks were trained; without any, as in PatchCore, no image is more familiar than another
 */
export function calibrateByGood(
  { images, pixels }: Judged,
  falseAlarmRate: number,
  learnt: boolean,
): GoodCalibration {
  const products = [...byClass(images)].map(([name, own]) => ({
    name,
    own,
    trained: scoresOf(own.filter(({ heldOut }) => !heldOut)),
    heldOut: scoresOf(own.filter(({ heldOut }) => heldOut)),
  }));
  const familiar = learnt ? familiarity(products) : 0;
  const classes = new Map<string, ClassCalibration>();
  const asNew: GoodImage[] = [];
  const higherBy = lifts(products, familiar);
  for (const [number, { name, own, heldOut }] of products.entries()) {
    const higher = higherBy[number];
    const moved = own.map((image) => (image.heldOut ? image : { ...image, score: image.score + higher }));
    asNew.push(...moved);
    const seen = pixels.get(name)!;
    const judgements = countsTrained(familiar)
      ? { scores: scoresOf(moved), pixels: seen.all }
      : { scores: heldOut, pixels: seen.heldOut };
    classes.set(name, calibrateClass(judgements, falseAlarmRate));
  }
  return { familiarity: familiar, classes, images: asNew };
}

function scoresOf(images: readonly GoodImage[]): number[] {
  return images.map(({ score }) => score);
}
