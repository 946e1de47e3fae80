/**
 * @file What a camera and its light do to a whole image, in a few numbers: how dark, how bright, how colourful. From 64 x 64 pixels on a fixed
 * grid, so it costs nothing beside decoding, and the same bytes give the same numbers in Node and the browser.
 */
import type { RgbImage } from './rgb.ts';
import type { SourceSamples } from './samples.ts';

/** Statistics of an image; brightness is that of luma, 0 to 255. */
export interface ImageLook {
  /** Width divided by height. */
  readonly shape: number;
  readonly mean: number;
  /** Standard deviation of the brightness. */
  readonly contrast: number;
  /** 5, 50 and 95 % of the pixels are not brighter. */
  readonly dark: number;
  readonly middle: number;
  readonly bright: number;
  /** Mean distance of the largest to the smallest channel; 0 for grey. */
  readonly chroma: number;
  /** Mean of red minus blue, and of green minus the mean of both: the cast of the light and of the white balance. */
  readonly warmth: number;
  readonly green: number;
}

/** An image, as it was found in its file. */
export interface SeenImage {
  readonly look: ImageLook;
  /** Absent where it is not from a file. */
  readonly source?: SourceSamples | undefined;
}

/** Points along a side. */
const side = 64;

const count = side * side;

/** Where the grid's points lie in an image: the index of each one's pixel, row by row. */
function* gridPixels(width: number, height: number): Generator<number> {
  for (let row = 0; row < side; row++) {
    const y = Math.floor(((row + 0.5) * height) / side);
    for (let column = 0; column < side; column++)
      yield y * width + Math.floor(((column + 0.5) * width) / side);
  }
}

/** The pixels on the grid alone. @param samples - at least one pixel, three channels */
export function gridOf(samples: Samples<Uint8Array>): Uint8Array;
export function gridOf(samples: Samples<Uint8Array | Uint16Array>): Uint8Array | Uint16Array;
export function gridOf({ width, height, data }: Samples<Uint8Array | Uint16Array>): Uint8Array | Uint16Array {
  const grid = data instanceof Uint16Array ? new Uint16Array(count * 3) : new Uint8Array(count * 3);
  let to = 0;
  for (const pixel of gridPixels(width, height)) {
    for (let channel = 0; channel < 3; channel++) grid[to++] = data[pixel * 3 + channel]!;
  }
  return grid;
}

interface Samples<T> {
  readonly width: number;
  readonly height: number;
  readonly data: T;
}

/** @param image - at least one pixel */
export function lookAt(image: RgbImage): ImageLook {
  return lookOf(gridOf(image), image.width / image.height);
}

/** @param grid - by `gridOf` @param shape - width divided by height */
export function lookOf(grid: Uint8Array, shape: number): ImageLook {
  const luma = new Float64Array(count);
  const sums = { luma: 0, chroma: 0, warmth: 0, green: 0 };
  for (let point = 0; point < count; point++) {
    const [red, green, blue] = [grid[point * 3]!, grid[point * 3 + 1]!, grid[point * 3 + 2]!];
    luma[point] = (77 * red + 150 * green + 29 * blue) / 256;
    sums.luma += luma[point]!;
    sums.chroma += Math.max(red, green, blue) - Math.min(red, green, blue);
    sums.warmth += red - blue;
    sums.green += green - (red + blue) / 2;
  }
  const mean = sums.luma / count;
  const variance = luma.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  luma.sort();
  const quantile = (share: number) => luma[Math.floor(share * (count - 1))]!;
  return {
    shape,
    mean,
    contrast: Math.sqrt(variance),
    dark: quantile(0.05),
    middle: quantile(0.5),
    bright: quantile(0.95),
    chroma: sums.chroma / count,
    warmth: sums.warmth / count,
    green: sums.green / count,
  };
}
