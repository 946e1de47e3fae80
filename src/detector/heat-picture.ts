/** @file The heat map that people see: a detector's map over its photograph, the same picture on disk and in the browser. */
import { heatOverlay } from '../image/overlay.ts';
import { centreCrop } from '../image/resize.ts';
import type { RgbImage } from '../image/rgb.ts';
import type { Detector, Prediction } from './detector.ts';
import { seenPart } from './map-regions.ts';

/**
 * The heat map over its photograph, in the fixed colours of the recognised product: they begin above what good parts show, so
 * a good part never looks hot. What lies above the threshold is outlined. Where the detector cuts the middle out, the overlay is of that middle.
 */
export function heatPicture(
  { metadata: { geometry, display } }: Pick<Detector, 'metadata'>,
  image: RgbImage,
  { className, threshold, map }: Pick<Prediction, 'className' | 'threshold' | 'map'>,
): RgbImage {
  const { size } = geometry;
  const range = display[className];
  const { width, height } = seenPart(geometry, image);
  const seen = geometry.resizeShorterTo === null ? image : centreCrop(image, width, height);
  if (!range) return seen;
  return heatOverlay(seen, map, size, size, threshold === undefined ? range : { ...range, threshold });
}
