/** @file How sharp an image is and how much of it is beyond what the camera can show: what image/look.ts, which is part of detector files, does not measure. */
import type { RgbImage } from './rgb.ts';

export interface Exposure {
  /** Mean difference of neighbouring pixels in per cent of the image's contrast: neither light nor gain changes it. */
  readonly sharpness: number;
  /** Shares of pixels that are black, or white in any channel. */
  readonly clippedDark: number;
  readonly clippedBright: number;
}

/** Rows that are looked at, at most; of each all pixels, as sharpness is between neighbours. */
const mostRows = 256;
const black = 2;
const white = 253;

/** @param image - at least one pixel */
export function exposureOf({ width, height, data }: RgbImage): Exposure {
  const rows = Math.min(height, mostRows);
  let sum = 0;
  let squares = 0;
  let steps = 0;
  let dark = 0;
  let bright = 0;
  for (let index = 0; index < rows; index++) {
    const start = Math.floor(((index + 0.5) * height) / rows) * width * 3;
    const end = start + width * 3;
    let before = Number.NaN;
    for (let at = start; at < end; at += 3) {
      const red = data[at]!;
      const green = data[at + 1]!;
      const blue = data[at + 2]!;
      const luma = (77 * red + 150 * green + 29 * blue) / 256;
      if (red <= black && green <= black && blue <= black) dark++;
      if (red >= white || green >= white || blue >= white) bright++;
      sum += luma;
      squares += luma * luma;
      if (at > start) steps += Math.abs(luma - before);
      before = luma;
    }
  }
  const count = rows * width;
  const mean = sum / count;
  const contrast = Math.sqrt(Math.max(0, squares / count - mean * mean));
  return {
    // Of an image nearly without contrast it would be chance.
    sharpness: (100 * steps) / Math.max(1, rows * (width - 1)) / Math.max(1, contrast),
    clippedDark: dark / count,
    clippedBright: bright / count,
  };
}
