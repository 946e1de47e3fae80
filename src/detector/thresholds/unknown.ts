/**
 * @file Images of no product that the detector knows. Their class is the least unlike one, and hardly a spot of them looks like it; a defective part
 * looks like its class nearly everywhere. So what tells them apart is the least anomalous tenth of the map (docs/decisions/0040-unknown-parts.md).
 */
import { median } from '../../core/arrays.ts';
import type { GoodPixels } from '../heat/map-range.ts';

/** A defect that covers less of the image leaves the floor where it was. */
const floorShare = 0.1;
/** Pixels from one that is looked at to the next, row by row; maps are smooth, and it shares no factor with usual widths. */
const step = 61;

/**
 * The value that nine tenths of a map lie above: nearest rank, of every 61st pixel.
 * @param map - row by row, at least one pixel
 */
export function mapFloor(map: Float32Array): number {
  return floorOf(floorSample(map));
}

/** The values that the floor is found among, for those who keep them rather than whole maps. */
export function floorSample(map: ArrayLike<number>): Float32Array {
  const some = new Float32Array(Math.ceil(map.length / step));
  for (let at = 0; at < some.length; at++) some[at] = map[at * step]!;
  return some;
}

/** The floor of a map by these. */
export function floorOf(sample: Float32Array): number {
  const sorted = sample.toSorted();
  return sorted[Math.ceil(floorShare * sorted.length) - 1]!;
}

/**
 * The floor above which an anomalous image is unknown: as far above the highest of good images as half of a good map's pixels are above its floor.
 * @param floors - of good images of the class, at least one, those that stand out not among them
 * @param good - from `goodPixels`
 */
export function unknownAbove(floors: readonly number[], { median: middle, upper }: GoodPixels): number {
  const highest = floors.reduce((most, floor) => Math.max(most, floor), -Infinity);
  // The last terms are for maps that are nearly flat.
  const margin = Math.max(middle - median(floors), (upper - middle) / 4, Math.max(Math.abs(upper), 1) * 1e-5);
  return highest + margin;
}
