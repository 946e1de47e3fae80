/** @file The corners of a shape, in the order in which its line goes. Pure: pages draw by them too. */
import type { Point } from '../../image/roi/polygon.ts';
import type { RegionShape } from './region-definition.ts';

/** @returns none of a mask, which has no corners */
export function cornersOf(shape: RegionShape): readonly Point[] {
  if ('polygon' in shape) return shape.polygon;
  if ('mask' in shape) return [];
  const [x, y, width, height] = shape.rectangle;
  return [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
}
