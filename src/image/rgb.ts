/** @file The one in-memory form of a picture: 8-bit sRGB, as decoded. Pure data, the same in Node and the browser. */
import { type Kind, requireArgument } from '../core/arguments.ts';

/** A decoded picture. */
export interface RgbImage {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** `height * width * 3` bytes, row by row from the top, red green blue. */
  readonly data: Uint8Array;
}

/** A picture of one value a pixel. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** `height * width` bytes, row by row: 0 outside, 1 inside. */
  readonly data: Uint8Array;
}

const rgbImage: Kind = {
  expected:
    'a picture of 8-bit RGB: width and height in whole pixels, and data, width * height * 3 bytes as a Uint8Array',
  holds: isRgbImage,
};

/**
 * Refuses what is no picture, or not a whole one.
 * @param of - the function that was called
 * @throws ARGUMENT_INVALID
 */
export function requireRgbImage(of: string, argument: string, value: unknown): void {
  requireArgument(of, argument, value, rgbImage);
}

function isRgbImage(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { width, height, data } = value as { [K in keyof RgbImage]?: unknown };
  const isSide = (side: unknown): side is number => Number.isInteger(side) && (side as number) > 0;
  const isBytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  return isSide(width) && isSide(height) && isBytes && data.length === width * height * 3;
}
