/** @file Ground truth at the size of the anomaly map: nearest neighbour, through the same resize and crop as the picture. */
import type { InputGeometry } from '../features/preprocess.ts';
import { resizeNearest } from '../image/resize.ts';
import type { Mask } from '../image/rgb.ts';

/** The mask as the network sees its picture, [size, size]. */
export function maskAtInput(mask: Mask, { size, resizeShorterTo }: InputGeometry): Mask {
  if (resizeShorterTo === undefined) return resizeNearest(mask, size, size);
  const scale = resizeShorterTo / Math.min(mask.width, mask.height);
  const resized = resizeNearest(mask, Math.round(mask.width * scale), Math.round(mask.height * scale));
  const [left, top] = [Math.floor((resized.width - size) / 2), Math.floor((resized.height - size) / 2)];
  const data = new Uint8Array(size * size);
  for (let row = 0; row < size; row++) {
    const from = (top + row) * resized.width + left;
    data.set(resized.data.subarray(from, from + size), row * size);
  }
  return { width: size, height: size, data };
}
