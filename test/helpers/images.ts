/** @file Tiny images and data sets made in a temporary folder. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../../src/core/random.ts';
import type { RgbImage } from '../../src/image/rgb.ts';

/** An image of seeded noise. */
export function noise(width: number, height: number, seed = 0): RgbImage {
  const random = new Random(seed, 'noise');
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.integer(256)) };
}

/** The bytes of an image in one of sharp's formats. */
export async function encoded(
  { width, height, data }: RgbImage,
  format: 'png' | 'jpeg' | 'webp' | 'tiff' = 'png',
): Promise<Buffer> {
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  if (format === 'webp') return image.webp({ lossless: true }).toBuffer();
  if (format === 'tiff') return image.tiff({ compression: 'lzw' }).toBuffer();
  return image.toFormat(format).toBuffer();
}

/** A file of 16 bits a sample. @param samples - 1 or 3 a pixel */
export async function deepFile(
  samples: Uint16Array,
  width: number,
  height: number,
  format: 'png' | 'tiff' = 'png',
): Promise<Buffer> {
  const channels = samples.length === width * height ? 1 : 3;
  const image = sharp(samples, { raw: { width, height, channels } }).toColourspace(
    channels === 1 ? 'grey16' : 'rgb16',
  );
  return (format === 'png' ? image.png() : image.tiff({ compression: 'lzw' })).toBuffer();
}

/** An image as a camera of so many bits would have saved it: its values, with noise below them. @param shift - to the upper end by so many bits */
export function deepImage({ width, height, data }: RgbImage, bits: number, shift = 0): Promise<Buffer> {
  const below = 2 ** (bits - 8);
  const samples = Uint16Array.from(data, (value, at) => (value * below + ((at * 37) % below)) << shift);
  return deepFile(samples, width, height);
}

/** A grey PNG of one value but for its first pixel, which is `first`. */
export async function greyPng(width: number, height: number, first: number): Promise<Buffer> {
  const data = new Uint8Array(width * height);
  data[0] = first;
  return sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}

/** Files by path below the root: their bytes, or a size for a noise image in the format of the name. */
export type Files = Readonly<Record<string, Uint8Array | string | readonly [number, number]>>;

/** Writes files below a folder. */
export async function writeFiles(root: string, files: Files): Promise<void> {
  let seed = 0;
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    await mkdir(dirname(path), { recursive: true });
    if (typeof content === 'string' || content instanceof Uint8Array) await writeFile(path, content);
    else {
      const format = /\.jpe?g$/i.test(name) ? 'jpeg' : 'png';
      await writeFile(path, await encoded(noise(content[0], content[1], seed++), format));
    }
  }
}

/** Runs `use` with a fresh folder of these files and removes it. */
export async function withFiles<T>(files: Files, use: (root: string) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'clad-test-'));
  try {
    await writeFiles(root, files);
    return await use(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
