/** @file probe */
import type { RgbImage } from './rgb.ts';
export type ImageSource = Blob | RgbImage;
export async function toRgbImage(source: ImageSource): Promise<RgbImage> {
  if (!(source instanceof Blob)) return source;
  const bitmap = await createImageBitmap(source, {
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
    imageOrientation: 'from-image',
  });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const c = canvas.getContext('2d', { willReadFrequently: true })!;
  c.drawImage(bitmap, 0, 0);
  const d = c.getImageData(0, 0, bitmap.width, bitmap.height).data;
  const data = new Uint8Array(bitmap.width * bitmap.height * 3);
  for (let i = 0, j = 0; j < data.length; i += 4) {
    data[j++] = d[i]!;
    data[j++] = d[i + 1]!;
    data[j++] = d[i + 2]!;
  }
  return { width: bitmap.width, height: bitmap.height, data };
}
