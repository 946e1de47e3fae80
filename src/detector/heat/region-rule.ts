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
import type { ImageSize } from '../../image/limits.ts';
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

/** A pixel of the map sees as far as the blur, or its patch. @param blurSigma - pixels of the map @param patch - pixels of the map */
export function reachOf(blurSigma: number, patch: ImageSize): number {
  return Math.max(1, Math.round(Math.max(2 * blurSigma, patch.width, patch.height)));
}

/**
 * How far each pixel lies above what makes it part of a region: positive inside, so that its zero is the outline at any resolution.
 * @param map - [height, width]
 */
export function insideRegions(
  map: Float32Array,
  size: ImageSize,
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
export function highestNear(map: Float32Array, { width, height }: ImageSize, reach: number): Float32Array {
  const rows = highestAlong(map, { lines: height, length: width, step: 1, next: width }, reach);
  return highestAlong(rows, { lines: width, length: height, step: width, next: 1 }, reach);
}

/** Lines of pixels that lie `step` apart; the lines begin `next` apart. */
interface Lines {
  readonly lines: number;
  readonly length: number;
  readonly step: number;
  readonly next: number;
}

/**
 * Along lines: blocks of the window's width, of each the running maximum from both ends
 * (van Herk, Gil and Werman), so that time does not grow with the window.
 */
function highestAlong(map: Float32Array, { lines, length, step, next }: Lines, reach: number): Float32Array {
  const width = 2 * reach + 1;
  const highest = new Float32Array(map.length);
  const forward = new Float32Array(length);
  const backward = new Float32Array(length);
  for (let line = 0; line < lines; line++) {
    const start = line * next;
    for (let at = 0; at < length; at++) {
      const value = map[start + at * step] as number;
      forward[at] = at % width === 0 ? value : Math.max(forward[at - 1] as number, value);
    }
    for (let at = length - 1; at >= 0; at--) {
      const value = map[start + at * step] as number;
      backward[at] =
        at === length - 1 || at % width === width - 1 ? value : Math.max(backward[at + 1] as number, value);
    }
    const lastBlock = Math.floor((length - 1) / width);
    for (let at = 0; at < length; at++) {
      const end = at + reach;
      const inLine = Math.floor(end / width) === lastBlock ? (forward[length - 1] as number) : -Infinity;
      const ahead = end < length ? (forward[end] as number) : inLine;
      const behind = at < reach ? -Infinity : (backward[at - reach] as number);
      highest[start + at * step] = Math.max(ahead, behind);
    }
  }
  return highest;
}
