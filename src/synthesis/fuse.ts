/**
 * @file A texture blended into a photograph where a mask says so (CLAD Eq. 3):
 *
 *     x+ = x * (1 - m) + (1 - b) * x'' * m + b * x * m
 *
 * with one b an image, so b is the share of the photograph that shows through. Eq. 4 mixes features by the same law of b.
 */
import { CladError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import type { Mask, RgbImage } from '../image/rgb.ts';

/** The law of the fusion coefficient b: N(mean, deviation^2), clipped. */
export interface BetaOptions {
  /** @default 0.5 */
  readonly betaMean: number;
  /** @default 0.1 */
  readonly betaDeviation: number;
  /** @default 0.2 */
  readonly betaLow: number;
  /** @default 0.8 */
  readonly betaHigh: number;
}

/** The paper's values. */
export const betaDefaults: BetaOptions = { betaMean: 0.5, betaDeviation: 0.1, betaLow: 0.2, betaHigh: 0.8 };

/** Draws the fusion coefficient b of Eq. 3 and 4, in betaLow .. betaHigh. */
export function drawBeta(random: Random, options: Partial<BetaOptions> = {}): number {
  const { betaMean, betaDeviation, betaLow, betaHigh } = { ...betaDefaults, ...options };
  return Math.min(betaHigh, Math.max(betaLow, random.normal(betaMean, betaDeviation)));
}

/**
 * Eq. 3, rounded to whole bytes.
 * @param image - x, the photograph
 * @param texture - x'', of the same size
 * @param mask - m, of the same size
 * @param beta - b, 0 (the texture alone) .. 1 (the photograph alone)
 * @throws CladError `OPTION_INVALID` when the sizes differ
 */
export function fuse(image: RgbImage, texture: RgbImage, mask: Mask, beta: number): RgbImage {
  requireSameSize('texture', texture, image);
  requireSameSize('mask', mask, image);
  const data = image.data.slice();
  for (let pixel = 0, at = 0; pixel < mask.data.length; pixel++, at += 3) {
    if (mask.data[pixel] === 0) continue;
    data[at] = (1 - beta) * texture.data[at]! + beta * image.data[at]! + 0.5;
    data[at + 1] = (1 - beta) * texture.data[at + 1]! + beta * image.data[at + 1]! + 0.5;
    data[at + 2] = (1 - beta) * texture.data[at + 2]! + beta * image.data[at + 2]! + 0.5;
  }
  return { width: image.width, height: image.height, data };
}

/** @throws CladError `OPTION_INVALID` when an image or mask is not as large as the photograph */
export function requireSameSize(option: string, actual: RgbImage | Mask, image: RgbImage): void {
  if (actual.width === image.width && actual.height === image.height) return;
  throw new CladError('OPTION_INVALID', {
    option,
    expected: `as large as the image, ${image.width} x ${image.height}`,
    actual: `${actual.width} x ${actual.height}`,
  });
}
