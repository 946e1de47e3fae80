/** @file What a detector misses of graded defects: by size and contrast, over all of them, and the size of which it misses half. */
import { type CountedShare, countedShare } from './intervals.ts';

/** A defect that was drawn. */
export interface GradedResult {
  /** Which image it was drawn on. */
  readonly image: number;
  /** Place among the sizes, the smallest first, and among the contrasts, the lowest first. */
  readonly size: number;
  readonly contrast: number;
  readonly missed: boolean;
}

/** A share over defects of which several are on one image. */
export interface PooledShare {
  readonly rate: number;
  /** Limits of its confidence interval, as if each image had one defect that is found or not: defects on one image are no independent trials. */
  readonly low: number;
  readonly high: number;
  readonly images: number;
  readonly defects: number;
}

/** Misses by size and contrast, `[size][contrast]`; each of as many images as there are, once. Null where nothing was drawn. */
export function missTable(
  results: readonly GradedResult[],
  sizes: number,
  contrasts: number,
): (CountedShare | null)[][] {
  return Array.from({ length: sizes }, (_, size) =>
    Array.from({ length: contrasts }, (_, contrast) => {
      const own = results.filter((each) => each.size === size && each.contrast === contrast);
      return own.length === 0 ? null : countedShare(own.filter(({ missed }) => missed).length, own.length);
    }),
  );
}

/** Share that is missed of all. @param results - at least one */
export function pooledMisses(results: readonly GradedResult[]): PooledShare {
  const images = new Set(results.map(({ image }) => image)).size;
  const rate = results.filter(({ missed }) => missed).length / results.length;
  return {
    rate,
    low: countedShare(Math.floor(rate * images + 1e-9), images).low,
    high: countedShare(Math.ceil(rate * images - 1e-9), images).high,
    images,
    defects: results.length,
  };
}

/** Where half is missed: between two of the sizes, or beyond them. */
export type HalfMissed =
  | { readonly where: 'between'; readonly size: number }
  /** More than half of the smallest are found. */
  | { readonly where: 'below' }
  /** Half or more of the largest are missed. */
  | { readonly where: 'above' };

/**
 * The size of which half is missed, along a line between the logarithms of neighbouring sizes. Where a larger size was missed more often than a smaller one, which is chance,
 * both have their mean (Ayer et al., "An empirical distribution function for sampling with incomplete information", 1955).
 * @param sizes - rising
 * @param rates - share missed of each
 */
export function halfMissed(sizes: readonly number[], rates: readonly number[]): HalfMissed {
  const falling = neverRising(rates);
  const after = falling.findIndex((rate) => rate < 0.5);
  if (after === 0) return { where: 'below' };
  if (after < 0) return { where: 'above' };
  const [above, below] = [falling[after - 1]!, falling[after]!];
  const share = (above - 0.5) / (above - below);
  const [small, large] = [Math.log(sizes[after - 1]!), Math.log(sizes[after]!)];
  return { where: 'between', size: Math.exp(small + share * (large - small)) };
}

/**
 * The contrast from which half is found, over all sizes: products that miss all at a low contrast and nothing at a high one are told apart by where it changes.
 * @param contrasts - rising
 * @param table - misses, `[size][contrast]`
 * @returns where half is missed, `size` being a contrast; undefined where nothing was drawn at one of them
 */
export function halfContrast(
  contrasts: readonly number[],
  table: readonly (readonly (CountedShare | null)[])[],
): HalfMissed | undefined {
  const rates: number[] = [];
  for (const place of contrasts.keys()) {
    const drawn = table.flatMap((row) => row[place] ?? []);
    const of = drawn.reduce((sum, share) => sum + share.of, 0);
    if (of === 0) return undefined;
    rates.push(drawn.reduce((sum, share) => sum + share.count, 0) / of);
  }
  return halfMissed(contrasts, rates);
}

/** The nearest numbers, by least squares, that never rise: neighbours that do are pooled. */
export function neverRising(values: readonly number[]): number[] {
  const pools: { sum: number; count: number }[] = [];
  for (const value of values) {
    pools.push({ sum: value, count: 1 });
    for (;;) {
      const [before, last] = [pools.at(-2), pools.at(-1)!];
      if (!before || before.sum / before.count >= last.sum / last.count) break;
      pools.splice(-2, 2, { sum: before.sum + last.sum, count: before.count + last.count });
    }
  }
  return pools.flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count));
}
