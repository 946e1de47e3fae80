/** @file Where an image is anomalous, as boxes and polygons on the photograph instead of a map. */
import { contours, type Ring, simplified } from '../../core/contours.ts';
import { regionsOf } from '../../core/regions.ts';
import { type Geometry, mapPixel, seenPart, toPhotograph } from '../../image/geometry.ts';
import type { ImageSize } from '../../image/limits.ts';
import { insideRegions, type RegionRule, reaches } from './region-rule.ts';

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
  /** The middle of the region's area, pixels from the left and from the top. */
  readonly centroid: { readonly x: number; readonly y: number };
  /**
   * Its outline, the line that heat maps show: corners in pixels from the left and from the top, to a hundredth. The outer ring comes first, those of
   * holes after it. It runs between the centres of the map's pixels, so it may reach half a pixel of the map beyond the box.
   */
  readonly polygon: readonly Ring[];
}

/** Corners closer to the line than this are left out of polygons; pixels of the map. */
const tolerance = 0.1;

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
  if (!reaches(map, rule.threshold)) return [];
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
    sumX: 0,
    sumY: 0,
  }));
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const label = labels[pixel]!;
    if (label === 0) continue;
    const box = boxes[label - 1]!;
    const column = pixel % width;
    const row = Math.floor(pixel / width);
    box.left = Math.min(box.left, column);
    box.top = Math.min(box.top, row);
    box.right = Math.max(box.right, column + 1);
    box.bottom = Math.max(box.bottom, row + 1);
    box.peak = Math.max(box.peak, map[pixel]!);
    box.sumX += column;
    box.sumY += row;
  }
  const part = seenPart(geometry, image);
  const each = mapPixel(geometry, image);
  const onPhotograph = (x: number, y: number) => ({
    x: part.x + x * each.width,
    y: part.y + y * each.height,
  });
  const corner = ([atX, atY]: Ring[number]) => {
    const { x, y } = onPhotograph(atX, atY);
    return [Math.round(100 * x) / 100, Math.round(100 * y) / 100] as const;
  };
  const rings = contours(above, width, height, { labels, sizes });
  return boxes
    .map(({ left, top, right, bottom, peak, pixels, sumX, sumY }, at) => ({
      ...toPhotograph(geometry, image, { x: left, y: top, width: right - left, height: bottom - top }),
      area: Math.max(1, Math.round(pixels * each.width * each.height)),
      peak,
      centroid: onPhotograph(sumX / pixels + 0.5, sumY / pixels + 0.5),
      polygon: rings[at]!.map((ring) => simplified(ring, tolerance).map(corner)),
    }))
    .sort((a, b) => b.peak - a.peak);
}
