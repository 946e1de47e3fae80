/** @file Images to PNG files (sharp). Without loss, so what was written decodes to the same bytes. */
import sharp from 'sharp';
import { path as asPath, requireArgument } from '../core/arguments.ts';
import { writeFileAtomic } from '../core/files.ts';
import { type Mask, type RgbImage, requireRgbImage } from './rgb.ts';

/** The PNG file of an image, 8 bits a channel. */
export async function encodePng({ width, height, data }: RgbImage): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** Writes an image as PNG, whole or not at all; makes the folder when missing. */
export async function writePng(path: string, image: RgbImage): Promise<void> {
  requireArgument('writePng', 'path', path, asPath);
  requireRgbImage('writePng', 'image', image);
  await writeFileAtomic(path, await encodePng(image));
}

/** Writes a mask as a grey PNG, 0 outside and 255 inside, as MVTec's ground truth is. */
export async function writeGreyPng(path: string, { width, height, data }: Mask): Promise<void> {
  const grey = data.map((value) => (value === 0 ? 0 : 255));
  const file = await sharp(grey, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
  await writeFileAtomic(path, file);
}
