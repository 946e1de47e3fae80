/** @file Where an image is anomalous, as boxes on the photograph instead of a map. */
import { regionsOf } from '../../core/regions.ts';
import { type Geometry, mapPixel, toPhotograph } from '../../image/geometry.ts';
import type { ImageSize } from '../../image/limits.ts';
import { insideRegions, type RegionRule } from './region-rule.ts';

/** A connected part of the anomaly map that is anomalous by the class's rule (8-connected), in pixels of the photograph. */
export interface AnomalousRegion {
  /** Left edge of the box, from the left. */
  readonly x: number;
  /** Upper edge, from the top. */
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Of the region itself, not of its box; square pixels. */
  readonly area: number;
  /** Highest value of the map in it. */
  readonly peak: number;
}

/**
 * @param map - [height, width] of the geometry
 * @param rule - which pixels of the map belong to a region
 * @param image - size of the photograph, pixels
 * @returns the highest peak first
 */
export function anomalousRegions(
  map: Float32Array,
  geometry: Geometry,
  rule: RegionRule,
  image: ImageSize,
): AnomalousRegion[] {
  const { width, height } = geometry;
  // Most images: nothing to look for.
  if (!map.some((value) => value > rule.threshold)) return [];
  const above = insideRegions(map, geometry, rule);
  // A plain loop: this is on the way of every prediction, and `from` takes longer than all the rest.
  const inside = new Uint8Array(above.length);
  for (let pixel = 0; pixel < above.length; pixel++) inside[pixel] = above[pixel]! > 0 ? 1 : 0;
  const { labels, sizes } = regionsOf(inside, width, height);
  const boxes = sizes.map((pixels) => ({
    left: width,
    top: height,
    right: 0,
    bottom: 0,
    peak: -Infinity,
    pixels,
  }));
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const box = boxes[labels[pixel]! - 1];
    if (!box) continue;
    const column = pixel % width;
    const row = Math.floor(pixel / width);
    box.left = Math.min(box.left, column);
    box.top = Math.min(box.top, row);
    box.right = Math.max(box.right, column + 1);
    box.bottom = Math.max(box.bottom, row + 1);
    box.peak = Math.max(box.peak, map[pixel]!);
  }
  const each = mapPixel(geometry, image);
  return boxes
    .map(({ left, top, right, bottom, peak, pixels }) => ({
      ...toPhotograph(geometry, image, { x: left, y: top, width: right - left, height: bottom - top }),
      area: Math.max(1, Math.round(pixels * each.width * each.height)),
      peak,
    }))
    .sort((a, b) => b.peak - a.peak);
}
