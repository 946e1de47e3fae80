/** @file A texture image of any size made as large as the photograph: scaled to cover it, then a random part cut out. */
import type { Random } from '../core/random.ts';
import type { ImageSize } from '../image/limits.ts';
import { centreCrop, crop, resizePixels } from '../image/resize.ts';
import type { RgbImage } from '../image/rgb.ts';

/** An image longer than this many times its shorter side loses its ends first: scaled up it would be huge. */
const longest = 4;

/**
 * Scales to the smallest size that covers another, proportions kept; antialiased when it shrinks.
 * @returns the image itself where it is that large already
 */
export function scaleToCover(texture: RgbImage, size: ImageSize): RgbImage {
  const shorter = Math.min(texture.width, texture.height);
  const kept = (length: number) => Math.min(length, longest * shorter);
  const [width, height] = [kept(texture.width), kept(texture.height)];
  // Which side decides: pixels of it, and what they become.
  const [from, to] = size.width * height >= size.height * width ? [width, size.width] : [height, size.height];
  const middle = centreCrop(texture, width, height);
  if (from === to) return middle;
  const scaled = (length: number, least: number) => Math.max(least, Math.round((length * to) / from));
  return resizePixels(middle, scaled(width, size.width), scaled(height, size.height));
}

/** A part of this size at a random place of a texture that covers it after scaling. */
export function fitTexture(texture: RgbImage, { width, height }: ImageSize, random: Random): RgbImage {
  const covering = scaleToCover(texture, { width, height });
  const x = random.integer(covering.width - width + 1);
  const y = random.integer(covering.height - height + 1);
  return crop(covering, { x, y, width, height });
}
