/** @file A texture image of any size made as large as the photograph: scaled to cover it, then a random part cut out. */
import type { Random } from '../core/random.ts';
import { centreCrop, resizePixels } from '../image/resize.ts';
import type { RgbImage } from '../image/rgb.ts';

/** An image longer than this many times its shorter side loses its ends first: scaled up it would be huge. */
const longest = 4;

/**
 * Scales the shorter side to `side`, proportions kept; antialiased when it shrinks.
 * @returns the image itself where it is that large already
 */
export function scaleToCover(texture: RgbImage, side: number): RgbImage {
  const { width, height } = texture;
  const shorter = Math.min(width, height);
  if (shorter === side) return texture;
  const kept = (length: number) => Math.min(length, longest * shorter);
  const scaled = (length: number) => Math.max(side, Math.round((kept(length) * side) / shorter));
  const middle = centreCrop(texture, kept(width), kept(height));
  return resizePixels(middle, scaled(width), scaled(height));
}

/** A `side x side` part at a random place of a texture that covers it after scaling. */
export function fitTexture(texture: RgbImage, side: number, random: Random): RgbImage {
  const { width, height, data: from } = scaleToCover(texture, side);
  const left = random.integer(width - side + 1);
  const top = random.integer(height - side + 1);
  if (width === side && height === side) return { width, height, data: from };
  const data = new Uint8Array(side * side * 3);
  for (let row = 0; row < side; row++) {
    const start = ((top + row) * width + left) * 3;
    data.set(from.subarray(start, start + side * 3), row * side * 3);
  }
  return { width: side, height: side, data };
}
