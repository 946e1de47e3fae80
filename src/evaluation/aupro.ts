/**
 * @file AUPRO, the area under the per-region overlap (Bergmann et al., MVTec AD, IJCV 2021), exact. At a
 * threshold t the overlap is the mean over all ground-truth regions of the fraction of the region that scores t or
 * more; the false positive rate counts normal pixels over all images. The curve of overlap over false positive rate,
 * through every distinct score and from (0, 0), is integrated by trapezoids up to a limit (interpolated there) and
 * divided by it.
 *
 * Sorted once: a pixel of a region of n pixels adds 1/n to the sum of overlaps when the threshold reaches its score.
 * The curve is flat wherever only normal pixels are passed, so walking the regions' scores loses nothing.
 *
 * The dilated variant that SimpleNet, GLASS, CRAS and so CLAD report thickens the *prediction* by 5x5 pixels before
 * the overlap but not before the false positive rate. It is `dilatedScore`'s value in place of the pixel's own, and it
 * is 2 to 9 points higher: another metric, never to be compared with the exact one.
 */
import { type RankedScores, walkPositives } from './ranking.ts';
import type { SortedKeys } from './sort.ts';

/** The customary limit of the false positive rate. */
export const fprLimit = 0.3;

/**
 * @param regionPixels - every pixel of every region: key of its score, ascending, and the size of its region
 * @param normalPixels - keys of the scores of all pixels outside regions, ascending
 * @param limit - highest false positive rate, in (0, 1]
 * @returns 0..1, or null where there are no regions or no normal pixels
 */
export function aupro(regionPixels: SortedKeys, normalPixels: Uint32Array, limit = fprLimit): number | null {
  const { keys, payload: regionSizes } = regionPixels;
  if (keys.length === 0 || normalPixels.length === 0) return null;
  const gainOf = (index: number) => 1 / (regionSizes[index] as number);
  const area = overlapArea({ positives: keys, negatives: normalPixels }, gainOf, limit);
  // Each region's fractions add up to one, so their sum over all pixels is the number of regions.
  let regions = 0;
  for (let index = 0; index < regionSizes.length; index++) regions += 1 / (regionSizes[index] as number);
  return area / limit / Math.round(regions);
}

/**
 * The area under the curve of the sum of overlaps over the false positive rate, from (0, 0) to the limit.
 * @param ranked - pixels of regions, and those outside; at least one of these
 * @param gainOf - what a pixel of a region, by its place among the sorted ones, adds to the sum once the threshold reaches it
 * @param limit - highest false positive rate, in (0, 1]
 */
export function overlapArea(ranked: RankedScores, gainOf: (index: number) => number, limit: number): number {
  const normals = ranked.negatives.length;
  let overlapSum = 0;
  let rate = 0;
  let area = 0;
  walkPositives(ranked, (step) => {
    if (rate >= limit) return;
    const before = step.negativesAbove / normals;
    area += (Math.min(before, limit) - rate) * overlapSum;
    rate = Math.min(before, limit);
    if (before >= limit) return;
    let gained = 0;
    for (let index = step.start; index < step.end; index++) gained += gainOf(index);
    const after = step.negativesAtOrAbove / normals;
    if (after > before) {
      const end = Math.min(after, limit);
      const gainedThere = (gained * (end - before)) / (after - before);
      area += (end - before) * (overlapSum + gainedThere / 2);
      rate = end;
    }
    overlapSum += gained;
  });
  return area + (limit - rate) * overlapSum;
}

/**
 * The highest score in the square of `2 radius + 1` pixels around a pixel, the square cut at the map's edges: what
 * the pixel's score becomes when the thresholded map is dilated by that square, at every threshold at once.
 * @param keys - keys of a map's scores, [height, width]: the smallest is the highest score
 */
export function dilatedScore(
  keys: Uint32Array,
  width: number,
  height: number,
  pixel: number,
  radius = 2,
): number {
  const column = pixel % width;
  const row = (pixel - column) / width;
  const right = Math.min(column + radius, width - 1);
  const bottom = Math.min(row + radius, height - 1);
  let best = keys[pixel] as number;
  for (let y = Math.max(row - radius, 0); y <= bottom; y++) {
    for (let x = Math.max(column - radius, 0); x <= right; x++) {
      best = Math.min(best, keys[y * width + x] as number);
    }
  }
  return best;
}
