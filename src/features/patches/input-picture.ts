/**
 * @file A photograph as the backbone will see it, as an image: `resizeToInput` of `preprocess` without an engine, for
 * the synthesis of anomalies and for images of it. Rounded to bytes; cut at the same place as in the graph.
 */
import { CladError } from '../../core/errors.ts';
import { centreCrop, resizeNearest, resizePixels } from '../../image/resize.ts';
import type { Mask, RgbImage } from '../../image/rgb.ts';
import type { InputGeometry } from './preprocess.ts';

/**
 * Resizes an image to `size` x `size`, or to a larger square and cuts the middle out.
 * @throws CladError `OPTION_INVALID` when that square would be smaller
 */
export function inputPicture(image: RgbImage, { size, resizeTo }: InputGeometry): RgbImage {
  if (resizeTo === undefined) return resizePixels(image, size, size);
  if (resizeTo < size) {
    throw new CladError('OPTION_INVALID', {
      option: 'resize',
      expected: `at least the input size ${size}`,
      actual: resizeTo,
    });
  }
  return centreCrop(resizePixels(image, resizeTo, resizeTo), size, size);
}

/** Ground truth through the same resize and crop, nearest neighbour: [size, size], the anomaly map's place. */
export function inputMask(mask: Mask, { size, resizeTo }: InputGeometry): Mask {
  if (resizeTo === undefined) return resizeNearest(mask, size, size);
  return centreCrop(resizeNearest(mask, resizeTo, resizeTo), size, size);
}
