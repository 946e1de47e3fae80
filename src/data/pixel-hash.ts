/**
 * @file An image's content as one number: SHA-256 over its size and its decoded pixels. Copies, links, and the same pixels in another lossless
 * format or with other metadata have one hash; an image that was saved as JPEG once more has another (near-duplicates.ts).
 */
import { createHash } from 'node:crypto';
import type { RgbImage } from '../image/rgb.ts';

/** 64 hexadecimal digits, of the image as a detector is given it: EXIF orientation applied, 8 bits, three channels. */
export function pixelHash({ width, height, data }: RgbImage): string {
  return createHash('sha256').update(`${width}x${height}:`).update(data).digest('hex');
}

/** Each image once, the first of its copies. @param hashOf - undefined for an image that is not known, which then counts as no other's copy */
export function distinct<T>(images: readonly T[], hashOf: (image: T) => string | undefined): T[] {
  const seen = new Set<string>();
  return images.filter((image) => {
    const hash = hashOf(image);
    if (hash === undefined) return true;
    if (seen.has(hash)) return false;
    seen.add(hash);
    return true;
  });
}
