/**
 * @file Resizing and cropping of images and masks. The detector does not use these: its resize is in the ONNX graph.
 *
 * Half-pixel coordinates throughout. `resizePixels` is the triangle filter widened by the scale when shrinking, as
 * PIL, torchvision (`antialias=True`) and ONNX Resize (`linear`, `antialias=1`) define it, in floating point and
 * rounded once at the end; PIL's fixed-point arithmetic may differ by 1.
 */
import { CladError } from '../core/errors.ts';
import type { Rectangle } from './geometry.ts';
import type { Mask, RgbImage } from './rgb.ts';

/** The mask at another size: each pixel takes the one its centre falls into, as PIL's nearest does. */
export function resizeNearest(mask: Mask, width: number, height: number): Mask {
  requireSize('size', width, height);
  const data = new Uint8Array(width * height);
  const columns = nearest(mask.width, width);
  const rows = nearest(mask.height, height);
  for (let row = 0; row < height; row++) {
    const from = (rows[row] as number) * mask.width;
    for (let column = 0; column < width; column++)
      data[row * width + column] = mask.data[from + (columns[column] as number)] as number;
  }
  return { width, height, data };
}

function nearest(from: number, to: number): Uint32Array {
  return Uint32Array.from({ length: to }, (_, index) =>
    Math.min(from - 1, Math.floor(((index + 0.5) * from) / to)),
  );
}

/** The image at another size, antialiased when it shrinks. */
export function resizePixels(image: RgbImage, width: number, height: number): RgbImage {
  requireSize('size', width, height);
  const narrowed = narrow(image, width);
  const down = filterTaps(image.height, height);
  const values = width * 3;
  const data = new Uint8Array(height * values);
  const sums = new Float32Array(values);
  for (let row = 0; row < height; row++) {
    sums.fill(0);
    for (let tap = down.starts[row]!; tap < down.starts[row + 1]!; tap++) {
      const weight = down.weights[tap]!;
      const from = down.sources[tap]! * values;
      for (let index = 0; index < values; index++) sums[index]! += weight * narrowed[from + index]!;
    }
    const to = row * values;
    for (let index = 0; index < values; index++) data[to + index] = Math.min(255, Math.round(sums[index]!));
  }
  return { width, height, data };
}

/** The rows of an image at another width. @returns [height, width, 3] */
function narrow({ data, width: before, height }: RgbImage, width: number): Float32Array {
  const { starts, sources, weights } = filterTaps(before, width);
  const narrowed = new Float32Array(height * width * 3);
  for (let row = 0, to = 0; row < height; row++) {
    const begin = row * before;
    for (let column = 0; column < width; column++, to += 3) {
      let [red, green, blue] = [0, 0, 0];
      for (let tap = starts[column]!; tap < starts[column + 1]!; tap++) {
        const weight = weights[tap]!;
        const from = (begin + sources[tap]!) * 3;
        red += weight * data[from]!;
        green += weight * data[from + 1]!;
        blue += weight * data[from + 2]!;
      }
      narrowed[to] = red;
      narrowed[to + 1] = green;
      narrowed[to + 2] = blue;
    }
  }
  return narrowed;
}

/** What the pixels along one axis are weighted means of, one pixel after another. */
interface Taps {
  /** [pixels + 1]: where a pixel's taps begin, and those of the next. */
  readonly starts: Uint32Array;
  /** The pixel before the resize that a tap takes. */
  readonly sources: Uint32Array;
  readonly weights: Float64Array;
}

function filterTaps(from: number, to: number): Taps {
  const scale = from / to;
  const support = Math.max(1, scale);
  const starts = new Uint32Array(to + 1);
  const sources: number[] = [];
  const weights: number[] = [];
  for (let index = 0; index < to; index++) {
    const centre = (index + 0.5) * scale;
    const start = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(from, Math.floor(centre + support + 0.5));
    let sum = 0;
    for (let source = start; source < end; source++) {
      const weight = Math.max(0, 1 - Math.abs(source + 0.5 - centre) / support);
      sources.push(source);
      weights.push(weight);
      sum += weight;
    }
    for (let tap = starts[index]!; tap < weights.length; tap++) weights[tap]! /= sum;
    starts[index + 1] = weights.length;
  }
  return { starts, sources: Uint32Array.from(sources), weights: Float64Array.from(weights) };
}

/**
 * The middle of an image or mask; an odd remainder leaves one pixel more at the end, as the detector's own crop.
 * @throws CladError `OPTION_INVALID` when the crop is larger than the image
 */
export function centreCrop<T extends RgbImage | Mask>(
  image: T,
  width: number,
  height: number,
): { width: number; height: number; data: Uint8Array } {
  requireSize('crop', width, height);
  if (width > image.width || height > image.height) {
    throw new CladError('OPTION_INVALID', {
      option: 'crop',
      expected: `at most ${image.width} x ${image.height}`,
      actual: `${width} x ${height}`,
    });
  }
  const x = Math.floor((image.width - width) / 2);
  const y = Math.floor((image.height - height) / 2);
  return crop(image, { x, y, width, height });
}

/** A part of an image or mask. @param part - inside it; the whole is given back as it is */
export function crop<T extends RgbImage | Mask>(
  image: T,
  { x, y, width, height }: Rectangle,
): { width: number; height: number; data: Uint8Array } {
  if (width === image.width && height === image.height) return image;
  const channels = image.data.length / (image.width * image.height);
  const data = new Uint8Array(width * height * channels);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * image.width + x) * channels;
    data.set(image.data.subarray(from, from + width * channels), row * width * channels);
  }
  return { width, height, data };
}

function requireSize(option: string, width: number, height: number): void {
  if (Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0) return;
  const expected = 'two positive whole numbers of pixels';
  throw new CladError('OPTION_INVALID', { option, expected, actual: `${width} x ${height}` });
}
