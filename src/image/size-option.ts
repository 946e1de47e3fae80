/** @file A size as options, cards and people write it: one number for a square, else width x height, as `320x240`. */
import type { Kind } from '../core/arguments.ts';
import { CladError } from '../core/errors.ts';
import type { ImageSize } from './limits.ts';

/** Pixels: of both sides, or width and height as `320x240`. */
export type SizeOption = number | string;

/** How a size that is no square is written. */
export const sizePattern = /^[1-9]\d{0,5}x[1-9]\d{0,5}$/;

/** A size as people write it, `256` or `320x240`; undefined where it is none. */
export function sizeFromWords(text: string): ImageSize | undefined {
  const [, width, height = width] = /^([1-9]\d{0,5})(?:x([1-9]\d{0,5}))?$/.exec(text) ?? [];
  return width === undefined ? undefined : { width: Number(width), height: Number(height) };
}

/**
 * What an option says.
 * @throws OPTION_INVALID for a text that says no size
 */
export function sizeOf(option: SizeOption): ImageSize {
  if (typeof option === 'number') return { width: option, height: option };
  const size = sizeFromWords(option);
  if (size) return size;
  const expected = 'pixels, e.g. 256, or width x height, e.g. 320x240';
  throw new CladError('OPTION_INVALID', { option: 'a size', expected, actual: option });
}

/** A size as an option has it. */
export function sizeOption({ width, height }: ImageSize): SizeOption {
  return width === height ? width : `${width}x${height}`;
}

/** A size for people. */
export function sizeText(size: ImageSize): string {
  return String(sizeOption(size));
}

/** The nearest size whose sides are multiples of a number of pixels, at least one of it. */
export function nearestMultiple({ width, height }: ImageSize, multiple: number): ImageSize {
  const nearest = (side: number) => Math.max(1, Math.round(side / multiple)) * multiple;
  return { width: nearest(width), height: nearest(height) };
}

/** What an argument that is a size may be. */
export const sizeInPixels: Kind = {
  expected: 'pixels, as a whole number from 1 or a text such as 320x240',
  holds: (value) =>
    typeof value === 'string' ? sizePattern.test(value) : Number.isInteger(value) && (value as number) >= 1,
};
