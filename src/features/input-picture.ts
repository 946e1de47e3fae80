/**
 * @file A photograph as the backbone will see it, as a picture: `resizeToInput` of `preprocess` without an engine, for
 * the synthesis of anomalies and for pictures of it. Rounded to bytes; cut at the same place as in the graph.
 */
import { CladError } from '../core/errors.ts';
import { centreCrop, resizeLinear, resizeNearest, sizeWithShorterSide } from '../image/resize.ts';
import type { Mask, RgbImage } from '../image/rgb.ts';
import type { InputGeometry } from './preprocess.ts';

/**
 * Resizes a picture to `size` x `size`, or its shorter side and cuts the middle out.
 * @throws CladError `OPTION_INVALID` when the shorter side would be below the size
 */
export function inputPicture(image: RgbImage, { size, resizeShorterTo }: InputGeometry): RgbImage {
  if (resizeShorterTo === undefined) return resizeLinear(image, size, size);
  if (resizeShorterTo < size) {
    throw new CladError('OPTION_INVALID', {
      option: 'resize',
      expected: `at least the input size ${size}`,
      actual: resizeShorterTo,
    });
  }
  const { width, height } = sizeWithShorterSide(image, resizeShorterTo);
  return centreCrop(resizeLinear(image, width, height), size, size);
}

/** Ground truth through the same resize and crop, nearest neighbour: [size, size], the anomaly map's place. */
export function inputMask(mask: Mask, { size, resizeShorterTo }: InputGeometry): Mask {
  if (resizeShorterTo === undefined) return resizeNearest(mask, size, size);
  const { width, height } = sizeWithShorterSide(mask, resizeShorterTo);
  return centreCrop(resizeNearest(mask, width, height), size, size);
}
