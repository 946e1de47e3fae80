/**
 * @file Which pictures a detector was trained on, told by its file alone: 64 bits of each picture's hash (data/pixel-hash.ts), so that a copy is known wherever
 * it lies and whatever has become of the training's folder. A new picture is taken for a known one once in 10^14 times at most.
 */
import type { DetectorMetadata } from '../detector/metadata.ts';

type TrainedPictures = NonNullable<DetectorMetadata['trained']>;

/** Of a file, 0.7 MB of text. */
const mostKept = 65_536;
/** Of a hash, hexadecimal: 64 bits. */
const digits = 16;

/** @param hashes - of all training images, hexadecimal, each once */
export function trainedPictures(hashes: readonly string[]): TrainedPictures {
  // Of very many the smallest, a sample by chance: of a copied folder it knows some.
  const kept = hashes
    .map((hash) => hash.slice(0, digits))
    .sort()
    .slice(0, mostKept);
  return { images: hashes.length, pixels: Buffer.from(kept.join(''), 'hex').toString('base64') };
}

/** Answers whether a picture of this hash was trained on; always no for files of earlier versions, which do not say. */
export function trainedOn({ trained }: DetectorMetadata): (hash: string) => boolean {
  const text = Buffer.from(trained?.pixels ?? '', 'base64').toString('hex');
  const known = new Set<string>();
  for (let at = 0; at < text.length; at += digits) known.add(text.slice(at, at + digits));
  return (hash) => known.has(hash.slice(0, digits));
}

/** Whether that answer is the whole truth. */
export function knowsTrained({ trained }: DetectorMetadata): boolean {
  return trained !== undefined && trained.images <= mostKept;
}
