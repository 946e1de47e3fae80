/**
 * @file Which images a detector was trained on, and which set its thresholds, told by its file alone: 64 bits of each image's hash (data/pixel-hash.ts), so
 * that a copy is known wherever it lies and whatever has become of the folder. A new image is taken for a known one once in 10^14 times at most.
 */
import { fromBase64, toBase64 } from '../core/base64.ts';
import { fromHex, toHex } from '../core/sha256.ts';
import type { DetectorMetadata } from '../detector/metadata.ts';

type RememberedImages = NonNullable<DetectorMetadata['trained']>;

/** Of a file, 0.7 MB of text. */
const mostKept = 65_536;
/** Of a hash, hexadecimal: 64 bits. */
const digits = 16;

/**
 * @param hashes - hexadecimal, each once
 * @param before - what was remembered already, and stays
 */
export function rememberImages(
  hashes: readonly string[],
  before?: RememberedImages | undefined,
): RememberedImages {
  const known = shortHashes(before);
  const added = hashes.map((hash) => hash.slice(0, digits)).filter((hash) => !known.has(hash));
  // Of very many the smallest, a sample by chance: of a copied folder it knows some.
  const kept = [...known, ...added].sort().slice(0, mostKept);
  return {
    images: (before?.images ?? 0) + added.length,
    pixels: toBase64(fromHex(kept.join(''))),
  };
}

/** What is remembered without some images, which may be met as new ones again. @param hashes - hexadecimal */
export function forgetImages(
  before: RememberedImages | undefined,
  hashes: readonly string[],
): RememberedImages | undefined {
  if (!before) return undefined;
  const known = shortHashes(before);
  const gone = new Set(hashes.map((hash) => hash.slice(0, digits)).filter((hash) => known.has(hash)));
  const kept = [...known].filter((hash) => !gone.has(hash));
  return { images: before.images - gone.size, pixels: toBase64(fromHex(kept.join(''))) };
}

/** Answers whether an image of this hash is remembered; always no for files of earlier versions, which do not say. */
export function isRemembered(images: RememberedImages | undefined): (hash: string) => boolean {
  const known = shortHashes(images);
  return (hash) => known.has(hash.slice(0, digits));
}

/** Whether that answer is the whole truth. */
export function remembersAll(images: RememberedImages | undefined): boolean {
  return images !== undefined && images.images <= mostKept;
}

function shortHashes(images: RememberedImages | undefined): Set<string> {
  const text = toHex(fromBase64(images?.pixels ?? ''));
  const known = new Set<string>();
  for (let at = 0; at < text.length; at += digits) known.add(text.slice(at, at + digits));
  return known;
}
