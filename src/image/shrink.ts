/** @file Images made smaller for people to look at (sharp). What the network sees is resized in its own graph. */
import sharp from 'sharp';
import type { RgbImage } from './rgb.ts';

/** Shrinks to a longer side, in pixels, proportions kept; never enlarges. */
export async function shrink({ width, height, data }: RgbImage, side: number): Promise<RgbImage> {
  const small = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: small.info.width, height: small.info.height, data: small.data };
}
