/**
 * @file Photographs in OKLab (Björn Ottosson, https://bottosson.github.io/posts/oklab/), where distances are about
 * as large as differences look, and smoothed, so that noise and texture do not count as differences.
 */
import type { RgbImage } from '../image/rgb.ts';

/** An image's lightness and two opponent colours, one plane each, in hundredths of OKLab's unit (L: 0 .. 100). */
export interface LabImage {
  readonly width: number;
  readonly height: number;
  /** Each `height * width` values, row by row. */
  readonly planes: readonly [lightness: Float32Array, greenRed: Float32Array, blueYellow: Float32Array];
}

/** Linear light, 0 .. 1, of each sRGB byte (IEC 61966-2-1). */
const linear = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** Converts every pixel. */
export function toOklab({ width, height, data }: RgbImage): LabImage {
  const pixels = width * height;
  const [lightness, greenRed, blueYellow] = [pixels, pixels, pixels].map(
    (count) => new Float32Array(count),
  ) as [Float32Array, Float32Array, Float32Array];
  for (let pixel = 0, at = 0; pixel < pixels; pixel++, at += 3) {
    const red = linear[data[at]!]!;
    const green = linear[data[at + 1]!]!;
    const blue = linear[data[at + 2]!]!;
    const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    const medium = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    lightness[pixel] = 100 * (0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short);
    greenRed[pixel] = 100 * (1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short);
    blueYellow[pixel] = 100 * (0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short);
  }
  return { width, height, planes: [lightness, greenRed, blueYellow] };
}

/**
 * Smooths a plane by three box means in a row, close to a Gaussian; the edge values go on beyond the edges.
 * @param radius - of each box, whole pixels; 1 is a Gaussian of sigma 1.4, 2 of sigma 2.4
 */
export function smooth(plane: Float32Array, width: number, height: number, radius: number): Float32Array {
  // Two planes for all passes: new ones for each would take longer than the sums.
  const [across, down] = [new Float32Array(plane.length), new Float32Array(plane.length)];
  for (let pass = 0; pass < 3; pass++) {
    meansAcross(pass === 0 ? plane : down, across, width, radius);
    meansDown(across, down, width, height, radius);
  }
  return down;
}

/** Running means along each row. */
function meansAcross(from: Float32Array, target: Float32Array, width: number, radius: number): void {
  const count = 2 * radius + 1;
  for (let start = 0; start < from.length; start += width) {
    const end = start + width - 1;
    let sum = 0;
    for (let offset = -radius; offset <= radius; offset++)
      sum += from[Math.min(end, start + Math.max(0, offset))]!;
    for (let at = start; at <= end; at++) {
      target[at] = sum / count;
      sum += from[Math.min(end, at + radius + 1)]! - from[Math.max(start, at - radius)]!;
    }
  }
}

/** Running means along all columns at once, row after row, as the pixels lie in memory. */
function meansDown(
  from: Float32Array,
  target: Float32Array,
  width: number,
  height: number,
  radius: number,
): void {
  const count = 2 * radius + 1;
  const rowAt = (row: number) => Math.min(height - 1, Math.max(0, row)) * width;
  const sums = new Float64Array(width);
  for (let offset = -radius; offset <= radius; offset++) {
    const taken = rowAt(offset);
    for (let column = 0; column < width; column++) sums[column]! += from[taken + column]!;
  }
  for (let row = 0; row < height; row++) {
    const [to, entering, leaving] = [row * width, rowAt(row + radius + 1), rowAt(row - radius)];
    for (let column = 0; column < width; column++) {
      target[to + column] = sums[column]! / count;
      sums[column]! += from[entering + column]! - from[leaving + column]!;
    }
  }
}
