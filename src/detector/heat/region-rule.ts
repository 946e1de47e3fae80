/**
 * @file Which pixels of an anomaly map belong to a region. Above the threshold is not enough: the map is blurred and its patches see their
 * surroundings, so a strong defect lifts pixels far beside it above the threshold. A pixel belongs to a region where it is above the threshold
 * and reaches a share of the highest value near it:
 *
 *     map > threshold   and   map - low > share * (highest within reach - low)
 *
 * `low` is where good pixels end, `reach` about the blur's, and the share of each class is what fits made-up defects best
 * (jobs/train/made-defects.ts, docs/decisions/0023-the-look-of-heat-maps-and-regions.md). The highest pixel of a map always belongs to one, if it is above
 * the threshold. Moving all scores, as other precisions do, moves `low` and the threshold and leaves the rule as it is.
 */
import type { DetectorMetadata } from '../metadata.ts';

/** Map values, and pixels of the map. */
export interface RegionRule {
  readonly threshold: number;
  /** Absent in files of earlier versions: everything above the threshold belongs to a region. */
  readonly near?: { readonly low: number; readonly share: number; readonly reach: number };
}

/** The rule of a class; undefined where it has no threshold. @param threshold - the verdict's */
export function regionRule(
  { display, regions }: Pick<DetectorMetadata, 'display' | 'regions'>,
  className: string,
  threshold: number | null,
): RegionRule | undefined {
  if (threshold === null) return undefined;
  const share = regions?.share[className];
  const low = display[className]?.low;
  if (!regions || share === undefined || low === undefined) return { threshold };
  // Few good images may have their threshold below what their pixels reach.
  return { threshold, near: { low: Math.min(low, threshold), share, reach: regions.reach } };
}

/** A pixel of the map sees as far as the blur, or its patch. @param blurSigma - pixels @param patch - side of a patch, pixels */
export function reachOf(blurSigma: number, patch: number): number {
  return Math.max(1, Math.round(Math.max(2 * blurSigma, patch)));
}

/**
 * How far each pixel lies above what makes it part of a region: positive inside, so that its zero is the outline at any resolution.
 * @param map - [size, size]
 */
export function insideRegions(
  map: Float32Array,
  size: number,
  { threshold, near }: RegionRule,
): Float32Array {
  const above = map.map((value) => value - threshold);
  if (!near || !above.some((value) => value > 0)) return above;
  const { low, share, reach } = near;
  const highest = highestNear(map, size, reach);
  return above.map((value, pixel) =>
    Math.min(value, (map[pixel] as number) - low - share * ((highest[pixel] as number) - low)),
  );
}

/** The highest value in the square of `2 * reach + 1` pixels around each pixel; row by row, then column by column. */
export function highestNear(map: Float32Array, size: number, reach: number): Float32Array {
  const rows = highestAlong(map, size, reach, 1, size);
  return highestAlong(rows, size, reach, size, 1);
}

/**
 * Along lines of pixels `step` apart, which begin `next` apart: blocks of the window's width, of each the running maximum from both ends
 * (van Herk, Gil and Werman), so that time does not grow with the window.
 */
function highestAlong(
  map: Float32Array,
  size: number,
  reach: number,
  step: number,
  next: number,
): Float32Array {
  const width = 2 * reach + 1;
  const highest = new Float32Array(map.length);
  const forward = new Float32Array(size);
  const backward = new Float32Array(size);
  for (let line = 0; line < size; line++) {
    const start = line * next;
    for (let at = 0; at < size; at++) {
      const value = map[start + at * step] as number;
      forward[at] = at % width === 0 ? value : Math.max(forward[at - 1] as number, value);
    }
    for (let at = size - 1; at >= 0; at--) {
      const value = map[start + at * step] as number;
      backward[at] =
        at === size - 1 || at % width === width - 1 ? value : Math.max(backward[at + 1] as number, value);
    }
    const lastBlock = Math.floor((size - 1) / width);
    for (let at = 0; at < size; at++) {
      const end = at + reach;
      const inLine = Math.floor(end / width) === lastBlock ? (forward[size - 1] as number) : -Infinity;
      const ahead = end < size ? (forward[end] as number) : inLine;
      const behind = at < reach ? -Infinity : (backward[at - reach] as number);
      highest[start + at * step] = Math.max(ahead, behind);
    }
  }
  return highest;
}
