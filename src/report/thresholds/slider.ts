/**
 * @file The positions of a threshold's slider: one between each two neighbouring scores, as only these differ, so that every step lets one image more or less pass.
 * The page's script uses it.
 */
import { bisectRight } from 'd3-array';
import { thresholdBetween } from '../../evaluation/printed-threshold.ts';

/** The position of a threshold: how many of the scores are not above it. @param scores - distinct, the lowest first */
export function positionOf(threshold: number, scores: readonly number[]): number {
  return bisectRight(scores, threshold);
}

/** The threshold of a position, as it is printed. @param scores - at least one; distinct, the lowest first */
export function thresholdAt(position: number, scores: readonly number[]): number {
  return thresholdBetween(scores[position - 1], scores[position]);
}

/** The images on both sides of a threshold, those nearest to it, the highest first. */
export function around<Image extends { readonly score: number }>(
  threshold: number,
  images: readonly Image[],
  each: number,
): readonly Image[] {
  const sorted = images.toSorted((a, b) => b.score - a.score);
  const above = sorted.filter(({ score }) => score > threshold).length;
  return sorted.slice(Math.max(0, above - each), above + each);
}
