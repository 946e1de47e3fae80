/** @file Good images as the finished detector sees them, in a table, and those unlike the others of their class: they may be no good parts. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, parse, sep } from 'node:path';
import { groupBy } from '../../core/arrays.ts';
import { csvLine } from '../../core/csv.ts';
import { writeFileAtomic } from '../../core/files.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import { heatOver, seenImage, withLegend } from '../../detector/heat/heat-image.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { deviations, mostDeviations } from '../../detector/thresholds/outliers.ts';
import { decodeImage } from '../../image/decode.ts';
import { writePng } from '../../image/encode.ts';
import { sideBySide } from '../../image/overlay.ts';
import { shrink } from '../../image/shrink.ts';
import type { RunFolder } from '../run-folder.ts';
import type { GoodImage, LeaveOneOutDetector } from './good-images.ts';
import { recordedPath } from './good-images-file.ts';

/** A good image among those of its class. */
export interface RankedImage extends GoodImage {
  /** By how many robust standard deviations of their scores it lies above their median; 0 where they have no spread, or are few. */
  readonly deviations: number;
}

/** Images of them, at most. */
const mostImages = 12;

/** Longer side of such an image, pixels. */
const imageSide = 480;

/**
 * The images of each class, the most anomalous first.
 * @param images - with scores as of new images
 * @param comparable - whether those of trained images can stand beside those of held-out ones; if not, each kind is compared with itself
 */
export function rankImages(images: readonly GoodImage[], comparable: boolean): RankedImage[] {
  return [...groupBy(images, (image) => image.class)].flatMap(([, own]) => {
    const groups = comparable
      ? [own]
      : [own.filter(({ heldOut }) => heldOut), own.filter(({ heldOut }) => !heldOut)];
    return groups.flatMap(amongThemselves).sort((a, b) => b.score - a.score);
  });
}

function amongThemselves(images: readonly GoodImage[]): RankedImage[] {
  const each = deviations(images.map(({ score }) => score));
  return images.map((image, at) => ({ ...image, deviations: each[at]! }));
}

/** Images that the others take for another class: they may lie in the wrong folder. The surest first. */
export function misplaced<Image extends Pick<GoodImage, 'class' | 'recognisedAs' | 'share'>>(
  images: readonly Image[],
): Image[] {
  return images.filter((image) => image.recognisedAs !== image.class).sort((a, b) => b.share - a.share);
}

/** Images that lie far above the others of their class, the furthest first. */
export function standOut(images: readonly RankedImage[]): RankedImage[] {
  return images
    .filter(({ deviations }) => deviations > mostDeviations)
    .sort((a, b) => b.deviations - a.deviations);
}

/** All that may be no good image of its class: what stands out, the furthest first, and what lies in the wrong folder. */
export function suspects(images: readonly RankedImage[]): RankedImage[] {
  return [...new Set([...standOut(images), ...misplaced(images)])];
}

/** `good-images.csv`. @param root - paths are written below it */
export function goodImagesCsv(
  images: readonly RankedImage[],
  thresholds: DetectorMetadata['thresholds'],
  root: string,
): string {
  const rows = images.map(({ path, class: className, heldOut, score, deviations, recognisedAs, share }) =>
    csvLine([
      className,
      recordedPath(root, path).split('/').join(sep),
      score,
      thresholds[className]?.threshold ?? null,
      Number(deviations.toFixed(2)),
      heldOut ? 'held out' : 'trained on',
      recognisedAs,
      Number(share.toFixed(4)),
    ]),
  );
  const header = csvLine([
    'class',
    'image',
    'score',
    'threshold',
    'deviations',
    'use',
    'recognised as',
    'votes',
  ]);
  return `${[header, ...rows].join('\r\n')}\r\n`;
}

/** Writes the table, and images of those that may be no good images of their class, each beside its heat map, into `standing-out/`. */
export async function writeGoodImages(
  { run, root }: { readonly run: RunFolder; readonly root: string },
  oneOut: LeaveOneOutDetector,
  images: readonly RankedImage[],
  metadata: DetectorMetadata,
): Promise<void> {
  await writeFileAtomic(run.goodImages, goodImagesCsv(images, metadata.thresholds, root));
  // A try before this one may have left others.
  await rm(run.standingOut, { recursive: true, force: true });
  // Photographs of before may be gone where the detector is changed later.
  const there = suspects(images).filter(({ path }) => existsSync(path));
  for (const [index, { id, path, class: className, recognisedAs }] of there.slice(0, mostImages).entries()) {
    const image = await decodeImage(path, { bits: bitsOf(metadata) });
    const { map } = await oneOut.predict(id, image);
    const seen = await shrink(seenImage({ metadata }, image), imageSide);
    const { threshold } = metadata.thresholds[className]!;
    const heat = heatOver({ metadata }, seen, { class: className, threshold, map });
    const shown = sideBySide([seen, withLegend({ metadata }, heat, className)], 4);
    await writePng(join(run.standingOut, imageName(index, className, recognisedAs, path)), shown);
  }
}

/** Short, and of letters that any file system takes. */
function imageName(index: number, className: string, recognisedAs: string, path: string): string {
  const taken = recognisedAs === className ? '' : `-like-${recognisedAs}`;
  const plain = `${className}${taken}-${parse(path).name}`.replace(/[^\p{L}\p{N}.-]+/gu, '_').slice(0, 48);
  return `${String(index + 1).padStart(2, '0')}-${plain}.png`;
}
