/** @file Files of several pages or frames. */
import sharp from 'sharp';
import { encoded, noise } from './images.ts';

/** A file of so many pages, each another image of noise. */
export async function paged(format: 'webp' | 'tiff' | 'gif', pages: number, side = 9): Promise<Buffer> {
  const each = Array.from({ length: pages }, (_, seed) => encoded(noise(side, side, seed)));
  return sharp(await Promise.all(each), { join: { animated: true } })
    .toFormat(format)
    .toBuffer();
}

/**
 * An animated PNG, as its header has it; the frames' own chunks behind the first are left out, as nobody reads them.
 * @param own - whether the image itself is the first frame
 */
export async function animatedPng(frames: number, own: boolean): Promise<Buffer> {
  const png = await encoded(noise(9, 9));
  const chunk = (name: string, length: number, first: number) => {
    const bytes = Buffer.alloc(12 + length);
    bytes.writeUInt32BE(length, 0);
    bytes.write(name, 4, 'latin1');
    bytes.writeUInt32BE(first, 8);
    return bytes;
  };
  // Behind the header (8 + 25 bytes).
  const control = [chunk('acTL', 8, frames), ...(own ? [chunk('fcTL', 26, 0)] : [])];
  return Buffer.concat([png.subarray(0, 33), ...control, png.subarray(33)]);
}
