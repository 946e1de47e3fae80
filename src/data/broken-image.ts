/** @file A file that cannot be used, told instead of thrown, so that all of a data set's are found. */
import { CladError } from '../core/errors.ts';
import { decodingReason } from '../image/decode.ts';

/** A sample that cannot be used. */
export interface BrokenImage {
  /** Absolute path of the image, or of its mask where that is what is wrong. */
  readonly path: string;
  /** One sentence without the path. A mask of another size than its image: names the image too. */
  readonly reason: string;
}

/** What was decoded, or what is wrong with the file. */
export async function attempt<T>(path: string, decoding: Promise<T>): Promise<T | BrokenImage> {
  try {
    return await decoding;
  } catch (error) {
    if (!(error instanceof CladError)) throw error;
    return { path, reason: decodingReason(error.cause ?? error) };
  }
}
