/**
 * @file Windows bitmaps to RGB, which the image library beneath does not read. Follows Microsoft's BITMAPINFOHEADER
 * documentation: 1, 4 and 8 bits with a palette, 16 and 32 bits with or without bit fields, 24 bits; rows from the
 * bottom or the top. Alpha is dropped. Run-length and embedded JPEG or PNG compression are refused by name.
 *
 * Our own, because no kept package reads what cameras on production lines write: `fast-bmp` 4.0.1 refuses 4 and 16 bits and
 * plain 32-bit files, leaves palettes out, and takes the negative height of top-down rows for a huge one. The tests use
 * its encoder as an independent witness.
 */
import type { RgbImage } from './rgb.ts';

const uncompressed = 0;
const bitFields = 3;
const alphaBitFields = 6;
/** The limit the other formats are held to, so that a forged header cannot ask for all memory. */
const mostPixels = 0x3fff ** 2;

interface Header {
  readonly width: number;
  readonly height: number;
  /** Whether the first row stored is the top one. */
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the pixels begin, and where the palette does. */
  readonly offset: number;
  readonly paletteOffset: number;
  readonly paletteStride: number;
}

/**
 * Decodes a bitmap.
 * @throws Error with the reason alone; the caller names the file
 */
export function decodeBmp(bytes: Uint8Array): RgbImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(view);
  const { width, height, bits, offset, topDown } = header;
  const stride = Math.floor((bits * width + 31) / 32) * 4;
  if (offset + stride * height > view.byteLength) throw new Error('the file is truncated');
  const pixel = pixelReader(view, header);
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = offset + stride * (topDown ? row : height - 1 - row);
    for (let column = 0; column < width; column++) pixel(start, column, data, (row * width + column) * 3);
  }
  return { width, height, data };
}

/** Width and height of a bitmap, from its header alone. */
export function bmpSize(bytes: Uint8Array): { width: number; height: number } {
  return readHeader(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

function readHeader(view: DataView): Header {
  if (view.byteLength < 26) throw new Error('the file is truncated');
  const size = view.getUint32(14, true);
  const old = size === 12;
  if (!old && (size < 40 || view.byteLength < 14 + size)) throw new Error('the bitmap header is damaged');
  const width = old ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = old ? view.getUint16(20, true) : view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  if (width <= 0 || height === 0) throw new Error(`the bitmap header says ${width} x ${height} pixels`);
  if (width * height > mostPixels) throw new Error(`${width} x ${height} pixels are beyond the limit`);
  const bits = view.getUint16(old ? 24 : 28, true);
  const compression = old ? uncompressed : view.getUint32(30, true);
  const masked = compression === bitFields || compression === alphaBitFields;
  if (masked ? bits !== 16 && bits !== 32 : compression !== uncompressed)
    throw new Error(`BMP compression ${compression} with ${bits} bits a pixel is not supported`);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new Error(`${bits} bits a pixel are not supported`);
  return {
    width,
    height,
    topDown: signedHeight < 0,
    bits,
    compression,
    offset: view.getUint32(10, true),
    paletteOffset: 14 + size,
    paletteStride: old ? 3 : 4,
  };
}

/** Writes one pixel of the row beginning at `start` as red, green, blue at `target[at]`. */
type PixelReader = (start: number, column: number, target: Uint8Array, at: number) => void;

function pixelReader(view: DataView, header: Header): PixelReader {
  const { bits } = header;
  if (bits <= 8) return paletteReader(view, header);
  if (bits === 24) {
    return (start, column, target, at) => {
      const from = start + column * 3;
      for (let channel = 0; channel < 3; channel++) target[at + channel] = view.getUint8(from + 2 - channel);
    };
  }
  const channels = channelMasks(view, header).map(channelScale);
  return (start, column, target, at) => {
    const value =
      bits === 16 ? view.getUint16(start + column * 2, true) : view.getUint32(start + column * 4, true);
    for (let channel = 0; channel < 3; channel++) target[at + channel] = channels[channel]?.(value) ?? 0;
  };
}

function paletteReader(view: DataView, { bits, offset, paletteOffset, paletteStride }: Header): PixelReader {
  const entries = Math.min(2 ** bits, Math.floor((offset - paletteOffset) / paletteStride));
  if (entries < 1) throw new Error('the bitmap has no palette');
  const perByte = 8 / bits;
  const lowest = 2 ** bits - 1;
  return (start, column, target, at) => {
    const byte = view.getUint8(start + Math.floor(column / perByte));
    const index = (byte >> (8 - bits * ((column % perByte) + 1))) & lowest;
    if (index >= entries) throw new Error(`palette entry ${index} is missing`);
    const from = paletteOffset + index * paletteStride;
    for (let channel = 0; channel < 3; channel++) target[at + channel] = view.getUint8(from + 2 - channel);
  };
}

function channelMasks(view: DataView, { bits, compression }: Header): readonly number[] {
  if (compression === uncompressed) return bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
  // Right behind the 40-byte header, or at the same place inside a longer one.
  if (view.byteLength < 66) throw new Error('the file is truncated');
  return [54, 58, 62].map((at) => view.getUint32(at, true));
}

/** Stretches the bits under a mask to 0 .. 255. */
function channelScale(mask: number): (value: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (value) => Math.round((((value & mask) >>> shift) * 255) / most);
}
