/** @file What a run's folder says of good images as the finished detector sees them: a table, and images of those that may be no good parts. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, parse, sep } from 'node:path';
import { csvLine } from '../../core/csv.ts';
import { writeFileAtomic } from '../../core/files.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import { heatOver, seenImage, withLegend } from '../../detector/heat/heat-image.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { decodeImage } from '../../image/decode.ts';
import { writePng } from '../../image/encode.ts';
import { sideBySide } from '../../image/overlay.ts';
import { shrink } from '../../image/shrink.ts';
import type { RunFolder } from '../run-folder.ts';
import type { LeaveOneOutDetector } from './good-images.ts';
import { recordedPath } from './good-images-file.ts';
import { type RankedImage, suspects } from './ranked-images.ts';

/** Images of them, at most. */
const mostImages = 12;

/** Longer side of such an image, pixels. */
const imageSide = 480;

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
    const { map } = await oneOut.predict(id, image, metadata.classes.indexOf(className));
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
