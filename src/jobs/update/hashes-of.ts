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

/** Of a whole class, but for what is of another one now. */
export function hashesOfClass(
  subject: Listed,
  name: string,
  onProgress?: ProgressListener,
): Promise<string[]> {
  const { images } = subject.file;
  const elsewhere = new Set(
    images.filter((image) => image.class !== name && !image.excluded).map(({ path }) => path),
  );
  const ids = [...images.keys()].filter(
    (id) => images[id]!.class === name && !elsewhere.has(images[id]!.path),
  );
  return hashesOf(subject, ids, onProgress);
}

/**
 * Tells by its hash whether an image was left out, and neither it nor a copy is in: the detector remembers it, and it is no part of the memory.
 * Photographs are looked at once somebody asks.
 */
export function leftOutBy(subject: Listed): (hash: string) => Promise<boolean> {
  const { images } = subject.file;
  const ofThose = (excluded: boolean) =>
    hashesOf(
      subject,
      [...images.keys()].filter((id) => images[id]!.excluded === excluded),
    );
  let leftOut: Promise<string[]> | undefined;
  let present: Promise<string[]> | undefined;
  return async (hash) => {
    leftOut ??= ofThose(true);
    if (!(await leftOut).includes(hash)) return false;
    present ??= ofThose(false);
    return !(await present).includes(hash);
  };
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
