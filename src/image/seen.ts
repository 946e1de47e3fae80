/** @file What light and lens do to an image, as drift is told by it: a few numbers that the journal of a line keeps, so that the image itself is not needed again. */
import { type Exposure, exposureOf } from './exposure.ts';
import { type ImageLook, lookAt } from './look.ts';
import type { RgbImage } from './rgb.ts';

/** An image's light and sharpness: brightness and colour in grey values of 255, sharpness in per cent of the contrast, shares of pixels. */
export type Seen = Pick<ImageLook, 'mean' | 'contrast' | 'warmth' | 'green'> & Exposure;

/** @param image - at least one pixel */
export function seenOf(image: RgbImage): Seen {
  const { mean, contrast, warmth, green } = lookAt(image);
  return { mean, contrast, warmth, green, ...exposureOf(image) };
}
