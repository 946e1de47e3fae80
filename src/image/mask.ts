/** @file Ground-truth images to masks; what in them counts as inside stands in mask-shape.ts. */
import { path as asPath, requireArgument } from '../core/arguments.ts';
import { readRegular } from '../core/files.ts';
import { decodeBmp } from './bmp.ts';
import { requireIntegers, withImage, withPathInError } from './decode.ts';
import { requireFormat } from './format.ts';
import { type MaskReading, type MaskSamples, maskShape } from './mask-shape.ts';
import type { Mask } from './rgb.ts';
import { uniteMasks } from './unite-masks.ts';

/**
 * Reads a ground-truth image.
 * @throws CladError `ARGUMENT_INVALID`, `FILE_UNREADABLE` or `IMAGE_INVALID`
 */
export async function decodeMask(path: string): Promise<MaskReading> {
  requireArgument('decodeMask', 'path', path, asPath);
  return decodeMaskBytes(await readRegular(path), path);
}

/**
 * Reads a ground-truth image that is already in memory.
 * @param name - what errors call it, e.g. its path
 * @throws CladError `IMAGE_INVALID`
 */
export async function decodeMaskBytes(bytes: Uint8Array, name: string): Promise<MaskReading> {
  return withPathInError(name, async () => maskShape(await samplesOf(bytes)));
}

/** The samples of an image that is said to be a mask, for who asks more of it than its shape. @throws CladError `FILE_UNREADABLE` or `IMAGE_INVALID` */
export async function decodeMaskSamples(path: string): Promise<MaskSamples> {
  const bytes = await readRegular(path);
  return withPathInError(path, () => samplesOf(bytes));
}

async function samplesOf(bytes: Uint8Array): Promise<MaskSamples> {
  return requireFormat(bytes) === 'bmp' ? { ...decodeBmp(bytes), channels: 3 } : decodeDeep(bytes);
}

/** Like `decodeBytes`, but alpha is kept, and 16 bits stay 16: a mask whose values are 1, 2, 3 would be black in 8. */
function decodeDeep(bytes: Uint8Array): Promise<MaskSamples> {
  return withImage(bytes, {}, async (image) => {
    const { depth } = await image.metadata();
    requireIntegers(depth);
    const deep = depth === 'ushort';
    const { data, info } = await image
      .toColourspace(deep ? 'rgb16' : 'srgb')
      .raw({ depth: deep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    if (!deep) return { width, height, channels, data };
    const values = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
    return { width, height, channels, data: values };
  });
}

/**
 * Reads several ground-truth images of one photograph: a pixel is inside where it is inside any of them.
 * @param paths - at least one
 * @throws CladError `FILE_UNREADABLE`, or `IMAGE_INVALID` also where their sizes differ
 */
export async function decodeMasks(paths: readonly string[]): Promise<Mask> {
  const masks = await Promise.all(paths.map((path) => decodeMask(path)));
  return uniteMasks(masks, paths);
}
