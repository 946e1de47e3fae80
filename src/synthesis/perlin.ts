/**
 * @file Binary Perlin masks, the shapes of local anomalies (CLAD Eq. 2, by the way of DRAEM and GLASS): gradient noise
 * with its own random scale along each axis, turned by a random angle, cut at a threshold.
 *
 * GLASS draws the noise on a grid and turns the image (imgaug, linear, black outside); here the noise itself is
 * evaluated at the turned places, which is the same without the interpolation. What comes from outside the image
 * is outside the mask.
 */
import type { Random } from '../core/random.ts';
import type { ImageSize } from '../image/limits.ts';
import type { Mask } from '../image/rgb.ts';
import { drawLattice, gradientNoise } from './gradient-noise.ts';

/** How one Perlin mask is drawn. */
export interface PerlinOptions {
  /**
   * Cells along each axis are 2^e, e uniform in 0 .. this, drawn for each axis by itself.
   * @default 5
   */
  readonly maxScaleExponent: number;
  /**
   * Inside is where the noise, -1 .. 1, exceeds this.
   * @default 0.5
   */
  readonly threshold: number;
  /**
   * The angle is uniform in -this .. this, degrees.
   * @default 90
   */
  readonly rotation: number;
}

/** GLASS's values. */
export const perlinDefaults: PerlinOptions = { maxScaleExponent: 5, threshold: 0.5, rotation: 90 };

/** Draws a binary mask; it may be empty. */
export function perlinMask(
  { width, height }: ImageSize,
  random: Random,
  options: Partial<PerlinOptions> = {},
): Mask {
  const { maxScaleExponent, threshold, rotation } = { ...perlinDefaults, ...options };
  const columns = 2 ** random.integer(maxScaleExponent + 1);
  const rows = 2 ** random.integer(maxScaleExponent + 1);
  const lattice = drawLattice(random, columns, rows);
  const angle = (random.uniform(-rotation, rotation) * Math.PI) / 180;
  // Cells a pixel, along the turned axes, so that a step to the right is one addition.
  const stepX = (Math.cos(angle) * columns) / width;
  const stepY = (Math.sin(angle) * rows) / height;
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const data = new Uint8Array(width * height);
  let at = 0;
  for (let row = 0; row < height; row++) {
    const down = row - middleY;
    const startX = ((middleX - middleX * Math.cos(angle) - down * Math.sin(angle)) * columns) / width;
    const startY = ((middleY - middleX * Math.sin(angle) + down * Math.cos(angle)) * rows) / height;
    for (let column = 0; column < width; column++, at++) {
      const x = startX + column * stepX;
      const y = startY + column * stepY;
      if (x < 0 || y < 0 || x >= columns || y >= rows) continue;
      if (gradientNoise(lattice, x, y) > threshold) data[at] = 1;
    }
  }
  return { width, height, data };
}
