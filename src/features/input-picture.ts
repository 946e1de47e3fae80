/**
 * @file A photograph as the backbone will see it, as a picture: `resizeToInput` of `preprocess` without an engine, for
 * the synthesis of anomalies and for pictures of it. Rounded to bytes; cut at the same place as in the graph.
 */
import { CladError } from '../core/errors.ts';
import { resizeLinear } from '../image/resize.ts';
import type { RgbImage } from '../image/rgb.ts';
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
  const scale = resizeShorterTo / Math.min(image.width, image.height);
  const { width, height, data } = resizeLinear(
    image,
    Math.round(image.width * scale),
    Math.round(image.height * scale),
  );
  const [left, top] = [Math.floor((width - size) / 2), Math.floor((height - size) / 2)];
  const cut = new Uint8Array(size * size * 3);
  for (let row = 0; row < size; row++) {
    const from = ((top + row) * width + left) * 3;
    cut.set(data.subarray(from, from + size * 3), row * size * 3);
  }
  return { width: size, height: size, data: cut };
}
