/** @file Regions as a mask over the photograph. */
import { fillPolygon } from '../../core/polygons.ts';
import type { ImageSize } from '../../image/limits.ts';
import type { Mask } from '../../image/rgb.ts';
import type { AnomalousRegion } from './map-regions.ts';

/** 1 inside the polygons of regions. @param size - of the photograph, whose pixels the polygons are in */
export function regionMask(
  regions: readonly Pick<AnomalousRegion, 'polygon'>[],
  { width, height }: ImageSize,
): Mask {
  const data = new Uint8Array(width * height);
  for (const { polygon } of regions) fillPolygon(data, width, height, polygon);
  return { width, height, data };
}
