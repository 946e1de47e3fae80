/**
 * @file A photograph as the backbone will see it, as an image: `resizeToInput` of `preprocess` without an engine, for
 * the synthesis of anomalies and for images of it. Rounded to bytes; cut at the same place as in the graph.
 */
import { cutOut, type Geometry, resizedSize } from '../../image/geometry.ts';
import { crop, resizeNearest, resizePixels } from '../../image/resize.ts';
import type { Mask, RgbImage } from '../../image/rgb.ts';

/**
 * Resizes an image to the input, or to something larger and cuts the middle out.
 * @throws CladError `OPTION_INVALID` where that would be smaller
 */
export function inputImage(image: RgbImage, geometry: Geometry): RgbImage {
  const part = cutOut(geometry);
  const { width, height } = resizedSize(geometry);
  return crop(resizePixels(image, width, height), part);
}

/** Ground truth through the same resize and crop, nearest neighbour: the anomaly map's place and size. */
export function inputMask(mask: Mask, geometry: Geometry): Mask {
  const { width, height } = resizedSize(geometry);
  return crop(resizeNearest(mask, width, height), cutOut(geometry));
}
