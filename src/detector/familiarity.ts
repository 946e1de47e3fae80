/**
 * @file Scores of good photographs that a detector was trained on, made comparable with those of photographs to come. The memory bank can be
 * asked without a photograph's own members, but the networks have seen it and score it lower by what they remember. How much lower,
 * the held-out photographs of all products show together (docs/decisions/0015-thresholds-from-every-good-image.md).
 */
import { median } from '../core/arrays.ts';

/** Scores of good photographs of one product. */
export interface GoodScores {
  /** Of photographs that the networks were trained on. */
  readonly trained: readonly number[];
  /** Of photographs held out of that. */
  readonly heldOut: readonly number[];
}

/** Above this many deviations the scores of trained photographs say nothing about others, moved or not. */
export const mostFamiliarity = 1;

/**
 * How much lower than new photographs a detector scores those it was trained on, in robust standard deviations of the latter: the median, over
 * the held-out photographs of all products, of their scores so measured; 0 where that is negative, or where a spread cannot be measured.
 */
export function familiarity(products: Iterable<GoodScores>): number {
  const standing: number[] = [];
  for (const { trained, heldOut } of products) {
    const { centre, deviation } = robustSpread(trained);
    if (deviation > 0) standing.push(...heldOut.map((score) => (score - centre) / deviation));
  }
  return standing.length === 0 ? 0 : Math.max(0, median(standing));
}

/**
 * What good photographs of a product would score if all were new: trained ones moved up by the familiarity, or left out where that is above `mostFamiliarity`.
 * @param familiar - from `familiarity`, >= 0
 */
export function scoresAsNew({ trained, heldOut }: GoodScores, familiar: number): number[] {
  if (familiar > mostFamiliarity) return [...heldOut];
  const { deviation } = robustSpread(trained);
  return [...heldOut, ...trained.map((score) => score + familiar * deviation)];
}

/** The median, and 1.4826 times the median distance to it: the standard deviation where values are normally distributed. NaN and 0 of none. */
export function robustSpread(values: readonly number[]): { centre: number; deviation: number } {
  if (values.length === 0) return { centre: Number.NaN, deviation: 0 };
  const centre = median(values);
  return { centre, deviation: 1.4826 * median(values.map((value) => Math.abs(value - centre))) };
}
