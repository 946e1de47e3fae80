/**
 * @file The ground truth of a defect: the pixels where the part's image is visibly another than the same part's
 * without the defect. Both are compared before the sensor's noise, so the noise takes no part in it.
 */
import { mapped } from '../core/arrays.ts';
import type { ImageSize } from '../image/limits.ts';
import type { Mask } from '../image/rgb.ts';
import { close, withoutSmallParts } from '../synthesis/morphology.ts';
import type { Exposure } from './camera.ts';

/** Levels of 255 that nobody sees among the noise. */
const leastVisible = 6;
/** Levels that are plain to see, however strong the defect is elsewhere. */
const plainlyVisible = 12;

/** Pixels of a gap that is closed, for an image that shows a part as a whole: four of 256. */
export function usualGap({ width, height }: ImageSize): number {
  return Math.max(1, Math.round(Math.min(width, height) / 128));
}

/** The mask of what differs, and how plainly it does. */
export interface Difference {
  readonly mask: Mask;
  /** Pixels in the mask. */
  readonly pixels: number;
  /** Mean over the mask of the largest difference of a channel, levels of 255. */
  readonly contrast: number;
}

/**
 * A pixel belongs to the mask where a channel differs by more than 6 levels; by up to 12 where the defect's strongest
 * difference is large, so that the lens's blur around it does not count. Gaps of twice `gap` pixels are closed and
 * specks left out (fewer than four pixels, or under 3 % of the largest part), for a defect is one thing and no crossing
 * of zero splits it.
 */
export function differenceOf(flawed: Exposure, good: Exposure, gap = usualGap(flawed)): Difference {
  const { width, height } = flawed;
  const change = new Float32Array(width * height);
  let largest = 0;
  for (let at = 0; at < change.length; at++) {
    const red = Math.abs(flawed.planes[0][at]! - good.planes[0][at]!);
    const green = Math.abs(flawed.planes[1][at]! - good.planes[1][at]!);
    const blue = Math.abs(flawed.planes[2][at]! - good.planes[2][at]!);
    const most = Math.max(red, green, blue);
    change[at] = most;
    if (most > largest) largest = most;
  }
  const threshold = Math.min(plainlyVisible, Math.max(leastVisible, 0.15 * largest));
  const data = mapped(Uint8Array, change, (value) => Number(value > threshold));
  const closed = close({ width, height, data: withoutSpecks(data, { width, height }) }, gap);
  const mask = withoutSmallParts(closed, 0.03);
  let pixels = 0;
  let sum = 0;
  for (let at = 0; at < change.length; at++) {
    if (mask.data[at] === 0) continue;
    pixels++;
    sum += change[at]!;
  }
  return { mask, pixels, contrast: pixels === 0 ? 0 : sum / pixels };
}

/** Leaves out pixels that have fewer than three neighbours in the mask within a square of five. */
function withoutSpecks(data: Uint8Array, { width, height }: ImageSize): Uint8Array {
  return data.map((inside, at) => {
    if (inside === 0) return 0;
    const row = Math.floor(at / width);
    const column = at - row * width;
    let neighbours = -1;
    for (let y = Math.max(0, row - 2); y <= Math.min(height - 1, row + 2); y++)
      for (let x = Math.max(0, column - 2); x <= Math.min(width - 1, column + 2); x++)
        neighbours += data[y * width + x]!;
    return Number(neighbours >= 3);
  });
}
