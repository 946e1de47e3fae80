/**
 * @file Connected regions of a mask, 8-connected: pixels that touch at a corner are one region.
 * For ground truth the choice changes AUPRO (scikit-image's `label` and the MVTec evaluation code use 8 as well).
 */

/** The regions of one mask. */
export interface Regions {
  /** [height, width]: 0 outside, otherwise the region's number, 1 .. sizes.length, in reading order. */
  readonly labels: Uint32Array;
  /** Pixels of each region; `sizes[0]` belongs to region 1. */
  readonly sizes: readonly number[];
}

/** Labels the pixels of `mask` ([height, width], row by row) that are not 0. */
export function regionsOf(mask: Uint8Array, width: number, height: number): Regions {
  const labels = new Uint32Array(width * height);
  const sizes: number[] = [];
  const pending: number[] = [];
  for (let seed = 0; seed < labels.length; seed++) {
    if (mask[seed] === 0 || labels[seed] !== 0) continue;
    const region = sizes.length + 1;
    let size = 0;
    labels[seed] = region;
    pending.push(seed);
    for (let pixel = pending.pop(); pixel !== undefined; pixel = pending.pop()) {
      size++;
      const column = pixel % width;
      const row = (pixel - column) / width;
      for (let y = Math.max(row - 1, 0); y <= Math.min(row + 1, height - 1); y++) {
        for (let x = Math.max(column - 1, 0); x <= Math.min(column + 1, width - 1); x++) {
          const neighbour = y * width + x;
          if (mask[neighbour] === 0 || labels[neighbour] !== 0) continue;
          labels[neighbour] = region;
          pending.push(neighbour);
        }
      }
    }
    sizes.push(size);
  }
  return { labels, sizes };
}
