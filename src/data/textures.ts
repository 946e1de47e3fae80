/** @file The texture images local anomalies are cut from, e.g. the Describable Textures Dataset's folders. */
import { CladError } from '../core/errors.ts';
import type { ProgressListener } from '../core/progress.ts';
import { decodeImage } from '../image/decode.ts';
import { attempt, type BrokenImage } from './broken-image.ts';
import { mapConcurrently } from './concurrency.ts';
import { defaultConcurrency } from './default-concurrency.ts';
import { byCodeUnit, imagesBelow, requireFolder } from './folders.ts';
import { type LeftOut, laterPages, leftOutBriefly } from './left-out.ts';
import { imagesBroken } from './verify-images.ts';

/**
 * Absolute paths of all images below a folder, sorted by code unit.
 * @param onLeftOut - is told of everything else in it
 * @throws CladError `FILE_NOT_FOUND`, `FOLDER_EXPECTED`, or `DATASET_EMPTY` when there is none
 */
export async function listTextures(folder: string, onLeftOut?: (entry: LeftOut) => void): Promise<string[]> {
  const root = await requireFolder(folder, 'Give the folder of texture images.');
  const { images, leftOut } = await imagesBelow(root);
  const expected = 'texture images (.png, .jpg, .webp, .bmp, .tif) in it or in folders below it';
  if (images.length === 0)
    throw new CladError('DATASET_EMPTY', { path: folder, expected: expected + leftOutBriefly(leftOut) });
  for (const entry of leftOut) onLeftOut?.(entry);
  return images.toSorted(byCodeUnit);
}

/** How textures are verified. */
export interface VerifyTexturesOptions {
  /** Leaves out what is broken instead of refusing. @default false */
  readonly skipBroken?: boolean;
  readonly onProgress?: ProgressListener;
  /** Is told of pages after the first. */
  readonly onLeftOut?: (entry: LeftOut) => void;
}

/**
 * Decodes every texture, so that a broken one is met before work is spent.
 * @returns those that can be used, and with `skipBroken` what was left out
 * @throws IMAGES_BROKEN; with `skipBroken`, DATASET_EMPTY when none is left
 */
export async function verifyTextures(
  paths: readonly string[],
  { skipBroken = false, onProgress, onLeftOut }: VerifyTexturesOptions = {},
): Promise<{ readonly textures: readonly string[]; readonly broken: readonly BrokenImage[] }> {
  let done = 0;
  const findings = await mapConcurrently(paths, defaultConcurrency, async (path) => {
    const finding = await attempt(path, decodeImage(path));
    onProgress?.({ task: 'checking textures', done: ++done, total: paths.length, unit: 'images' });
    if ('reason' in finding) return finding;
    const later = await laterPages(path);
    if (later) onLeftOut?.(later);
    return undefined;
  });
  const broken = findings.filter((finding) => finding !== undefined);
  if (broken.length > 0 && !skipBroken) throw imagesBroken(broken, paths.length);
  const textures = paths.filter((_, index) => !findings[index]);
  if (textures.length === 0) {
    throw new CladError('DATASET_EMPTY', { path: paths[0] ?? '', expected: 'a texture that can be decoded' });
  }
  return { textures, broken };
}
