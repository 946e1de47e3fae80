/** @file Texts of the command line as values; what does not fit is refused with what was expected. */
import { InvalidArgumentError } from 'commander';
import { type ClassNumbers, withClassNumber } from '../core/class-numbers.ts';
import { CladError } from '../core/errors.ts';
import { type SizeOption, sizeFromWords, sizeOption } from '../image/size-option.ts';
import { type AskedTiles, tilesExpected, tilesOf } from '../jobs/train/asked-tiles.ts';

/** Three numbers separated by commas. */
export function three(text: string): [number, number, number] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (numbers.length !== 3 || !numbers.every(Number.isFinite)) {
    throw new InvalidArgumentError('Expected three numbers separated by commas, e.g. 0.485,0.456,0.406.');
  }
  return numbers as [number, number, number];
}

/** A whole number in a range. @throws CladError `OPTION_INVALID` */
export function wholeNumber(option: string, low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= low && value <= high) return value;
    const expected = `a whole number from ${low} to ${high}`;
    throw new CladError('OPTION_INVALID', { option, expected, actual: text });
  };
}

/** A length in pixels. */
export function pixels(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 8) {
    throw new InvalidArgumentError('Expected a whole number of pixels, at least 8.');
  }
  return value;
}

/** An image's size in pixels: of both sides, or width x height. @param least - of each side @param most - likewise */
export function sizeFromText(least: number, most = Number.POSITIVE_INFINITY): (text: string) => SizeOption {
  return (text) => {
    const size = sizeFromWords(text);
    const fits = (side: number) => side >= least && side <= most;
    if (size && fits(size.width) && fits(size.height)) return sizeOption(size);
    const range = Number.isFinite(most) ? `from ${least} to ${most}` : `from ${least}`;
    throw new InvalidArgumentError(
      `Expected pixels, whole numbers ${range}: one for a square, as 256, or width x height, as 320x240.`,
    );
  };
}

export function tilesFromText(text: string): AskedTiles['tiles'] {
  const tiles = tilesOf(text);
  if (tiles === undefined) throw new InvalidArgumentError(`Expected ${tilesExpected}.`);
  return tiles;
}

/** Names separated by commas. */
export function names(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.some((part) => part === '')) {
    throw new InvalidArgumentError('Expected names separated by commas, e.g. layer2,layer3.');
  }
  return parts;
}

/** A whole number from `least`. */
export function wholeFromText(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < least) {
      throw new InvalidArgumentError(`Expected a whole number from ${least}.`);
    }
    return value;
  };
}

/** A TCP port; 0 for any that is free. */
export function portFromText(text: string): number {
  const port = wholeFromText(0)(text);
  if (port > 65_535) throw new InvalidArgumentError('Expected a port, 0 to 65535.');
  return port;
}

/** A share above 0, at most 1. */
export function shareFrom(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('Expected a share above 0, at most 1.');
  return value;
}

/** A flag that is repeated: a number for all classes, or for one, as `class=number`. @param fits - which numbers; `expected` says it */
export function classNumberFrom(
  expected = 'a number',
  fits: (value: number) => boolean = () => true,
): (text: string, before?: ClassNumbers) => ClassNumbers {
  return (text, before) => {
    const numbers = withClassNumber(text, before);
    const given = [numbers?.all, ...Object.values(numbers?.classes ?? {})];
    if (numbers && given.every((each) => each === undefined || fits(each))) return numbers;
    throw new InvalidArgumentError(
      `Expected ${expected}, or a class with one, as screw=${fits(4.2) ? 4.2 : 0.05}, each class once.`,
    );
  };
}

/** Of a flag for rates of false alarms. */
export const classShareFrom = classNumberFrom('a share above 0, below 1', (value) => value > 0 && value < 1);

/** All values of a flag that may be given several times. */
export function repeated(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** A number above `above`, at most `most`. @param what - for people */
export function numberFromText(what: string, above: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value > above && value <= most))
      throw new InvalidArgumentError(`Expected ${what}, above ${above}, at most ${most}.`);
    return value;
  };
}

const units: Readonly<Record<string, number>> = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** A number of bytes with its unit, decimal ones. @param least - bytes */
export function bytesFromText(least: number): (text: string) => number {
  return (text) => {
    const [, number, letter = ''] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt])b\s*$/i.exec(text) ?? [];
    const unit = units[letter.toLowerCase() === 'k' ? 'kB' : `${letter.toUpperCase()}B`];
    const bytes = Math.round(Number(number) * (unit ?? Number.NaN));
    if (bytes >= least && Number.isSafeInteger(bytes)) return bytes;
    throw new InvalidArgumentError(
      `Expected a size with its unit (${Object.keys(units).join(', ')}), from ${least / 1e6}MB, as 500MB or 20GB.`,
    );
  };
}

/** Refuses flags that mean nothing without another. @throws OPTION_INVALID */
export function requireTogether(
  name: string,
  place: string | number | undefined,
  others: Readonly<Record<string, unknown>>,
): void {
  const given = Object.entries(others).find(([, value]) => value !== undefined);
  if (place !== undefined || !given) return;
  throw new CladError('OPTION_INVALID', {
    option: given[0],
    expected: `given with --${name}`,
    actual: String(given[1]),
  });
}

/** Refuses a flag beside another that says something else. @throws OPTION_INVALID */
export function requireApart(option: string, value: unknown, other: string, otherValue: unknown): void {
  if (value === undefined || otherValue === undefined) return;
  throw new CladError('OPTION_INVALID', {
    option,
    expected: `left out beside ${other}`,
    actual: String(value),
  });
}
