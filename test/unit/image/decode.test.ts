import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { encode as encodeBmp } from 'fast-bmp';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeBytes, decodeImage, imageSize } from '../../../src/image/decode.ts';
import { encodePng, writeGreyPng, writePng } from '../../../src/image/encode.ts';
import { decodeMask } from '../../../src/image/mask.ts';
import { deepFile, encoded, greyPng, noise, withFiles } from '../../helpers/images.ts';

const noisy = noise(13, 7);
const grey = Uint8Array.from({ length: 91 }, (_, index) => index * 2);
const repeated = Uint8Array.from({ length: 91 * 3 }, (_, index) => grey[Math.floor(index / 3)] as number);

describe('size limits of decoding', () => {
  const bmp = () =>
    encodeBmp({ width: 13, height: 7, data: noisy.data, bitsPerPixel: 24, components: 3, channels: 3 });

  it.each(['png', 'jpeg', 'webp', 'tiff'] as const)('hold for %s by its header', async (format) => {
    const bytes = await encoded(noisy, format);
    expect(await imageSize(bytes, 'x', 91)).toEqual({ width: 13, height: 7 });
    const refused = { code: 'IMAGE_TOO_LARGE', message: expect.stringMatching(/^x: 13 x 7 pixels .* 90 /) };
    await expect(imageSize(bytes, 'x', 90)).rejects.toMatchObject(refused);
    await expect(decodeBytes(bytes, 'x', { maxPixels: 90 })).rejects.toMatchObject(refused);
    expect((await decodeBytes(bytes, 'x', { maxPixels: 91, seconds: 10 })).width).toBe(13);
  });

  it('hold for bitmaps', async () => {
    const bytes = Buffer.from(bmp());
    expect(await imageSize(bytes, 'x', 91)).toEqual({ width: 13, height: 7 });
    await expect(decodeBytes(bytes, 'x', { maxPixels: 90 })).rejects.toMatchObject({
      code: 'IMAGE_TOO_LARGE',
    });
  });

  it('refuse a small PNG that claims ten billion pixels', async () => {
    const bytes = await encoded(noisy);
    bytes.writeUInt32BE(100_000, 16);
    bytes.writeUInt32BE(100_000, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    await expect(decodeBytes(bytes, 'x', { maxPixels: 50e6 })).rejects.toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      message: 'x: 100000 x 100000 pixels are more than the 50,000,000 that are allowed. Make it smaller.',
    });
  });
});

describe('decodeBytes', () => {
  it.each(['png', 'webp', 'tiff'] as const)('gives the bytes of a lossless %s back', async (format) => {
    expect(await decodeBytes(await encoded(noisy, format), 'x')).toEqual({
      ...noisy,
      data: Buffer.from(noisy.data),
      source: { depth: 8, bits: 8 },
    });
  });

  it('decodes JPEG to three channels of the right size', async () => {
    const { width, height, data } = await decodeBytes(await encoded(noisy, 'jpeg'), 'x');
    expect([width, height, data.length]).toEqual([13, 7, 273]);
  });

  it.each(['png', 'tiff'] as const)('repeats the grey of a %s', async (format) => {
    const image = sharp(grey, { raw: { width: 13, height: 7, channels: 1 } }).toColourspace('b-w');
    const bytes = await (format === 'png' ? image.png() : image.tiff({ compression: 'lzw' })).toBuffer();
    expect(Array.from((await decodeBytes(bytes, 'x')).data)).toEqual(Array.from(repeated));
  });

  it.each([
    ['png', 'grey16'],
    ['tiff', 'grey16'],
    ['png', 'rgb16'],
    ['tiff', 'rgb16'],
  ] as const)('drops the lower byte of 16 bits: %s, %s', async (format, space) => {
    const channels = space === 'grey16' ? 1 : 3;
    const deep = Uint16Array.from({ length: 91 * channels }, (_, index) => index * 237);
    const image = sharp(deep, { raw: { width: 13, height: 7, channels } }).toColourspace(space);
    const bytes = await (format === 'png' ? image.png() : image.tiff({ compression: 'lzw' })).toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    const expected = Array.from(
      { length: 273 },
      (_, i) => (deep[channels === 1 ? Math.floor(i / 3) : i] ?? 0) >> 8,
    );
    expect(Array.from((await decodeBytes(bytes, 'x')).data)).toEqual(expected);
  });

  describe.each([
    ['png', 1],
    ['png', 3],
    ['tiff', 1],
    ['tiff', 3],
  ] as const)('decoding a 16-bit %s with %i channels', (format, channels) => {
    const stored = (most: number) =>
      Uint16Array.from({ length: 91 * channels }, (_, index) => (index * 97) % (most + 1));

    it.each([8, 10, 12, 14, 16] as const)('takes the upper 8 of %i bits', async (bits) => {
      const deep = stored(2 ** bits - 1);
      const image = await decodeBytes(await deepFile(deep, 13, 7, format), 'x', { bits });
      expect(image.source).toEqual({ depth: 16, bits });
      const own = (index: number) => deep[channels === 1 ? Math.floor(index / 3) : index]!;
      expect(Array.from(image.data)).toEqual(
        Array.from({ length: 273 }, (_, index) => own(index) >> (bits - 8)),
      );
    });

    it('refuses a value beyond the bits rather than cutting it off', async () => {
      const deep = stored(4095);
      deep[5] = 4096;
      await expect(
        decodeBytes(await deepFile(deep, 13, 7, format), 'part.png', { bits: 12 }),
      ).rejects.toMatchObject({
        code: 'IMAGE_BITS',
        message: expect.stringMatching(
          /^part\.png: .* its values go up to 4096, and 12 bits hold 4095 at most\..*--bits/,
        ),
      });
    });
  });

  it('does not change 8-bit files, whatever the bits', async () => {
    const { data, source } = await decodeBytes(await encoded(noisy), 'x', { bits: 12 });
    expect([Array.from(data), source]).toEqual([Array.from(noisy.data), { depth: 8, bits: 8 }]);
  });

  it('takes the colours under alpha as stored', async () => {
    const rgba = Uint8Array.from({ length: 91 * 4 }, (_, index) => [200, 100, 50, 0][index % 4] as number);
    const bytes = await sharp(rgba, { raw: { width: 13, height: 7, channels: 4 } })
      .png()
      .toBuffer();
    expect(Array.from((await decodeBytes(bytes, 'x')).data.subarray(0, 3))).toEqual([200, 100, 50]);
  });

  it('looks colours up in a palette', async () => {
    const few = { ...noisy, data: noisy.data.map((value) => (value < 128 ? 0 : 255)) };
    const bytes = await sharp(few.data, { raw: { width: 13, height: 7, channels: 3 } })
      .png({ palette: true, dither: 0 })
      .toBuffer();
    expect((await sharp(bytes).metadata()).isPalette).toBe(true);
    expect(Array.from((await decodeBytes(bytes, 'x')).data)).toEqual(Array.from(few.data));
  });

  it('applies the EXIF orientation', async () => {
    const bytes = await sharp(noisy.data, { raw: { width: 13, height: 7, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const { width, height, data } = await decodeBytes(bytes, 'x');
    expect([width, height]).toEqual([7, 13]);
    // Turned clockwise, the top left pixel is the stored bottom left one.
    expect(Array.from(data.subarray(0, 3))).toEqual(Array.from(noisy.data.subarray(6 * 39, 6 * 39 + 3)));
  });

  it('ignores an embedded colour profile', async () => {
    const bytes = await sharp(noisy.data, { raw: { width: 13, height: 7, channels: 3 } })
      .keepIccProfile()
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const stored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect((await sharp(bytes).metadata()).hasProfile).toBe(true);
    expect(Array.from((await decodeBytes(bytes, 'x')).data)).toEqual(Array.from(stored));
  });

  it.each(['png', 'jpeg', 'webp', 'tiff'] as const)(
    'finds a truncated %s, however little is lost',
    async (format) => {
      const bytes = await encoded(noise(64, 48), format);
      for (const length of [0, 3, 20, bytes.length >> 1, bytes.length - 100, bytes.length - 1])
        await expect(decodeBytes(bytes.subarray(0, length), 'part.x')).rejects.toThrow(
          /part\.x.*cannot be decoded/,
        );
    },
  );

  it.each([
    ['jpeg', { progressive: false }],
    ['jpeg', { progressive: true }],
    ['png', {}],
    ['tiff', { compression: 'none' }],
    ['tiff', { compression: 'jpeg' }],
  ] as const)('finds the last byte of a %s missing, whatever its size (%j)', async (format, options) => {
    for (const [width, height] of [
      [40, 30],
      [33, 47],
      [8, 8],
    ] as const) {
      const bytes = await sharp(noise(width, height).data, { raw: { width, height, channels: 3 } })
        .toFormat(format, options)
        .toBuffer();
      await decodeBytes(bytes, 'x');
      for (const lost of [1, 2, 3])
        await expect(decodeBytes(bytes.subarray(0, -lost), 'x')).rejects.toThrow(/cannot be decoded/);
    }
  });

  it('accepts bytes that a camera appends to a JPEG, and a thumbnail in it', async () => {
    const bytes = await encoded(noisy, 'jpeg');
    const thumbnail = Buffer.concat([
      Buffer.from([0xff, 0xe1, (bytes.length + 2) >> 8, (bytes.length + 2) & 0xff]),
      bytes,
    ]);
    const shot = Buffer.concat([bytes.subarray(0, 2), thumbnail, bytes.subarray(2), Buffer.alloc(9, 0xff)]);
    expect(await decodeBytes(shot, 'x')).toEqual(await decodeBytes(bytes, 'x'));
    const cut = shot.subarray(0, shot.length - 11);
    await expect(decodeBytes(cut, 'x')).rejects.toThrow(/truncated/);
  });

  it.each(['jpeg', 'webp', 'tiff'] as const)('applies the EXIF orientation of a %s too', async (format) => {
    const bytes = await sharp(noisy.data, { raw: { width: 13, height: 7, channels: 3 } })
      .withMetadata({ orientation: 8 })
      .toFormat(format)
      .toBuffer();
    const { width, height } = await decodeBytes(bytes, 'x');
    expect([width, height]).toEqual([7, 13]);
  });

  it('refuses formats that are no photographs', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expect(decodeBytes(svg, 'a.png')).rejects.toMatchObject({ code: 'IMAGE_INVALID', kind: 'input' });
  });
});

describe('BMP', () => {
  const flat = Uint8Array.from(noisy.data);
  const bmp = (bits: number, data: Uint8Array, channels: number, components = channels) =>
    encodeBmp({ width: 13, height: 7, bitsPerPixel: bits, channels, components, data });

  it('reads 24 bits as an independent encoder wrote them', async () => {
    expect(Array.from((await decodeBytes(bmp(24, flat, 3), 'x')).data)).toEqual(Array.from(flat));
  });

  it('reads 8 bits through the palette', async () => {
    expect(Array.from((await decodeBytes(bmp(8, grey, 1), 'x')).data)).toEqual(Array.from(repeated));
  });

  it('reads 1 bit through the palette', async () => {
    const bits = grey.map((_, index) => (index % 3) & 1);
    const { data } = await decodeBytes(bmp(1, bits, 1), 'x');
    const dark = data[0];
    for (let index = 0; index < 91; index++) expect(data[index * 3] === dark).toBe(bits[index] === 0);
  });

  it('reads 32 bits and drops alpha', async () => {
    const rgba = Uint8Array.from({ length: 364 }, (_, i) =>
      i % 4 === 3 ? 7 : (flat[Math.floor(i / 4) * 3 + (i % 4)] as number),
    );
    expect(Array.from((await decodeBytes(bmp(32, rgba, 4, 3), 'x')).data)).toEqual(Array.from(flat));
  });

  it('reads rows from the top, 16 bits without fields and 4 bits with a palette', async () => {
    const header = (bits: number, height: number, palette: readonly number[], pixels: readonly number[]) => {
      const bytes = Buffer.alloc(54 + palette.length + pixels.length);
      bytes.write('BM', 'latin1');
      bytes.writeUInt32LE(54 + palette.length, 10);
      bytes.writeUInt32LE(40, 14);
      bytes.writeInt32LE(2, 18);
      bytes.writeInt32LE(height, 22);
      bytes.writeUInt16LE(1, 26);
      bytes.writeUInt16LE(bits, 28);
      bytes.set([...palette, ...pixels], 54);
      return bytes;
    };
    const red = [0x00, 0x7c];
    const blue = [0x1f, 0x00];
    const top = await decodeBytes(header(16, -2, [], [...red, ...red, ...blue, ...blue]), 'x');
    expect(Array.from(top.data)).toEqual([255, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 255]);
    const bottom = await decodeBytes(header(16, 2, [], [...red, ...red, ...blue, ...blue]), 'x');
    expect(Array.from(bottom.data)).toEqual([0, 0, 255, 0, 0, 255, 255, 0, 0, 255, 0, 0]);
    const four = await decodeBytes(header(4, 1, [1, 2, 3, 0, 4, 5, 6, 0], [0x10, 0, 0, 0]), 'x');
    expect(Array.from(four.data)).toEqual([6, 5, 4, 3, 2, 1]);
    await expect(decodeBytes(header(4, 1, [1, 2, 3, 0], [0x10, 0, 0, 0]), 'x')).rejects.toThrow(/palette/);
  });

  /** A bitmap of one row behind a header of `size` bytes; what stands between header and pixels is `between`. */
  const row = (
    size: number,
    [bits, compression, width]: readonly [number, number, number],
    between: readonly number[],
    pixels: readonly number[],
  ) => {
    const offset = 14 + size + between.length;
    const bytes = Buffer.alloc(offset + Math.ceil(pixels.length / 4) * 4);
    bytes.write('BM', 'latin1');
    bytes.writeUInt32LE(offset, 10);
    bytes.writeUInt32LE(size, 14);
    if (size === 12) {
      for (const [index, value] of [width, 1, 1, bits].entries()) bytes.writeUInt16LE(value, 18 + index * 2);
    } else {
      bytes.writeInt32LE(width, 18);
      bytes.writeInt32LE(1, 22);
      bytes.writeUInt16LE(1, 26);
      bytes.writeUInt16LE(bits, 28);
      bytes.writeUInt32LE(compression, 30);
    }
    bytes.set([...between, ...pixels], 14 + size);
    return bytes;
  };
  const fields = (...masks: readonly number[]) =>
    masks.flatMap((mask) => [mask & 255, (mask >>> 8) & 255, (mask >>> 16) & 255, mask >>> 24]);

  it.each([
    ['16 bits as 5-6-5', row(40, [16, 3, 2], fields(0xf800, 0x7e0, 0x1f), [0, 0xf8, 0xff, 0xff])],
    ['32 bits without fields', row(40, [32, 0, 2], [], [0, 0, 255, 9, 255, 255, 255, 9])],
    [
      '32 bits as blue, green, red',
      row(40, [32, 3, 2], fields(0xff, 0xff00, 0xff0000), [255, 0, 0, 9, 255, 255, 255, 9]),
    ],
    [
      '32 bits with red on top',
      row(40, [32, 3, 2], fields(0xff000000, 0xff0000, 0xff00), [9, 0, 0, 255, 9, 255, 255, 255]),
    ],
    ['1 bit through its own palette', row(40, [1, 0, 2], [255, 255, 255, 0, 0, 0, 255, 0], [0x80])],
    ['the header of OS/2', row(12, [24, 0, 2], [], [0, 0, 255, 255, 255, 255])],
    ['fields inside a longer header', row(56, [32, 3, 2], [], [0, 0, 255, 9, 255, 255, 255, 9])],
  ])('reads %s', async (name, bytes) => {
    if (name.startsWith('fields')) bytes.set(fields(0xff0000, 0xff00, 0xff), 54);
    expect(Array.from((await decodeBytes(bytes, 'x')).data)).toEqual([255, 0, 0, 255, 255, 255]);
  });

  it('refuses run-length compression and a damaged header by name', async () => {
    await expect(decodeBytes(row(40, [8, 1, 2], [], [0]), 'x')).rejects.toThrow(/compression 1 with 8 bits/);
    await expect(decodeBytes(row(40, [2, 0, 2], [], [0]), 'x')).rejects.toThrow(/2 bits a pixel/);
    await expect(decodeBytes(row(40, [24, 0, 0], [], [0]), 'x')).rejects.toThrow(/0 x 1 pixels/);
    await expect(decodeBytes(row(16, [24, 0, 2], [], [0]), 'x')).rejects.toThrow(/header is damaged/);
  });

  it('finds truncation and refuses a forged size', async () => {
    const bytes = bmp(24, flat, 3);
    await expect(decodeBytes(bytes.subarray(0, bytes.length - 1), 'x')).rejects.toThrow(/truncated/);
    const forged = Buffer.from(bytes);
    forged.writeInt32LE(2_000_000_000, 18);
    await expect(decodeBytes(forged, 'x')).rejects.toThrow(/beyond the limit/);
  });
});

describe('image files', () => {
  it('are written and read without loss, masks too', () =>
    withFiles({}, async (root) => {
      await writePng(join(root, 'deep/a.png'), noisy);
      expect(Array.from((await decodeImage(join(root, 'deep/a.png'))).data)).toEqual(Array.from(noisy.data));
      expect(Array.from((await decodeBytes(await encodePng(noisy), 'x')).data)).toEqual(
        Array.from(noisy.data),
      );
      const mask = { width: 3, height: 2, data: Uint8Array.of(0, 1, 0, 1, 1, 0) };
      await writeGreyPng(join(root, 'm.png'), mask);
      expect(await decodeMask(join(root, 'm.png'))).toMatchObject(mask);
    }));

  it('have every mask value above 0 inside, at 8 and 16 bits', async () => {
    const deep = await sharp(Uint16Array.of(1, 0, 256, 0), { raw: { width: 2, height: 2, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    await withFiles({ 'a.png': await greyPng(2, 2, 1), 'b.png': deep }, async (root) => {
      expect(Array.from((await decodeMask(join(root, 'a.png'))).data)).toEqual([1, 0, 0, 0]);
      expect(Array.from((await decodeMask(join(root, 'b.png'))).data)).toEqual([1, 0, 1, 0]);
    });
  });

  it('that cannot be read are named', async () => {
    await expect(decodeImage('/nowhere/a.png')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(decodeImage('/nowhere/a.png')).rejects.toThrow('/nowhere/a.png');
  });
});
