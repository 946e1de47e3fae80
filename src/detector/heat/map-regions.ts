/** @file Where an image is anomalous, as boxes on the photograph instead of a map. */
import { regionsOf } from '../../core/regions.ts';
import type { DetectorMetadata } from '../metadata.ts';
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

/** The part of a photograph that the map covers, in its pixels. */
export interface SeenPart {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The whole photograph, or its middle where the detector cuts that out. */
export function seenPart(
  { size, resizeTo }: DetectorMetadata['geometry'],
  { width, height }: { readonly width: number; readonly height: number },
): SeenPart {
  if (resizeTo === null) return { x: 0, y: 0, width, height };
  const across = Math.round((width * size) / resizeTo);
  const down = Math.round((height * size) / resizeTo);
  return {
    x: Math.floor((width - across) / 2),
    y: Math.floor((height - down) / 2),
    width: across,
    height: down,
  };
}

/**
 * @param map - [S, S]
 * @param rule - which pixels of the map belong to a region
 * @param picture - size of the photograph, pixels
 * @returns the highest peak first
 */
export function anomalousRegions(
  map: Float32Array,
  geometry: DetectorMetadata['geometry'],
  rule: RegionRule,
  picture: { readonly width: number; readonly height: number },
): AnomalousRegion[] {
  const { size } = geometry;
  // Most images: nothing to look for.
  if (!map.some((value) => value > rule.threshold)) return [];
  const part = seenPart(geometry, picture);
  const above = insideRegions(map, size, rule);
  // A plain loop: this is on the way of every prediction, and `from` takes longer than all the rest.
  const inside = new Uint8Array(above.length);
  for (let pixel = 0; pixel < above.length; pixel++) inside[pixel] = above[pixel]! > 0 ? 1 : 0;
  const { labels, sizes } = regionsOf(inside, size, size);
  const boxes = sizes.map((pixels) => ({
    left: size,
    top: size,
    right: 0,
    bottom: 0,
    peak: -Infinity,
    pixels,
  }));
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const box = boxes[labels[pixel]! - 1];
    if (!box) continue;
    const column = pixel % size;
    const row = Math.floor(pixel / size);
    box.left = Math.min(box.left, column);
    box.top = Math.min(box.top, row);
    box.right = Math.max(box.right, column + 1);
    box.bottom = Math.max(box.bottom, row + 1);
    box.peak = Math.max(box.peak, map[pixel]!);
  }
  const across = part.width / size;
  const down = part.height / size;
  return boxes
    .map(({ left, top, right, bottom, peak, pixels }) => {
      // Of an image smaller than the map the last columns and rows lie beyond its last pixel.
      const x = Math.min(Math.round(part.x + left * across), part.x + part.width - 1);
      const y = Math.min(Math.round(part.y + top * down), part.y + part.height - 1);
      return {
        x,
        y,
        width: Math.max(1, Math.round(part.x + right * across) - x),
        height: Math.max(1, Math.round(part.y + bottom * down) - y),
        area: Math.max(1, Math.round(pixels * across * down)),
        peak,
      };
    })
    .sort((a, b) => b.peak - a.peak);
}
