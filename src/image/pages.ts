/** @file How many pages or frames an image file has: clad takes the first, and says so of the others. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { readRegular } from '../core/files.ts';
import { formatOf } from './format.ts';

/**
 * Pages of a TIFF, frames of a WebP or PNG; 1 for the other formats, and where the file does not say. For a file that has been
 * decoded before: what is wrong with it is no matter here.
 */
export async function pageCount(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  const file = found?.isFile() ? await open(path).catch(() => undefined) : undefined;
  if (!file) return 1;
  try {
    const format = formatOf((await bytesAt(file, 0, 12)) ?? new Uint8Array());
    if (format === 'png') return await framesOfPng(file);
    if (format !== 'tiff' && format !== 'webp') return 1;
    // Loaded where it is needed: whoever only counts what was left out does without.
    const { default: sharp } = await import('sharp');
    const { pages } = await sharp(await readRegular(path), { limitInputPixels: false }).metadata();
    return pages ?? 1;
  } catch {
    return 1;
  } finally {
    await file.close();
  }
}

/** The animation's chunk (acTL) stands before the pixels; the image itself is one of its frames if there is an fcTL before them. */
async function framesOfPng(file: FileHandle): Promise<number> {
  let frames = 0;
  let first = false;
  for (let at = 8; ; ) {
    const chunk = await bytesAt(file, at, 12);
    const name = chunk?.toString('latin1', 4, 8);
    if (!chunk || name === 'IDAT' || name === 'IEND') return frames === 0 ? 1 : first ? frames : frames + 1;
    if (name === 'acTL') frames = chunk.readUInt32BE(8);
    if (name === 'fcTL') first = true;
    at += 12 + chunk.readUInt32BE(0);
  }
}

/** So many bytes; undefined where the file ends before. */
async function bytesAt(file: FileHandle, at: number, length: number): Promise<Buffer | undefined> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, at);
  return bytesRead === length ? buffer : undefined;
}
