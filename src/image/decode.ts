/**
 * @file Image files to 8-bit RGB (sharp over libvips; BMP by our own reader). Ground-truth images are read in mask.ts.
 *
 * What is decided here, so that the same file always gives the same bytes:
 * - The content says which format it is, not the name. Anything but PNG, JPEG, WebP, BMP and TIFF is refused.
 * - The orientation in EXIF is applied. Of several pages or frames the first is taken.
 * - 16 bits become 8 by dropping the lower byte (v >> 8), or lower bits of fewer where the caller says how many are used (samples.ts). Grey is
 *   repeated on three channels.
 * - Alpha is dropped, not composited: the colours under it are taken as stored, as PIL's `convert('RGB')` does.
 * - Embedded colour profiles are ignored: the stored numbers are taken to be sRGB, as PIL, torchvision and OpenCV do.
 *
 * A small file may claim a huge image. Who decodes files of strangers gives `DecodeLimits`.
 */
import sharp, { type Sharp } from 'sharp';
import {
  bytes as asBytes,
  path as asPath,
  number,
  oneOf,
  optional,
  requireArgument,
  requireFields,
  text,
} from '../core/arguments.ts';
import { CladError, firstLineOf, reasonOf } from '../core/errors.ts';
import { readRegular } from '../core/files.ts';
import { bmpSize, decodeBmp } from './bmp.ts';
import { requireFormat } from './format.ts';
import { requireUsableSize } from './limits.ts';
import type { RgbImage } from './rgb.ts';
import { type SampleBits, SampleTooLarge, sampleBits, toBytes, wholeRange } from './samples.ts';

/** How samples are read. */
export interface Reading {
  /** How many bits of a 16-bit sample are used: `metadata.camera.bits` of a detector. @default 16 */
  readonly bits?: SampleBits | undefined;
}

/** What decoding one image may cost. */
export interface DecodeLimits extends Reading {
  /** Width times height as the header has them, checked before any pixel is decoded. @default 16383 x 16383 */
  readonly maxPixels?: number;
  /** Seconds that the image library may take; BMP is not bound by it. @default no limit */
  readonly seconds?: number;
}

const reading = { bits: optional(oneOf(sampleBits)) };
const decodeLimits = { maxPixels: optional(number), seconds: optional(number), ...reading };

/**
 * Reads and fully decodes one image file.
 * @throws CladError `FILE_UNREADABLE`, `IMAGE_INVALID` when it is broken, truncated, empty or no image, `IMAGE_TOO_LONG`, `MEMORY_SHORT`, or `IMAGE_BITS` for values beyond the bits
 */
export async function decodeImage(path: string, how: Reading = {}): Promise<RgbImage> {
  requireArgument('decodeImage', 'path', path, asPath);
  requireFields('decodeImage', 'how', how, reading);
  return decodeBytes(await readRegular(path), path, how);
}

/**
 * Decodes an image that is already in memory.
 * @param name - what errors call it, e.g. its path
 * @throws CladError `IMAGE_INVALID`, `IMAGE_TOO_LONG`, `IMAGE_BITS` for values beyond the bits, or `IMAGE_TOO_LARGE` beyond `limits`
 */
export async function decodeBytes(
  bytes: Uint8Array,
  name: string,
  limits: DecodeLimits = {},
): Promise<RgbImage> {
  requireArgument('decodeBytes', 'bytes', bytes, asBytes);
  requireArgument('decodeBytes', 'name', name, text);
  requireFields('decodeBytes', 'limits', limits, decodeLimits);
  return toRgb(await decodeSamples(bytes, name, limits), name, limits);
}

/** An image with the samples of its file: three channels, as 8 or 16 bits. */
export interface DecodedSamples {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint16Array;
  /** Bits a sample in the file. Of 16, the samples are there in 8 all the same where its colours are not RGB or grey. */
  readonly depth: 8 | 16;
}

/**
 * Decodes an image without deciding how many bits of its samples are used.
 * @throws as `decodeBytes`
 */
export async function decodeSamples(
  bytes: Uint8Array,
  name: string,
  limits: DecodeLimits = {},
): Promise<DecodedSamples> {
  if (limits.maxPixels !== undefined) await imageSize(bytes, name, limits.maxPixels);
  const decoded = await withPathInError(name, async () => {
    const format = requireFormat(bytes);
    if (format === 'bmp') return { ...decodeBmp(bytes), depth: 8 as const };
    return withImage(bytes, limits, async (opened): Promise<DecodedSamples> => {
      const image = opened.removeAlpha();
      const { depth, space } =
        format === 'png' || format === 'tiff' ? await image.metadata() : { depth: 'uchar', space: 'srgb' };
      if (format === 'tiff') requireIntegers(depth);
      if (depth === 'ushort' && (space === 'grey16' || space === 'rgb16'))
        return { ...(await rawDeep(image)), depth: 16 };
      const { data, info } = await image.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
      return { width: info.width, height: info.height, data, depth: depth === 'ushort' ? 16 : 8 };
    });
  });
  requireUsableSize(decoded, name);
  return decoded;
}

/** @throws IMAGE_BITS, IMAGE_INVALID where the samples cannot be had */
export function toRgb(samples: DecodedSamples, name: string, { bits = wholeRange }: Reading = {}): RgbImage {
  const { width, height, data, depth } = samples;
  if (data instanceof Uint8Array) {
    if (depth === 16 && bits !== wholeRange) {
      const reason = `it has 16 bits a sample and colours that are neither RGB nor grey, and ${bits} bits of it cannot be read`;
      throw new CladError('IMAGE_INVALID', { path: name, reason });
    }
    return { width, height, data, source: { depth, bits: depth === 8 ? 8 : wholeRange } };
  }
  try {
    return { width, height, data: toBytes(data, bits), source: { depth, bits } };
  } catch (error) {
    if (!(error instanceof SampleTooLarge)) throw error;
    throw new CladError('IMAGE_BITS', { path: name, reason: error.message }, { cause: error });
  }
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
  const { width, height } = await withPathInError(name, async () => {
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
 * Gives the image library's image, before any colour space is chosen, to `use`, which decodes it.
 *
 * A JPEG or TIFF in whose data something is missing is refused: their decoders go on, in grey or black, and only warn. They warn of harmless
 * things too; after such a warning they are asked once more.
 */
export async function withImage<T>(
  bytes: Uint8Array,
  { maxPixels, seconds = 0 }: DecodeLimits,
  use: (image: Sharp) => Promise<T>,
): Promise<T> {
  const open = (failOn: 'error' | 'warning') =>
    sharp(bytes, { failOn, ignoreIcc: true, limitInputPixels: maxPixels ?? true })
      .timeout({ seconds })
      .autoOrient();
  if (!['jpeg', 'tiff'].includes(requireFormat(bytes))) return use(open('error'));
  try {
    return await use(open('warning'));
  } catch (error) {
    const lines = reasonOf(error).split('\n');
    if (!lines.every((line) => harmless.test(line))) throw error;
    return use(open('error'));
  }
}

/** Lines about tags and headers, or about bytes too many between segments; the first and the last of a warning's only say that it is one. */
const harmless =
  /^Warning treated as error|^error in tile|\b(tags?|field|directory)\b|unknown JFIF|Unknown Adobe color|Invalid SOS parameters|extraneous bytes before marker 0x(?!d[0-7])|bad ICC marker/i;
/** Samples of 16 bits as they are. */
async function rawDeep(image: Sharp): Promise<{ width: number; height: number; data: Uint16Array }> {
  const { data, info } = await image
    .toColourspace('rgb16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return { width, height, data: new Uint16Array(data.buffer, data.byteOffset, data.length / 2) };
}

/** @throws Error for samples that are neither of 8 nor of 16 bits */
export function requireIntegers(depth: string | undefined): void {
  if (depth !== 'uchar' && depth !== 'ushort')
    throw new Error(`samples of type ${depth} are not supported, only 8 and 16 bit ones`);
}

/** Names the file in whatever decoding it throws. */
export async function withPathInError<T>(path: string, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (error) {
    // libvips of its own memory; decoders say the like of sizes that a broken file claims.
    if (/out of memory -- size/.test(firstLineOf(error)))
      throw new CladError('MEMORY_SHORT', { what: path }, { cause: error });
    throw new CladError('IMAGE_INVALID', { path, reason: decodingReason(error) }, { cause: error });
  }
}

/** Why decoding failed, in a line. */
export function decodingReason(error: unknown): string {
  const line = firstLineOf(error).replace(/:$/, '');
  // Our own readers beyond the file's end, and a library that does not know.
  return error instanceof RangeError || line === '' || line === 'Unknown error'
    ? 'the file is damaged'
    : line;
}
