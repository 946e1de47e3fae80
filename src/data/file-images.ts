/** @file The images of a disk (Node only). */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { CladError, reasonOf } from '../core/errors.ts';
import { decodeImage } from '../image/decode.ts';
import { encodePng } from '../image/encode.ts';
import { decodeMasks } from '../image/mask.ts';
import { defaultConcurrency } from './default-concurrency.ts';
import type { ImageAccess } from './image-access.ts';

/** By absolute paths. */
export const fileImages: ImageAccess = {
  atOnce: defaultConcurrency,
  decode: decodeImage,
  decodeMasks,
  contentOf,
  encodePng,
};

async function contentOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  const stream = createReadStream(path, { highWaterMark: 1 << 20 });
  try {
    await pipeline(stream, hash);
  } catch (error) {
    throw new CladError('FILE_UNREADABLE', { path, reason: reasonOf(error) }, { cause: error });
  }
  return `${stream.bytesRead}:${hash.digest('hex')}`;
}
