/** @file Hashes of good images of a detector, by their photographs, where these are still there: of those that may join again. */
import { existsSync } from 'node:fs';
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { mapAhead } from '../../data/concurrency.ts';
import { pixelHash } from '../../data/pixel-hash.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import { decodeOrError } from '../predict.ts';
import { imageOf, type Subject } from './subject.ts';

type Listed = Pick<Subject, 'file' | 'root' | 'metadata'>;

/** Of a whole class. */
export function hashesOfClass(
  subject: Listed,
  name: string,
  onProgress?: ProgressListener,
): Promise<string[]> {
  const { images } = subject.file;
  const ids = [...images.keys()].filter((id) => images[id]!.class === name);
  return hashesOf(subject, ids, onProgress);
}

/** Of images that were left out and have not joined again: the detector remembers them, and they are no part of its memory. */
export async function hashesLeftOut(subject: Listed): Promise<ReadonlySet<string>> {
  const { images } = subject.file;
  const present = new Set(images.filter(({ excluded }) => !excluded).map(({ path }) => path));
  const ids = [...images.keys()].filter((id) => images[id]!.excluded && !present.has(images[id]!.path));
  return new Set(await hashesOf(subject, ids));
}

async function hashesOf(
  subject: Listed,
  ids: readonly number[],
  onProgress: ProgressListener = () => {},
): Promise<string[]> {
  const paths = ids.map((id) => imageOf(subject, id).path).filter((path) => existsSync(path));
  const hashes: string[] = [];
  let done = 0;
  const decode = (path: string) => decodeOrError(path, { bits: bitsOf(subject.metadata) });
  for await (const [, image] of mapAhead(paths, 4, decode)) {
    onProgress({ task: 'images of the class', done: ++done, total: paths.length, unit: 'images' });
    if (!(image instanceof CladError)) hashes.push(pixelHash(image));
  }
  return hashes;
}
