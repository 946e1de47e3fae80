/**
 * @file Image files to 8-bit RGB, and ground-truth images to masks (sharp over libvips; BMP by our own reader).
 *
 * What is decided here, so that the same file always gives the same bytes:
 * - The content says which format it is, not the name. Anything but PNG, JPEG, WebP, BMP and TIFF is refused.
 * - The orientation in EXIF is applied. Of several pages or frames the first is taken.
 * - 16 bits become 8 by dropping the lower byte (v >> 8). Grey is repeated on three channels.
 * - Alpha is dropped, not composited: the colours under it are taken as stored, as PIL's `convert('RGB')` does.
 * - Embedded colour profiles are ignored: the stored numbers are taken to be sRGB, as PIL, torchvision and OpenCV do.
 *
 * A small file may claim a huge picture. Who decodes files of strangers gives `DecodeLimits`.
 */
import sharp, { type Sharp } from 'sharp';
import { CladError, firstLineOf } from '../core/errors.ts';
import { readBytes } from '../core/files.ts';
import { bmpSize, decodeBmp } from './bmp.ts';
import { requireFormat } from './format.ts';
import { requireUsableSize } from './limits.ts';
import type { Mask, RgbImage } from './rgb.ts';

/** File name endings taken for images, in lower case. */
export const imageExtensions: readonly string[] = ['.png', '.jpg', '.jpeg', '.webp', '.bmp', '.tif', '.tiff'];

/** What decoding one picture may cost. */
export interface DecodeLimits {
  /** Width times height as the header has them, checked before any pixel is decoded. @default 16383 x 16383 */
  readonly maxPixels?: number;
  /** Seconds that the image library may take; BMP is not bound by it. @default no limit */
  readonly seconds?: number;
}

/**
 * Reads and fully decodes one image file.
 * @throws CladError `FILE_UNREADABLE`, `IMAGE_INVALID` when it is broken, truncated, empty or no image, `IMAGE_TOO_LONG`, or `MEMORY_SHORT`
 */
export async function decodeImage(path: string): Promise<RgbImage> {
  return decodeBytes(await readBytes(path), path);
}

/**
 * Decodes an image that is already in memory.
 * @param name - what errors call it, e.g. its path
 * @throws CladError `IMAGE_INVALID`, `IMAGE_TOO_LONG`, or `IMAGE_TOO_LARGE` beyond `limits`
 */
export async function decodeBytes(
  bytes: Uint8Array,
  name: string,
  limits: DecodeLimits = {},
): Promise<RgbImage> {
  if (limits.maxPixels !== undefined) await imageSize(bytes, name, limits.maxPixels);
  const picture = await named(name, async () => {
    const format = requireFormat(bytes);
    if (format === 'bmp') return decodeBmp(bytes);
    const image = open(bytes, limits);
    if (format === 'tiff') requireIntegers((await image.metadata()).depth);
    const { data, info } = await image.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  });
  requireUsableSize(picture, name);
  return picture;
}

/**
 * Width and height as the file's header has them, before its EXIF orientation; no pixel is decoded.
 * @param maxPixels - at most so many, width times height
 * @throws CladError `IMAGE_INVALID` when there is no header to read, `IMAGE_TOO_LONG`, `IMAGE_TOO_LARGE` above `maxPixels`
 */
export async function imageSize(
  bytes: Uint8Array,
  name: string,
  maxPixels = Number.POSITIVE_INFINITY,
): Promise<{ width: number; height: number }> {
  const { width, height } = await named(name, async () => {
    if (requireFormat(bytes) === 'bmp') return bmpSize(bytes);
    return sharp(bytes, { limitInputPixels: false }).metadata();
  });
  if (width * height > maxPixels) {
    const limit = maxPixels.toLocaleString('en');
    throw new CladError('IMAGE_TOO_LARGE', { path: name, width, height, limit });
  }
  requireUsableSize({ width, height }, name);
  return { width, height };
}

/**
 * Reads a ground-truth image: a pixel is inside (1) where any colour channel is above 0, at the file's full depth.
 * @throws CladError `FILE_UNREADABLE` or `IMAGE_INVALID`
 */
export async function decodeMask(path: string): Promise<Mask> {
  const bytes = await readBytes(path);
  return named(path, async () => {
    const { width, height, data } =
      requireFormat(bytes) === 'bmp' ? decodeBmp(bytes) : await decodeDeep(bytes);
    const inside = Uint8Array.from({ length: width * height }, (_, pixel) =>
      data[pixel * 3] || data[pixel * 3 + 1] || data[pixel * 3 + 2] ? 1 : 0,
    );
    return { width, height, data: inside };
  });
}

/** Like `decodeBytes`, but 16 bits stay 16: a mask whose values are 1, 2, 3 would be black in 8. */
async function decodeDeep(
  bytes: Uint8Array,
): Promise<{ width: number; height: number; data: Uint8Array | Uint16Array }> {
  const image = open(bytes);
  const { depth } = await image.metadata();
  requireIntegers(depth);
  const deep = depth === 'ushort';
  const { data, info } = await image
    .toColourspace(deep ? 'rgb16' : 'srgb')
    .raw({ depth: deep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  if (!deep) return { width, height, data };
  return { width, height, data: new Uint16Array(data.buffer, data.byteOffset, data.length / 2) };
}

/** The decoder of both: three channels come out of it whatever goes in, once the colour space is `srgb` or `rgb16`. */
function open(bytes: Uint8Array, { maxPixels, seconds = 0 }: DecodeLimits = {}): Sharp {
  return sharp(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: maxPixels ?? true })
    .timeout({ seconds })
    .autoOrient()
    .removeAlpha();
}

function requireIntegers(depth: string | undefined): void {
  if (depth !== 'uchar' && depth !== 'ushort')
    throw new Error(`samples of type ${depth} are not supported, only 8 and 16 bit ones`);
}

async function named<T>(path: string, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (error) {
    const reason = firstLineOf(error);
    // libvips of its own memory; decoders say the like of sizes that a broken file claims.
    if (/out of memory -- size/.test(reason))
      throw new CladError('MEMORY_SHORT', { what: path }, { cause: error });
    throw new CladError('IMAGE_INVALID', { path, reason }, { cause: error });
  }
}
