/** @file The heat map that people see: a detector's map over its photograph, the same image on disk and in the browser. */

import { seenPart } from '../../image/geometry.ts';
import { below, legendStrip } from '../../image/legend.ts';
import { heatOverlay } from '../../image/overlay.ts';
import { crop } from '../../image/resize.ts';
import { type RgbImage, requireRgbImage } from '../../image/rgb.ts';
import type { Detector } from '../detector.ts';
import type { PredictionWithMap } from '../prediction.ts';
import { requireAnswer, requireDetector } from '../result-arguments.ts';
import { heatScale } from './map-range.ts';
import { insideRegions, regionRule } from './region-rule.ts';

type Of = Pick<Detector, 'metadata'>;

/** What the detector sees of a photograph, at the photograph's own resolution: all of it, or its middle. */
export function seenImage({ metadata: { geometry } }: Of, image: RgbImage): RgbImage {
  return crop(image, seenPart(geometry, image));
}

/**
 * The heat map over what the detector sees, in the fixed colours of the recognised class: they begin above what good parts show, so
 * a good part never looks hot. Regions are outlined.
 * @param seen - what `seenImage` gave, at any size
 */
export function heatOver(
  { metadata }: Of,
  seen: RgbImage,
  { class: className, threshold, map }: Pick<PredictionWithMap, 'class' | 'threshold' | 'map'>,
): RgbImage {
  const { geometry } = metadata;
  const range = metadata.display[className];
  if (!range) return seen;
  const rule = regionRule(metadata, className, threshold);
  return heatOverlay(seen, map, geometry, heatScale(range), rule && insideRegions(map, geometry, rule));
}

/** A heat map with the scale of the class's colours in a strip below it. */
export function withLegend({ metadata }: Of, image: RgbImage, className: string): RgbImage {
  const range = metadata.display[className];
  return range ? below(image, legendStrip(heatScale(range), image.width)) : image;
}

/** The heat map over its photograph, or over the middle of it where the detector sees no more. */
export function heatImage(
  detector: Of,
  image: RgbImage,
  prediction: Pick<PredictionWithMap, 'class' | 'threshold' | 'map'>,
): RgbImage {
  requireDetector('heatImage', detector);
  requireRgbImage('heatImage', 'image', image);
  requireAnswer('heatImage', 'prediction', prediction, detector.metadata);
  return heatOver(detector, seenImage(detector, image), prediction);
}
