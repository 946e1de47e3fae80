/** @file A data set's fingerprint, written into every result, so that two numbers can be known to be of one data. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CladError, reasonOf } from '../core/errors.ts';
import type { ProgressListener } from '../core/progress.ts';
import { defaultConcurrency, mapConcurrently } from './concurrency.ts';
import type { Dataset, Sample } from './dataset.ts';
import { byCodeUnit } from './folders.ts';

/**
 * SHA-256, in hex, over every sample, in whatever order they come: class, split, defect, path below the root, and the sizes and SHA-256 of
 * the contents of image and masks. Moving or copying the folder does not change it, a changed pixel or label does.
 * @throws CladError `FILE_UNREADABLE`
 */
export async function fingerprint(
  dataset: Pick<Dataset, 'samples' | 'root'>,
  onProgress?: ProgressListener,
): Promise<string> {
  return fingerprintOf(await fileRecords(dataset, onProgress));
}

/** The fingerprint of a data set with these records. */
export function fingerprintOf(records: readonly string[]): string {
  return createHash('sha256').update(records.join('\n')).digest('hex');
}

/**
 * What a fingerprint is made of, a text for each sample, sorted: a JSON list of class, split, defect, path below the root, size and SHA-256 of the
 * content, and the same two of its mask.
 * @param known - size and SHA-256 of files that have been read already, by path
 * @throws CladError `FILE_UNREADABLE`
 */
export async function fileRecords(
  { samples, root }: Pick<Dataset, 'samples' | 'root'>,
  onProgress?: ProgressListener,
  known: ReadonlyMap<string, string> = new Map(),
): Promise<string[]> {
  let done = 0;
  const lines = await mapConcurrently(samples, defaultConcurrency, async (sample) => {
    const line = await describe(sample, root, known);
    onProgress?.({ task: 'reading images', done: ++done, total: samples.length, unit: 'images' });
    return line;
  });
  return lines.sort(byCodeUnit);
}

/** SHA-256, in hex, over the contents of files, in their order. */
export async function fingerprintFiles(paths: readonly string[]): Promise<string> {
  const contents = await mapConcurrently(paths, defaultConcurrency, contentOf);
  return createHash('sha256').update(contents.join('\n')).digest('hex');
}

async function describe(sample: Sample, root: string, known: ReadonlyMap<string, string>): Promise<string> {
  const { className, split, defect, path, maskPaths = [] } = sample;
  const files = [path, ...maskPaths];
  const contents: string[] = [];
  for (const file of files)
    contents.push(
      relative(root, file).split(sep).join('/').normalize('NFC'),
      known.get(file) ?? (await contentOf(file)),
    );
  return JSON.stringify([className, split, defect, ...contents]);
}

/**
 * What a file holds, as `size:SHA-256`.
 * @throws CladError `FILE_UNREADABLE`
 */
export async function contentOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  const stream = createReadStream(path, { highWaterMark: 1 << 20 });
  try {
    await pipeline(stream, hash);
  } catch (error) {
    throw new CladError('FILE_UNREADABLE', { path, reason: reasonOf(error) }, { cause: error });
  }
  return `${stream.bytesRead}:${hash.digest('hex')}`;
}
