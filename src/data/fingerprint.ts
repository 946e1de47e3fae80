/** @file A data set's fingerprint, written into every result, so that two numbers can be known to be of one data. */

import { byCodeUnit } from '../core/arrays.ts';
import type { ProgressListener } from '../core/progress.ts';
import { sha256 } from '../core/sha256.ts';
import { mapConcurrently } from './concurrency.ts';
import { type Dataset, pathBelow, type Sample } from './dataset.ts';
import type { ImageAccess } from './image-access.ts';

/** What is needed of the images. */
type Contents = Pick<ImageAccess, 'contentOf' | 'atOnce'>;

/**
 * SHA-256, in hex, over every sample, in whatever order they come: class, split, defect, path below the root, and the sizes and SHA-256 of
 * the contents of image and masks. Moving or copying the folder does not change it, a changed pixel or label does.
 * @throws CladError `FILE_UNREADABLE`
 */
export async function fingerprint(
  dataset: Pick<Dataset, 'samples' | 'root'>,
  images: Contents,
  onProgress?: ProgressListener,
): Promise<string> {
  return fingerprintOf(await fileRecords(dataset, images, onProgress));
}

/** The fingerprint of a data set with these records. */
export function fingerprintOf(records: readonly string[]): Promise<string> {
  return sha256(records.join('\n'));
}

/**
 * What a fingerprint is made of, a text for each sample, sorted: a JSON list of class, split, defect, path below the root, size and SHA-256 of the
 * content, and the same two of its mask.
 * @param known - size and SHA-256 of files that have been read already, by path
 * @throws CladError `FILE_UNREADABLE`
 */
export async function fileRecords(
  { samples, root }: Pick<Dataset, 'samples' | 'root'>,
  images: Contents,
  onProgress?: ProgressListener,
  known: ReadonlyMap<string, string> = new Map(),
): Promise<string[]> {
  let done = 0;
  const lines = await mapConcurrently(samples, images.atOnce, async (sample) => {
    const line = await describe(sample, root, images, known);
    onProgress?.({ task: 'reading images', done: ++done, total: samples.length, unit: 'images' });
    return line;
  });
  return lines.sort(byCodeUnit);
}

/** SHA-256, in hex, over the contents of files, in their order. */
export async function fingerprintFiles(paths: readonly string[], images: Contents): Promise<string> {
  return sha256((await mapConcurrently(paths, images.atOnce, images.contentOf)).join('\n'));
}

async function describe(
  sample: Sample,
  root: string,
  { contentOf }: Contents,
  known: ReadonlyMap<string, string>,
): Promise<string> {
  const { className, split, defect, path, maskPaths = [] } = sample;
  const files = [path, ...maskPaths];
  const contents: string[] = [];
  for (const file of files)
    contents.push(pathBelow(root, file).normalize('NFC'), known.get(file) ?? (await contentOf(file)));
  return JSON.stringify([className, split, defect, ...contents]);
}
