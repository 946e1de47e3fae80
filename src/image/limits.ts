/**
 * @file Which images are taken at all, by their sides, and what predicting one costs. A file of some kilobytes can hold an image of
 * millions of rows and one column: few pixels, but the detector's resize keeps each row at its full width for a moment. The numbers
 * are from docs/decisions/0022-images-by-their-cost.md. Pure; the same in Node and the browser.
 */
import { CladError } from '../core/errors.ts';

export interface ImageSize {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** The longest side that a JPEG can have. */
const longestSide = 65_535;
/** The longer side divided by the shorter one, at most: at the default input, what is narrower is less than a pixel wide at its own proportions. */
const mostElongated = 256;

/**
 * Refuses images that cannot be predicted as one.
 * @param path - what the error calls it
 * @throws IMAGE_TOO_LONG
 */
export function requireUsableSize({ width, height }: ImageSize, path: string): void {
  const [shorter, longer] = width < height ? [width, height] : [height, width];
  if (longer <= longestSide && longer <= mostElongated * shorter) return;
  throw new CladError('IMAGE_TOO_LONG', {
    path,
    width,
    height,
    longest: longestSide.toLocaleString('en'),
    times: mostElongated,
  });
}

/** Bytes a pixel: as decoded, and as floating-point numbers within the engine. Decoding needs no more than that before. */
const perPixel = 3 + 12;
/** Of a row once it has the network's width, before the rows are resized: three floating-point numbers a column. */
const perColumn = 12;

/**
 * Bytes that predicting an image takes for a moment, beyond what every image takes; measured within a tenth.
 * @param columns - pixels that the detector resizes each row to
 */
export function workingBytes({ width, height }: ImageSize, columns: number): number {
  // An orientation in the file may turn the image, and only the decoder looks at that.
  return perPixel * width * height + perColumn * columns * Math.max(width, height);
}
