/**
 * @file What a finished detector says of the good images it was made from, each judged as if it were new. Thresholds and colours come from
 * that (write-detector.ts), and a list of images that stand out (standing-out.ts).
 */
import { Random } from '../core/random.ts';
import { mapAhead } from '../data/concurrency.ts';
import { byClass, type Sample } from '../data/dataset.ts';
import { mapsKept } from '../detector/calibrate.ts';
import { imageTensor } from '../detector/detector.ts';
import { type DetectorSpec, detectorGraph } from '../detector/detector-graph.ts';
import type { GoodScores } from '../detector/familiarity.ts';
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
  /** By how many robust standard deviations of its product's scores it lies above their median; 0 where they have no spread. */
  readonly deviations: number;
}

/** With as many good images of a product, the threshold is about the fourth highest score, and no longer hangs on one image. */
const scoresAbove = 4;

/** The image with its map, where that is kept for the colours. */
export type JudgedImage = Omit<GoodImage, 'deviations'> & { readonly map: Float32Array | undefined };

/** The finished detector, asked about a training image as if it were new: without what its memory bank holds of it. */
export interface Stranger {
  readonly judge: (id: number, image: RgbImage) => Promise<{ score: number; map: Float32Array }>;
  release(): Promise<void>;
}

export async function asStranger(engine: Engine, spec: DetectorSpec): Promise<Stranger> {
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

/**
 * Judges good images of every product, the held-out ones first.
 * @throws INTERRUPTED once the request's signal is aborted
 */
export async function judgeGoodImages(work: Work, detector: Stranger): Promise<JudgedImage[]> {
  const { training, split, request } = work;
  const { seed, falseAlarmRate } = request.options;
  const ids = imagesToJudge(training, split, falseAlarmRate, seed);
  const onProgress = stoppable(request);
  const judged: JudgedImage[] = [];
  const maps = new Map<string, number>();
  for await (const [id, image] of mapAhead(ids, 4, (id) => decodeImage(training[id].path))) {
    const { path, className } = training[id];
    const { score, map } = await detector.judge(id, image);
    const kept = maps.get(className) ?? 0;
    maps.set(className, kept + 1);
    judged.push({
      id,
      path,
      className,
      heldOut: split.heldOut.has(id),
      score,
      map: kept < mapsKept ? map : undefined,
    });
    onProgress({ task: 'thresholds', done: judged.length, total: ids.length, unit: 'images' });
  }
  return judged;
}

/** Ids of the images to judge: all held-out ones, then as many others of each product, drawn by chance, as its threshold needs. */
export function imagesToJudge(
  samples: readonly Pick<Sample, 'className'>[],
  split: HeldOutSplit,
  falseAlarmRate: number,
  seed: number,
): number[] {
  const most = Math.ceil(scoresAbove / falseAlarmRate);
  const fit = [...split.fit].map((id) => ({ id, className: samples[id].className }));
  const more = [...byClass(fit)].flatMap(([name, images]) => {
    const held = [...split.heldOut].filter((id) => samples[id].className === name).length;
    const count = Math.min(images.length, Math.max(0, most - held));
    return new Random(seed, 'thresholds', name).sample(images, count).map(({ id }) => id);
  });
  return [...split.heldOut, ...more];
}

/** Scores of one product's images, those trained on apart. */
export function scoresOf(images: readonly Pick<GoodImage, 'heldOut' | 'score'>[]): GoodScores {
  const of = (heldOut: boolean) =>
    images.filter((image) => image.heldOut === heldOut).map(({ score }) => score);
  return { trained: of(false), heldOut: of(true) };
}
