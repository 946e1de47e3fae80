/**
 * @file What a finished detector says of the good images it was made from, each judged as if it were new. Thresholds and colours come from
 * that, and a list of images that stand out: perhaps no good parts at all.
 */
import { relative } from 'node:path';
import { csvLine } from '../core/csv.ts';
import { writeFileAtomic } from '../core/files.ts';
import { Random } from '../core/random.ts';
import { mapAhead } from '../data/concurrency.ts';
import { byClass, type Sample } from '../data/dataset.ts';
import { mapsKept } from '../detector/calibrate.ts';
import { imageTensor } from '../detector/detector.ts';
import { type DetectorSpec, detectorGraph } from '../detector/detector-graph.ts';
import { type GoodScores, robustSpread } from '../detector/familiarity.ts';
import type { DetectorMetadata } from '../detector/metadata.ts';
import { decodeImage } from '../image/decode.ts';
import { floats, int64 } from '../runtime/engine.ts';
import type { HeldOutSplit } from '../training/held-out.ts';
import { stoppable, type Work } from './train-work.ts';

/** A good image and what the detector says of it. */
export interface GoodImage {
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

/** An image so far above its product's others is worth a look. */
const standingOut = 5;

/** The image with its map, where that is kept for the colours. */
type Judged = Omit<GoodImage, 'deviations'> & { readonly map: Float32Array | undefined };

/**
 * Judges good images of every product, the held-out ones first. The memory bank is asked without the image's own members.
 * @throws INTERRUPTED once the request's signal is aborted
 */
export async function judgeGoodImages(work: Work, spec: DetectorSpec): Promise<Judged[]> {
  const { engine, training, split, request } = work;
  const { seed, falseAlarmRate } = request.options;
  const ids = imagesToJudge(training, split, falseAlarmRate, seed);
  const onProgress = stoppable(request);
  const session = await engine.load(detectorGraph(spec, { leaveOwnOut: true }).toBytes());
  const judged: Judged[] = [];
  const maps = new Map<string, number>();
  try {
    for await (const [id, image] of mapAhead(ids, 4, (id) => decodeImage(training[id].path))) {
      const { path, className } = training[id];
      const { score, anomaly_map } = await session.run(
        { image: imageTensor([image]), training_image: int64([id], [1]) },
        ['score', 'anomaly_map'],
      );
      const kept = maps.get(className) ?? 0;
      maps.set(className, kept + 1);
      judged.push({
        path,
        className,
        heldOut: split.heldOut.has(id),
        score: floats(score)[0],
        map: kept < mapsKept ? floats(anomaly_map) : undefined,
      });
      onProgress({ task: 'thresholds', done: judged.length, total: ids.length, unit: 'images' });
    }
  } finally {
    await session.release();
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

/** Writes `good-images.csv`, the most anomalous of each product first. @returns its rows */
export async function writeGoodImages(
  { run, dataset }: Pick<Work, 'run' | 'dataset'>,
  judged: readonly Judged[],
  thresholds: DetectorMetadata['thresholds'],
): Promise<GoodImage[]> {
  const images = [...byClass(judged)].flatMap(([, each]) => {
    const { centre, deviation } = robustSpread(each.map(({ score }) => score));
    return each
      .map(({ map: _, ...image }) => ({
        ...image,
        deviations: deviation > 0 ? (image.score - centre) / deviation : 0,
      }))
      .sort((a, b) => b.score - a.score);
  });
  const rows = images.map(({ path, className, heldOut, score, deviations }) =>
    csvLine([
      className,
      relative(dataset.root, path),
      score,
      thresholds[className].threshold,
      Number(deviations.toFixed(2)),
      heldOut ? 'held out' : 'trained on',
    ]),
  );
  const header = csvLine(['product', 'image', 'score', 'threshold', 'deviations', 'use']);
  await writeFileAtomic(run.goodImages, `${[header, ...rows].join('\r\n')}\r\n`);
  return images;
}

/** Images that lie far above the others of their product, the furthest first. */
export function standOut(images: readonly GoodImage[]): GoodImage[] {
  return images
    .filter(({ deviations }) => deviations > standingOut)
    .sort((a, b) => b.deviations - a.deviations);
}
