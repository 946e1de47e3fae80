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
import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { CladError, reasonOf } from '../core/errors.ts';
import { bmpSize, decodeBmp } from './bmp.ts';
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

type Format = 'png' | 'jpeg' | 'webp' | 'bmp' | 'tiff';

/**
 * Reads and fully decodes one image file.
 * @throws CladError `FILE_UNREADABLE`, or `IMAGE_INVALID` when it is broken, truncated, empty or no image
 */
export async function decodeImage(path: string): Promise<RgbImage> {
  return decodeBytes(await readBytes(path), path);
}

/**
 * Decodes an image that is already in memory.
 * @param name - what errors call it, e.g. its path
 * @throws CladError `IMAGE_INVALID`, or `IMAGE_TOO_LARGE` beyond `limits`
 */
export async function decodeBytes(
  bytes: Uint8Array,
  name: string,
  limits: DecodeLimits = {},
): Promise<RgbImage> {
  if (limits.maxPixels !== undefined) await imageSize(bytes, name, limits.maxPixels);
  return named(name, async () => {
    const format = requireFormat(bytes);
    if (format === 'bmp') return decodeBmp(bytes);
    const image = open(bytes, limits);
    if (format === 'tiff') requireIntegers((await image.metadata()).depth);
    const { data, info } = await image.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  });
}

/**
 * Width and height as the file's header has them, before its EXIF orientation; no pixel is decoded.
 * @param maxPixels - at most so many, width times height
 * @throws CladError `IMAGE_INVALID` when there is no header to read, `IMAGE_TOO_LARGE` above `maxPixels`
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

/** The format by its first bytes; also refuses a PNG or JPEG without its end, which is forgiven once all pixels are there. */
function requireFormat(bytes: Uint8Array): Format {
  if (bytes.length === 0) throw new Error('the file is empty');
  const starts = (...values: readonly number[]) => values.every((value, index) => bytes[index] === value);
  if (starts(0x89, 0x50, 0x4e, 0x47)) {
    if (!endsAsPng(bytes)) throw new Error('the file is truncated');
    return 'png';
  }
  if (starts(0xff, 0xd8, 0xff)) {
    if (!endsAsJpeg(bytes)) throw new Error('the file is truncated');
    return 'jpeg';
  }
  if (starts(0x52, 0x49, 0x46, 0x46) && Buffer.from(bytes.subarray(8, 12)).toString('latin1') === 'WEBP')
    return 'webp';
  if (starts(0x49, 0x49, 0x2a, 0) || starts(0x4d, 0x4d, 0, 0x2a)) return 'tiff';
  if (starts(0x49, 0x49, 0x2b, 0) || starts(0x4d, 0x4d, 0, 0x2b)) return 'tiff';
  if (starts(0x42, 0x4d)) return 'bmp';
  throw new Error('it is not PNG, JPEG, WebP, BMP or TIFF');
}

/** Walks the chunks of a PNG (length, name, data, checksum) to a whole IEND. */
function endsAsPng(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    if (view.getUint32(at + 4) === 0x49454e44) return true;
  }
  return false;
}

/**
 * Walks the segments of a JPEG (marker, length, data) to the first scan, and looks for an end behind it; in a scan
 * those two bytes cannot stand for anything else. What cameras append behind the end does no harm.
 */
function endsAsJpeg(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 4 <= bytes.length; at += 2 + view.getUint16(at + 2)) {
    // Padding may stand before a marker; anything else is for the decoder to refuse.
    while (bytes[at + 1] === 0xff && at + 5 <= bytes.length) at++;
    if (bytes[at] !== 0xff) return true;
    if (bytes[at + 1] === 0xda)
      return Buffer.from(view.buffer, at + view.byteOffset, bytes.length - at).includes(
        '\xff\xd9',
        0,
        'latin1',
      );
  }
  return false;
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new CladError('FILE_UNREADABLE', { path, reason: reasonOf(error) }, { cause: error });
  }
}

async function named<T>(path: string, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (error) {
    // libvips writes several lines; the first says enough.
    const reason = reasonOf(error).trim().split('\n')[0] ?? '';
    throw new CladError('IMAGE_INVALID', { path, reason }, { cause: error });
  }
}
