/** @file Good images as the finished detector sees them, in a table, and those unlike the others of their product: perhaps no good parts at all. */
import { join, parse, relative } from 'node:path';
import { csvLine } from '../core/csv.ts';
import { writeFileAtomic } from '../core/files.ts';
import { byClass } from '../data/dataset.ts';
import { robustSpread } from '../detector/familiarity.ts';
import { heatOver, seenPicture } from '../detector/heat-picture.ts';
import type { DetectorMetadata } from '../detector/metadata.ts';
import { decodeImage } from '../image/decode.ts';
import { writePng } from '../image/encode.ts';
import { sideBySide } from '../image/overlay.ts';
import { resizeLinear } from '../image/resize.ts';
import type { GoodImage, JudgedImage, Stranger } from './good-images.ts';
import type { Work } from './train-work.ts';

/** An image so far above its product's others is worth a look. */
const standingOut = 5;

/** Pictures of images that stand out, at most. */
const mostPictures = 12;

/** Longer side of such a picture, pixels. */
const pictureSide = 480;

/** Writes `good-images.csv`, the most anomalous of each product first. @returns its rows */
export async function writeGoodImages(
  { run, dataset }: Pick<Work, 'run' | 'dataset'>,
  judged: readonly JudgedImage[],
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

/** Writes the photographs that stand out most, each beside its heat map, into the run's folder `standing-out/`. */
export async function writeStandingOut(
  { run }: Pick<Work, 'run'>,
  detector: Stranger,
  images: readonly GoodImage[],
  metadata: DetectorMetadata,
): Promise<void> {
  for (const [index, { id, path, className }] of standOut(images).slice(0, mostPictures).entries()) {
    const image = await decodeImage(path);
    const { map } = await detector.judge(id, image);
    const threshold = metadata.thresholds[className]?.threshold;
    const shrink = Math.min(1, pictureSide / Math.max(image.width, image.height));
    const small = resizeLinear(
      image,
      Math.max(1, Math.round(image.width * shrink)),
      Math.max(1, Math.round(image.height * shrink)),
    );
    const seen = seenPicture({ metadata }, small);
    const picture = sideBySide([seen, heatOver({ metadata }, seen, { className, threshold, map })], 4);
    const name = `${String(index + 1).padStart(2, '0')} ${className} ${parse(path).name}.png`;
    await writePng(join(run.standingOut, name), picture);
  }
}

/** Images that lie far above the others of their product, the furthest first. */
export function standOut(images: readonly GoodImage[]): GoodImage[] {
  return images
    .filter(({ deviations }) => deviations > standingOut)
    .sort((a, b) => b.deviations - a.deviations);
}
