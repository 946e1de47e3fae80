/** @file The one in-memory form of an image: 8-bit sRGB, as decoded. Pure data, the same in Node and the browser. */
import { type Kind, requireArgument } from '../core/arguments.ts';

import type { SourceSamples } from './samples.ts';

/** A decoded image. */
export interface RgbImage {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** `height * width * 3` bytes, row by row from the top, red green blue. */
  readonly data: Uint8Array;
  /** What its file had; absent where it is not from a file, or nobody said. */
  readonly source?: SourceSamples | undefined;
}

/** An image of one value a pixel. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** `height * width` bytes, row by row: 0 outside, 1 inside. */
  readonly data: Uint8Array;
}

const rgbImage: Kind = {
  expected:
    'an image of 8-bit RGB: width and height in whole pixels, and data, width * height * 3 bytes as a Uint8Array',
  holds: isRgbImage,
};

/**
 * Refuses what is no image, or not a whole one.
 * @param of - the function that was called
 * @throws ARGUMENT_INVALID
 */
export function requireRgbImage(of: string, argument: string, value: unknown): void {
  requireArgument(of, argument, value, rgbImage);
}

/** Refuses what is no list of images of one size, at least one. @throws ARGUMENT_INVALID */
export function requireOneSize(of: string, argument: string, value: readonly RgbImage[]): void {
  requireArgument(of, argument, value, images);
  for (const [index, image] of value.entries()) requireRgbImage(of, `${argument}[${index}]`, image);
  const [{ width, height }] = value as [RgbImage];
  const other = value.findIndex((image) => image.width !== width || image.height !== height);
  if (other > 0)
    requireArgument(of, `${argument}[${other}]`, value[other], {
      expected: `of ${width} x ${height} pixels, as the first is`,
      holds: () => false,
    });
}

const images: Kind = {
  expected: 'a list of images, at least one',
  holds: (value) => Array.isArray(value) && value.length > 0,
};

/** Whether a value is a whole image. */
export function isRgbImage(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { width, height, data } = value as { [K in keyof RgbImage]?: unknown };
  const isSide = (side: unknown): side is number => Number.isInteger(side) && (side as number) > 0;
  const isBytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  return isSide(width) && isSide(height) && isBytes && data.length === width * height * 3;
}
