/** @file Damaged image files of every kind: each decodes to a whole image or is refused in a sentence, in bounded time and memory. */
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { CladError } from '../../src/core/errors.ts';
import { Random } from '../../src/core/random.ts';
import { decodeBytes } from '../../src/image/decode.ts';
import { decodeMaskBytes } from '../../src/image/mask.ts';
import type { Mask, RgbImage } from '../../src/image/rgb.ts';
import { damaged, rounds } from '../helpers/hostile.ts';
import { imageFiles } from '../helpers/image-files.ts';

const [width, height] = [60, 44];
const files = await imageFiles(width, height);
const kinds = Object.keys(files);
const bytesOf = (kind: string) => files[kind] as Uint8Array;

/** What decoding came to; anything thrown but a sentence about the file fails the test. */
async function outcome<T extends Mask | RgbImage>(decoding: Promise<T>): Promise<T | undefined> {
  try {
    return await decoding;
  } catch (error) {
    expect(error).toBeInstanceOf(CladError);
    const { code, message } = error as CladError;
    expect(code).toBe('IMAGE_INVALID');
    expect(message).toMatch(/^x: cannot be decoded \([^\n]*[\w)][^\n]*\)\. Replace or remove the file\.$/);
    expect(message).not.toMatch(/bounds|undefined|Unknown error/);
    return undefined;
  }
}

function expectWhole(image: Mask | RgbImage | undefined, channels: number): void {
  if (image === undefined) return;
  expect(image.width * image.height).toBeGreaterThan(0);
  expect(image.data.length).toBe(image.width * image.height * channels);
}

function residentBytes(): number {
  return process.memoryUsage.rss();
}

describe('damaged images', () => {
  it('decode to a whole image, or are refused in a sentence', async () => {
    const whole = new Map(
      await Promise.all(kinds.map(async (kind) => [kind, await decodeBytes(bytesOf(kind), kind)] as const)),
    );
    const before = residentBytes();
    for (const round of rounds(600, 12_000)) {
      const random = new Random(round, 'hostile pictures');
      const kind = random.pick(kinds);
      const { how, bytes } = damaged(bytesOf(kind), random);
      const named = `round ${round}, ${kind}, ${how}`;
      const started = performance.now();
      const image = await outcome(decodeBytes(bytes, 'x'));
      const mask = await outcome(decodeMaskBytes(bytes, 'x'));
      expect(performance.now() - started, named).toBeLessThan(5000);
      expectWhole(image, 3);
      expectWhole(mask, 1);
      expect(mask?.data.some((value) => value > 1) ?? false, named).toBe(false);
      // PNG has checksums, and what has lost its end is noticed in every format. EXIF may be lost alone.
      const sure = kind.startsWith('png') || how === 'cutOff';
      if (image && sure && !kind.includes('EXIF'))
        expect(Buffer.compare(image.data, whole.get(kind)?.data as Uint8Array), named).toBe(0);
    }
    expect(residentBytes() - before).toBeLessThan(400e6);
  }, 600_000);

  it('of JPEG that end too early are refused although an end is put behind them', async () => {
    // Of the last eight rows the image library does not tell.
    for (const kind of ['jpeg', 'jpeg grey', 'jpeg CMYK']) {
      const bytes = Buffer.from(bytesOf(kind));
      const scan = bytes.lastIndexOf(Buffer.from([0xff, 0xda])) + 14;
      for (const share of [0.1, 0.3, 0.5, 0.7]) {
        const cut = Buffer.concat([
          bytes.subarray(0, scan + Math.floor((bytes.length - scan) * share)),
          Buffer.from([0xff, 0xd9]),
        ]);
        expect(await outcome(decodeBytes(cut, 'x')), `${kind}, ${share}`).toBeUndefined();
        expect(await outcome(decodeMaskBytes(cut, 'x')), `${kind}, ${share}`).toBeUndefined();
      }
    }
  });

  it('of TIFF with a lost tile are refused', async () => {
    const bytes = Uint8Array.from(bytesOf('tiff deflate, tiles'));
    bytes.fill(0, bytes.length >> 1, (bytes.length >> 1) + 200);
    expect(await outcome(decodeBytes(bytes, 'x'))).toBeUndefined();
  });
});

describe('damage that a decoder warns of and reads all the same', () => {
  it('is read in JPEG: other headers, bytes too many', async () => {
    const bytes = Buffer.from(bytesOf('jpeg'));
    const { data } = await decodeBytes(bytes, 'x');
    const scan = bytes.lastIndexOf(Buffer.from([0xff, 0xda]));
    const strangeScan = Buffer.from(bytes);
    // Spectral selection 0 .. 5, as some cameras write for a baseline JPEG.
    strangeScan[scan + 2 + strangeScan.readUInt16BE(scan + 2) - 2] = 5;
    const tooMany = Buffer.concat([bytes.subarray(0, scan), Buffer.from([1, 2, 3]), bytes.subarray(scan)]);
    for (const variant of [strangeScan, tooMany]) {
      await expect(sharp(variant, { failOn: 'warning' }).raw().toBuffer()).rejects.toThrow();
      expect(Buffer.compare((await decodeBytes(variant, 'x')).data, data)).toBe(0);
    }
  });

  it('is read in TIFF: tags that libtiff does not like', async () => {
    const bytes = Buffer.from(bytesOf('tiff none'));
    const { data } = await decodeBytes(bytes, 'x');
    const variant = withEntry(bytes, 296, [40_000, 2, 4, 0x41414141]);
    await expect(sharp(variant, { failOn: 'warning' }).raw().toBuffer()).rejects.toThrow();
    expect(Buffer.compare((await decodeBytes(variant, 'x')).data, data)).toBe(0);
  });
});

/** A little-endian TIFF with another entry (tag, type, count, value) in a tag's place. */
function withEntry(tiff: Uint8Array, tag: number, entry: readonly [number, number, number, number]): Buffer {
  const changed = Buffer.from(tiff);
  const directory = changed.readUInt32LE(4);
  const entries = changed.readUInt16LE(directory);
  for (let at = directory + 2; at < directory + 2 + entries * 12; at += 12) {
    if (changed.readUInt16LE(at) !== tag) continue;
    changed.writeUInt16LE(entry[0], at);
    changed.writeUInt16LE(entry[1], at + 2);
    changed.writeUInt32LE(entry[2], at + 4);
    changed.writeUInt32LE(entry[3], at + 8);
    return changed;
  }
  throw new Error(`no tag ${tag}`);
}

describe('small files that claim huge images', () => {
  const png = (kind: string, side: number) => {
    const bytes = Buffer.from(bytesOf(kind));
    bytes.writeUInt32BE(side, 16);
    bytes.writeUInt32BE(side, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    return bytes;
  };
  const jpeg = (kind: string) => {
    const bytes = Buffer.from(bytesOf(kind));
    const frame = [0xc0, 0xc2].map((marker) => bytes.indexOf(Buffer.from([0xff, marker, 0, 17])));
    const at = Math.max(...frame);
    bytes.writeUInt16BE(4000, at + 5);
    bytes.writeUInt16BE(65_500, at + 7);
    return bytes;
  };
  const tiff = (kind: string, side: number) =>
    [256, 257].reduce((bytes, tag) => withEntry(bytes, tag, [tag, 4, 1, side]), bytesOf(kind));
  const bmp = (side: number) => {
    const bytes = Buffer.from(bytesOf('bmp 1'));
    bytes.writeInt32LE(side, 18);
    bytes.writeInt32LE(side, 22);
    return bytes;
  };
  const webp = () => {
    const bytes = Buffer.from(bytesOf('webp lossy'));
    const at = bytes.indexOf(Buffer.from([0x9d, 0x01, 0x2a]));
    bytes.writeUInt16LE(16_383, at + 3);
    bytes.writeUInt16LE(16_383, at + 5);
    return bytes;
  };

  it.each([
    ['PNG, 100 000', () => png('png rgb', 100_000)],
    ['PNG, 16 383', () => png('png rgb', 16_383)],
    ['PNG interlaced, 16 383', () => png('png interlaced, EXIF', 16_383)],
    ['JPEG', () => jpeg('jpeg')],
    ['JPEG progressive', () => jpeg('jpeg progressive, EXIF')],
    ['TIFF, 100 000', () => tiff('tiff lzw, EXIF', 100_000)],
    ['TIFF, 16 383', () => tiff('tiff none', 16_383)],
    ['BMP, 100 000', () => bmp(100_000)],
    ['BMP, 16 383', () => bmp(16_383)],
    ['WebP, 16 383', webp],
  ])('%s are refused at once, without the memory', async (_, forged) => {
    const bytes = forged();
    const before = residentBytes();
    const started = performance.now();
    expect(await outcome(decodeBytes(bytes, 'x'))).toBeUndefined();
    expect(await outcome(decodeMaskBytes(bytes, 'x'))).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(2000);
    expect(residentBytes() - before).toBeLessThan(150e6);
  });
});
