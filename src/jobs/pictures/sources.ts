/**
 * @file Finding listed pictures in folders in which somebody holds them, under whatever names: first by what files hold, which no name can mislead; then by the
 * pixels of files with the listed stem, as one who stored them in another format has them; then, where the listed ones are small copies of originals, by the
 * pixels of an original brought to that size.
 */
import { basename, dirname, sep } from 'node:path';
import { groupBy } from '../../core/arrays.ts';
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { mapConcurrently } from '../../data/concurrency.ts';
import { defaultConcurrency } from '../../data/default-concurrency.ts';
import { fileImages } from '../../data/file-images.ts';
import { imagesBelow, requireFolder, stemOf } from '../../data/folders.ts';
import { shortHash } from '../../data/picture-list.ts';
import { pixelHash } from '../../data/pixel-hash.ts';
import { resizeNearest, resizePixels } from '../../image/resize.ts';
import type { RgbImage } from '../../image/rgb.ts';
import { fileHash, pixelsHash } from './hashes.ts';

/** A picture that is looked for. */
export interface Wanted {
  readonly className: string;
  readonly split: 'train' | 'test';
  readonly defect: string;
  readonly isMask: boolean;
  /** Stem of the image that it is, or is the mask of. */
  readonly imageStem: string;
  /** Below the folder that is built, with slashes. */
  readonly target: string;
  readonly file: string;
  readonly pixels: string;
  readonly shorterSide: number | undefined;
}

/**
 * Where one was found. `file`: the very file; `pixels`: the same pixels in another file; `scaled`: an original that has them when it is made small; `name`: only
 * its name and its folders say that it is meant, its pixels are others.
 */
export interface Found {
  readonly by: 'file' | 'pixels' | 'scaled' | 'name';
  readonly path: string;
}

/** Looks for all. @returns in the order of the wanted ones; undefined for one that is nowhere */
export async function findPictures(
  wanted: readonly Wanted[],
  sources: readonly string[],
  onProgress?: ProgressListener,
): Promise<(Found | undefined)[]> {
  const files: string[] = [];
  for (const source of sources) {
    const root = await requireFolder(source, 'Give a folder in which pictures are.');
    for (const path of (await imagesBelow(root)).images) files.push(path);
  }
  const stems = new Set(wanted.flatMap((each) => [each.imageStem, stemOf(basename(each.target))]));
  const known = (path: string) => stems.has(coreStem(path)) || stems.has(stemOf(basename(path)));
  const byFile = new Map<string, string>();
  const found: (Found | undefined)[] = wanted.map(() => undefined);
  // Those that are called so first: the rest need not be read where all is found among them.
  for (const group of [files.filter(known), files.filter((path) => !known(path))]) {
    if (found.every((each) => each !== undefined)) break;
    let done = 0;
    await mapConcurrently(group, defaultConcurrency, async (path) => {
      const hash = await fileHash(path);
      if (!byFile.has(hash)) byFile.set(hash, path);
      onProgress?.({ task: 'reading files', done: ++done, total: group.length, unit: 'files' });
    });
    for (const [index, { file }] of wanted.entries()) {
      const path = byFile.get(file);
      if (path !== undefined) found[index] ??= { by: 'file', path };
    }
  }
  const candidates = groupBy(files, coreStem);
  let done = 0;
  const missing = found.flatMap((each, index) => (each === undefined ? [index] : []));
  await mapConcurrently(missing, defaultConcurrency, async (index) => {
    const each = wanted[index]!;
    const named = candidates.get(each.imageStem)?.filter((path) => isMaskPath(path) === each.isMask) ?? [];
    found[index] = await foundByPixels(each, named);
    onProgress?.({ task: 'comparing pixels', done: ++done, total: missing.length, unit: 'pictures' });
  });
  return found;
}

/** What is called as its image, of masks too: `000` of `000_mask.png`, `Part0` of `Part0_label.bmp`. */
function coreStem(path: string): string {
  return stemOf(basename(path)).replace(/_(mask|label|GT)\d*$/i, '');
}

function isMaskPath(path: string): boolean {
  return coreStem(path) !== stemOf(basename(path)) || /[/\\](ground_truth|masks?|label)[/\\]/i.test(path);
}

async function foundByPixels(wanted: Wanted, candidates: readonly string[]): Promise<Found | undefined> {
  for (const path of candidates)
    if ((await orUndefined(pixelsHash(path))) === wanted.pixels) return { by: 'pixels', path };
  const meant = meantAmong(candidates, wanted);
  if (meant === undefined) return undefined;
  if (wanted.shorterSide !== undefined) {
    const image = await orUndefined(scaledPicture(meant, wanted.shorterSide, wanted.isMask));
    if (image && shortHash(pixelHash(image)) === wanted.pixels) return { by: 'scaled', path: meant };
  }
  return { by: 'name', path: meant };
}

/** A broken file is none of those that are looked for. */
async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (error instanceof CladError) return undefined;
    throw error;
  });
}

/** The one that name and folders say is meant: in the folders of its class, split and kind of defect, or in a set without such folders the only one of its stem. */
function meantAmong(candidates: readonly string[], wanted: Wanted): string | undefined {
  const { className, split, defect, isMask } = wanted;
  const foldersOf = (path: string) => dirname(path).split(sep);
  const own = [className, isMask ? 'ground_truth' : split, defect];
  const inFolders = candidates.filter((path) => own.every((part) => foldersOf(path).includes(part)));
  const isElsewhere = (path: string) => foldersOf(path).some((part) => splitFolders.has(part));
  const [meant, second] = inFolders.length > 0 ? inFolders : candidates;
  if (meant === undefined || second !== undefined) return undefined;
  return inFolders.length > 0 || !isElsewhere(meant) ? meant : undefined;
}

const splitFolders: ReadonlySet<string> = new Set([
  'train',
  'test',
  'test_public',
  'validation',
  'ground_truth',
]);

/** A picture brought to a shorter side, never enlarged: images by the widened triangle filter, masks by the nearest pixel. */
export async function scaledPicture(path: string, shorterSide: number, isMask: boolean): Promise<RgbImage> {
  const image = await fileImages.decode(path);
  const scale = shorterSide / Math.min(image.width, image.height);
  if (scale >= 1) return image;
  const [width, height] = [Math.round(image.width * scale), Math.round(image.height * scale)];
  if (!isMask) return resizePixels(image, width, height);
  const mask = Uint8Array.from({ length: image.width * image.height }, (_, at) => image.data[3 * at] ?? 0);
  const { data } = resizeNearest({ width: image.width, height: image.height, data: mask }, width, height);
  return {
    width,
    height,
    data: Uint8Array.from({ length: 3 * data.length }, (_, at) => data[Math.floor(at / 3)] ?? 0),
  };
}
