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
  if (!near || !reaches(map, threshold)) return map.map((value) => value - threshold);
  return insideByShare(map, size, { threshold, ...near })(near.share);
}

/** The same for any share: what does not depend on it is computed once. */
export function insideByShare(
  map: Float32Array,
  size: ImageSize,
  { threshold, low, reach }: { readonly threshold: number; readonly low: number; readonly reach: number },
): (share: number) => Float32Array {
  const highest = highestNear(map, size, reach);
  return (share) => {
    // A plain loop, as below: this is on the way of every prediction that finds something.
    const inside = new Float32Array(map.length);
    for (let pixel = 0; pixel < map.length; pixel++) {
      const value = map[pixel] as number;
      // Rounded, as what is compared with it.
      const above = Math.fround(value - threshold);
      inside[pixel] = Math.min(above, value - low - share * ((highest[pixel] as number) - low));
    }
    return inside;
  };
}

/** Whether a map is anywhere above a threshold. */
export function reaches(map: Float32Array, threshold: number): boolean {
  for (let pixel = 0; pixel < map.length; pixel++) if ((map[pixel] as number) > threshold) return true;
  return false;
}

/**
 * The highest value in the square of `2 * reach + 1` pixels around each pixel; along rows, then along columns. Of blocks of the window's width the running
 * maximum from both ends is taken (van Herk, Gil and Werman), so that time does not grow with the window.
 */
export function highestNear(map: Float32Array, { width, height }: ImageSize, reach: number): Float32Array {
  const rows = new Float32Array(map.length);
  const highest = new Float32Array(map.length);
  const alongRow = highestAlong(width, 1, reach);
  for (let row = 0; row < height; row++) alongRow(map, rows, row * width);
  const alongColumn = highestAlong(height, width, reach);
  for (let column = 0; column < width; column++) alongColumn(rows, highest, column);
  return highest;
}

/** Along lines of `length` values that lie `step` apart. */
function highestAlong(length: number, step: number, reach: number) {
  const window = 2 * reach + 1;
  const [forward, backward] = [new Float32Array(length), new Float32Array(length)];
  const lastBlock = length - 1 - ((length - 1) % window);
  return (from: Float32Array, into: Float32Array, start: number): void => {
    for (let block = 0; block < length; block += window) {
      const end = Math.min(length, block + window);
      let most = -Infinity;
      for (let at = block; at < end; at++) {
        const value = from[start + at * step]!;
        if (value > most) most = value;
        forward[at] = most;
      }
      most = -Infinity;
      for (let at = end - 1; at >= block; at--) {
        const value = from[start + at * step]!;
        if (value > most) most = value;
        backward[at] = most;
      }
    }
    for (let at = 0; at < length; at++) {
      // What lies ahead of a window that leaves the line is the last block's maximum, unless the window begins in that block.
      const ahead = at + reach < lastBlock + window ? forward[Math.min(at + reach, length - 1)]! : -Infinity;
      const behind = at >= reach ? backward[at - reach]! : -Infinity;
      into[start + at * step] = Math.max(ahead, behind);
    }
  };
}
