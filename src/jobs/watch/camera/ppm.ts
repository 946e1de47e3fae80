/** @file A stream of bytes as images: PPM files (P6, 8 bits) one after another, as ffmpeg writes them into a pipe. Each says its own size, so a camera may change it. */
import type { RgbImage } from '../../../image/rgb.ts';

/** Bytes of a header, at most: it is 15 or so. */
const longestHeader = 64;

/**
 * The images, each once it is whole; what is left of a cut one at the end is not told.
 * @throws Error for what is no such stream
 */
export async function* ppmImages(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RgbImage> {
  let header = '';
  let image: { readonly width: number; readonly height: number; readonly data: Uint8Array } | undefined;
  let filled = 0;
  for await (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      if (!image) {
        // Byte by byte: it is short, and ends with the byte before the pixels.
        header += String.fromCharCode(chunk[at++]!);
        const [whole, width, height] = /^P6\s(\d+)\s(\d+)\s255\s$/.exec(header) ?? [];
        if (whole !== undefined) {
          const [w, h] = [Number(width), Number(height)];
          image = { width: w, height: h, data: new Uint8Array(w * h * 3) };
          filled = 0;
        } else if (header.length > longestHeader) throw new Error('ffmpeg wrote no PPM image');
        continue;
      }
      const part = chunk.subarray(at, at + image.data.length - filled);
      image.data.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < image.data.length) continue;
      yield image;
      image = undefined;
      header = '';
    }
  }
}
