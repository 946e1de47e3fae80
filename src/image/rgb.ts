/** @file The one in-memory form of a picture: 8-bit sRGB, as decoded. Pure data, the same in Node and the browser. */

import type { PictureSource } from './samples.ts';

/** A decoded picture. */
export interface RgbImage {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** `height * width * 3` bytes, row by row from the top, red green blue. */
  readonly data: Uint8Array;
  /** What its file had; absent where it is not from a file, or nobody said. */
  readonly source?: PictureSource | undefined;
}

/** A picture of one value a pixel. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** `height * width` bytes, row by row: 0 outside, 1 inside. */
  readonly data: Uint8Array;
}
