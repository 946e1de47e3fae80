/**
 * @file Named regions of a class (a label, a thread): parts of its region of interest that each have a score and a threshold of their own
 * (docs/decisions/0060-named-regions.md). They do not overlap, and the class's region is all of them together. Pure.
 */
import { type Grid, mapGrid } from '../geometry.ts';
import type { ImageSize } from '../limits.ts';
import { type NamedRegion, type RegionOfInterest, regionOfInterest } from './region-of-interest.ts';

/** A drawn region. */
export interface NamedMask {
  readonly name: string;
  /** [height, width] of the anomaly map, 1 inside. */
  readonly data: Uint8Array;
}

/** The region of a class that these make up, with nothing added to their scores. @param masks - at least one, none of them empty, without overlaps */
export function namedRegion(masks: readonly NamedMask[], size: ImageSize, grid: Grid): RegionOfInterest {
  const all = new Uint8Array(size.width * size.height);
  for (const { data } of masks)
    for (let pixel = 0; pixel < all.length; pixel++) if (data[pixel] !== 0) all[pixel] = 1;
  const named = masks.map(({ name, data }): NamedRegion => {
    const { pixels, patches } = regionOfInterest({ ...size, data }, mapGrid(grid));
    return { name, pixels, patches, offset: 0 };
  });
  return { ...regionOfInterest({ ...size, data: all }, grid), named };
}

/** The region with other offsets. @param offsets - in the order of its named regions */
export function withOffsets(region: RegionOfInterest, offsets: readonly number[]): RegionOfInterest {
  const named = region.named?.map((each, at) => ({ ...each, offset: offsets[at] ?? 0 }));
  return { ...region, named };
}

/** The number of the named region that each pixel belongs to, from 1; 0 in none. @returns [height, width] */
export function numberedPixels({
  pixels,
  named = [],
}: Pick<RegionOfInterest, 'pixels' | 'named'>): Uint8Array {
  const numbers = new Uint8Array(pixels.length);
  for (const [at, region] of named.entries())
    for (let pixel = 0; pixel < numbers.length; pixel++)
      if (region.pixels[pixel] !== 0) numbers[pixel] = at + 1;
  return numbers;
}

/** Most regions of a class: numbers of pixels are a byte, and each region costs a map. */
export const mostNamed = 16;
