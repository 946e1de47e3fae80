/** @file Sizes as what they are made of: a product of factors, with a few places before and behind it (class tokens). */
import { type Factor, fixed, type ImageSides, stands } from './factor.ts';

/** `before` places, then as many as the factors' product, then `after`; negative where some were cut off. */
export interface Size {
  readonly before: number;
  /** The outermost first: rows before columns. Without any the product is 1. */
  readonly factors: readonly Factor[];
  readonly after: number;
}

/** A factor, and the parts that stood together as it. */
export interface Assembled {
  readonly factor: Factor;
  /** In order; the factor itself where it stood there as one. */
  readonly parts: readonly Factor[];
}

/** Factors in order, where the parts of one that stand together again are that one. */
export function assembled(factors: readonly Factor[]): Assembled[] {
  const result: Assembled[] = [];
  for (const each of factors) {
    result.push({ factor: each, parts: [each] });
    for (let whole = lastWhole(result); whole; whole = lastWhole(result)) {
      const [outer, inner] = result.splice(-2, 2) as [Assembled, Assembled];
      result.push({ factor: whole, parts: [...outer.parts, ...inner.parts] });
    }
  }
  return result;
}

function lastWhole(factors: readonly Assembled[]): Factor | undefined {
  return factors.at(-2)?.factor.wholeWith(factors.at(-1)?.factor);
}

/** A size of these factors. */
export function sizeOf(factors: readonly Factor[], before = 0, after = 0): Size {
  const plain = assembled(factors)
    .map(({ factor }) => factor)
    .filter(({ from, state }) => state !== 'fixed' || from !== 1);
  // As many cut off at one end as were added at the other: rolled, not grown.
  const rolled = before + after === 0 && plain.length > 0;
  return { before: rolled ? 0 : before, factors: plain, after: rolled ? 0 : after };
}

/** One that is what it is. */
export function fixedSize(size: number): Size {
  return sizeOf([fixed(size)]);
}

/** Its number at the size that the file is made for. */
export function numberOf({ before, factors, after }: Size): number {
  return factors.reduce((product, { from }) => product * from, 1) + before + after;
}

/** Its number for an image. */
export function sizeAt({ before, factors, after }: Size, image: ImageSides): number {
  return factors.reduce((product, factor) => product * factor.at(image), 1) + before + after;
}

export function isFixed({ factors }: Size): boolean {
  return factors.every(({ state }) => state === 'fixed');
}

/** Whether it grows with the image. */
export function isGrid({ factors }: Size): boolean {
  return factors.some(({ state }) => state === 'grid');
}

export function hasBatch({ factors }: Size): boolean {
  return factors.some(({ state }) => state === 'batch');
}

/** The one factor that it is; undefined where it is more than that. */
export function onlyFactor({ before, factors, after }: Size): Factor | undefined {
  return before === 0 && after === 0 && factors.length === 1 ? factors[0] : undefined;
}

/** Which side of the image a factor grows with; undefined where it is both or none. */
export function grownBy(factor: Factor): 'rows' | 'columns' | undefined {
  const [taller, wider] = [factor.at({ rows: 1600, columns: 800 }), factor.at({ rows: 800, columns: 1600 })];
  const smaller = factor.at({ rows: 800, columns: 800 });
  if (taller > smaller && wider === smaller) return 'rows';
  return wider > smaller && taller === smaller ? 'columns' : undefined;
}

/** Tells that a size is fixed: it meets a constant of the file. */
export function settleFixed(size: Size): void {
  for (const factor of size.factors) if (factor.state !== 'batch') factor.settle('fixed');
}

/** Two sizes that have to be equal wherever the network runs. */
export interface Equal {
  readonly a: Size;
  readonly b: Size;
  /** The value that shows them. */
  readonly value: string;
}

/**
 * Two sizes that stand in each other's place.
 * @returns whether it has to be seen later that they are equal for other images
 */
export function meet(a: Size, b: Size, value: string): boolean {
  if (numberOf(a) !== numberOf(b))
    stands(`its value ${value} joins sizes of ${numberOf(a)} and ${numberOf(b)}`);
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const factor = onlyFactor(one);
    const waits = factor?.origin?.kind === 'repeated' && factor.state === 'open';
    // Tokens beside the grid would be repeated as well, but not in these numbers.
    if (waits && isGrid(other) && other.before === 0 && other.after === 0) {
      factor.repeatFor(other.factors, (image) => sizeAt(other, image));
      return false;
    }
  }
  if (isFixed(a) || isFixed(b)) {
    settleFixed(isFixed(a) ? b : a);
    return false;
  }
  const together =
    a.factors.length === b.factors.length && a.factors.every(({ from }, at) => from === b.factors[at]?.from);
  const same = together && a.before === b.before && a.factors.every((factor, at) => factor === b.factors[at]);
  if (same) return false;
  if (together) for (const [at, factor] of a.factors.entries()) factor.meet(b.factors[at] as Factor);
  return true;
}

/** Images on which equality is tried, square and not: so many that each stride meets whole and broken numbers of places, even and odd ones. */
function triedImages(multiple: number): ImageSides[] {
  const sides = Array.from({ length: 32 }, (_, at) => Math.ceil((200 + 13 * at) / multiple) * multiple);
  return sides.flatMap((rows, at) => [
    { rows, columns: rows },
    { rows, columns: sides[(at + 5) % sides.length] as number },
  ]);
}

/**
 * Of what both sides of an image have to be multiples, so that sizes which meet are equal: 1 where that is so for any image.
 * @param own - the image that the file is made for
 * @throws MODEL_UNSUITABLE for sizes that are equal for that one only
 */
export function requiredMultiple(equal: readonly Equal[], own: ImageSides): number {
  const differing = (multiple: number) => {
    for (const image of triedImages(multiple)) {
      const found = equal.find(({ a, b }) => sizeAt(a, image) !== sizeAt(b, image));
      if (found) return { ...found, image };
    }
    return undefined;
  };
  for (let multiple = 1; multiple <= mostMultiple; multiple++)
    if (own.rows % multiple === 0 && own.columns % multiple === 0 && !differing(multiple)) return multiple;
  const found = differing(1);
  const places = found && `${sizeAt(found.a, found.image)} and ${sizeAt(found.b, found.image)}`;
  return stands(
    `its value ${found?.value} joins two maps that fit together only at the size of its input (at ${found?.image.columns} x ${found?.image.rows} pixels they have ${places} places)`,
  );
}

/** A file that runs at multiples of more pixels has next to no choice. */
const mostMultiple = 256;
