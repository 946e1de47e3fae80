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
  const across = filterTaps(image.width, width);
  const down = filterTaps(image.height, height);
  const narrowed = new Float32Array(image.height * width * 3);
  for (let row = 0; row < image.height; row++) {
    for (let column = 0; column < width; column++) {
      const { start, weights } = across[column] as Taps;
      let from = (row * image.width + start) * 3;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (const weight of weights) {
        red += weight * (image.data[from++] as number);
        green += weight * (image.data[from++] as number);
        blue += weight * (image.data[from++] as number);
      }
      narrowed.set([red, green, blue], (row * width + column) * 3);
    }
  }
  const data = new Uint8Array(height * width * 3);
  const sums = new Float32Array(width * 3);
  for (let row = 0; row < height; row++) {
    const { start, weights } = down[row] as Taps;
    sums.fill(0);
    for (const [tap, weight] of weights.entries()) {
      const from = (start + tap) * width * 3;
      for (let index = 0; index < sums.length; index++)
        sums[index] = (sums[index] as number) + weight * (narrowed[from + index] as number);
    }
    for (let index = 0; index < sums.length; index++)
      data[row * width * 3 + index] = Math.min(255, Math.round(sums[index] as number));
  }
  return { width, height, data };
}

/** What one output pixel is a weighted mean of, along one axis. */
interface Taps {
  readonly start: number;
  readonly weights: Float64Array;
}

function filterTaps(from: number, to: number): Taps[] {
  const scale = from / to;
  const support = Math.max(1, scale);
  return Array.from({ length: to }, (_, index) => {
    const centre = (index + 0.5) * scale;
    const start = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(from, Math.floor(centre + support + 0.5));
    const weights = Float64Array.from({ length: end - start }, (_, tap) =>
      Math.max(0, 1 - Math.abs(start + tap + 0.5 - centre) / support),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { start, weights: weights.map((weight) => weight / sum) };
  });
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
