/**
 * @file Small drawn images that show whether a detector computes the same on another machine: a part, a texture, and flat shapes. They
 * are the same for every detector and show nothing of anyone's products.
 */
import { Random } from '../core/random.ts';
import type { RgbImage } from '../image/rgb.ts';
import { proceduralTexture } from '../synthesis/procedural-textures.ts';
import { cap } from './products/cap.ts';
import { renderGood } from './render.ts';

/** Pixels; smaller than any network's input, so these two are enlarged. */
const side = 64;

/** The images by name. */
export function testPatterns(): Record<'part' | 'texture' | 'shapes', RgbImage> {
  return {
    part: renderGood(cap, { seed: 0, part: 'golden', size: side }),
    texture: proceduralTexture({ width: side, height: side }, new Random('golden', 'texture'), 'marble'),
    shapes: shapes(400, 300),
  };
}

/** Larger than most networks' input, and not square: it is shrunk, by another factor along each side. Flat, so its file is small. */
function shapes(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const inDisc = Math.hypot(x - 130, y - 140) < 95;
      const inHole = Math.hypot(x - 150, y - 125) < 36;
      const inBar = Math.abs(x - 310 + 0.3 * (y - 150)) < 32;
      const onLine = (x + 2 * y) % 173 < 6;
      const colour = onLine
        ? [235, 235, 225]
        : inHole
          ? [30, 60, 110]
          : inDisc
            ? [190, 150, 60]
            : inBar
              ? [150, 40, 45]
              : [70, 85, 80];
      data.set(colour, at);
    }
  }
  return { width, height, data };
}
