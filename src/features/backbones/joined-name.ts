/**
 * @file The name of a joined backbone, `a+b@448*0.5`: networks with a plus between them, each with the input size that it is to see and a weight,
 * where it has them. A file whose own name has such signs in it is a file.
 */
import { CladError } from '../../core/errors.ts';
import type { ImageSize } from '../../image/limits.ts';
import { sizeFromWords, sizeOf } from '../../image/size-option.ts';

/** One network of a joined backbone, as its name says. */
export interface NamedPart {
  /** A name or a file, as where a backbone stands alone. */
  readonly network: string;
  /** Size of the image that the network sees, pixels; undefined where the name says none. */
  readonly size?: ImageSize | undefined;
  /** What its values are multiplied by beside the measured scale. @default 1 */
  readonly weight?: number | undefined;
}

/** The name of these parts, as `partsOfName` reads it. */
export function nameOfParts(parts: readonly NamedPart[]): string {
  return parts
    .map(({ network, size, weight }) => {
      const seen = size && `@${size.width}x${size.height}`;
      return `${network}${seen ?? ''}${weight === undefined ? '' : `*${weight}`}`;
    })
    .join('+');
}

/** Sides that a part's input may have, pixels: those of `features.inputSize`. */
const sides = { least: 32, most: 2048 };

/**
 * The parts of a name; undefined where it names one network.
 * @param isKnown - whether a text is a backbone's name or a file as it stands
 * @throws OPTION_INVALID for an empty part, a size or weight that is none, a weight of the first part, and a size or weight of a single network
 */
export function partsOfName(name: string, isKnown: (text: string) => boolean): NamedPart[] | undefined {
  if (isKnown(name)) return undefined;
  const parts = pieces(name, isKnown).map((piece) => partOf(piece, isKnown));
  const [first] = parts;
  if (parts.length < 2) {
    // What is unknown with and without the signs is told of as a name.
    if (first && first.network !== name && isKnown(first.network))
      refuse(name, 'several networks, as a+b@448; one alone has its size by --input-size');
    return undefined;
  }
  if (parts.some(({ network }) => network === ''))
    refuse(name, 'written with a network on both sides of each +');
  if (first?.weight !== undefined)
    refuse(
      name,
      `without a weight for ${first.network}, by which the others are measured; give these weights`,
    );
  return parts;
}

/** The text between pluses; a plus inside of what is known does not count. */
function pieces(name: string, isKnown: (text: string) => boolean): string[] {
  const words = name.split('+');
  const found: string[] = [];
  for (let start = 0; start < words.length; ) {
    let end = words.length;
    const piece = () => words.slice(start, end).join('+');
    while (end > start + 1 && !isKnown(piece()) && !isKnown(signs(piece()).network)) end--;
    found.push(piece());
    start = end;
  }
  return found;
}

/** A piece's text, and what stands behind it after `@` and `*`. */
function signs(piece: string): { network: string; size?: string | undefined; weight?: string | undefined } {
  const [, network = piece, size, weight] = /^(.*?)(?:@([^@*+/\\]*))?(?:\*([^@*+/\\]*))?$/s.exec(piece) ?? [];
  return { network, size, weight };
}

function partOf(piece: string, isKnown: (text: string) => boolean): NamedPart {
  if (isKnown(piece)) return { network: piece };
  const { network, size, weight } = signs(piece);
  return {
    network,
    size: size === undefined ? undefined : sizeSaid(piece, size),
    weight: weight === undefined ? undefined : weightSaid(piece, weight),
  };
}

function sizeSaid(piece: string, text: string): ImageSize {
  const size = sizeFromWords(text);
  const fits = (side: number) => side >= sides.least && side <= sides.most;
  if (!size || !fits(size.width) || !fits(size.height))
    refuse(piece, `written with ${sides.least} to ${sides.most} pixels after @, as @448 or @320x240`);
  return size ?? sizeOf(sides.least);
}

function weightSaid(piece: string, text: string): number {
  const weight = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(weight > 0 && weight <= 100))
    refuse(piece, 'written with a weight above 0 and up to 100 after *, as *0.5');
  return weight;
}

function refuse(actual: string, expected: string): never {
  throw new CladError('OPTION_INVALID', { option: 'the joined backbone', expected, actual });
}
