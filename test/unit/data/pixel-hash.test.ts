import { encode as encodeBmp } from 'fast-bmp';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { distinct, pixelHash } from '../../../src/data/pixel-hash.ts';
import { decodeBytes } from '../../../src/image/decode.ts';
import type { RgbImage } from '../../../src/image/rgb.ts';

const images = fc
  .record({ width: fc.integer({ min: 1, max: 24 }), height: fc.integer({ min: 1, max: 24 }) })
  .chain(({ width, height }) =>
    fc
      .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
      .map((data): RgbImage => ({ width, height, data })),
  );

const raw = ({ width, height, data }: RgbImage) => sharp(data, { raw: { width, height, channels: 3 } });

/** The same pixels in every lossless format, and with other metadata. */
const formats: Readonly<Record<string, (image: RgbImage) => Promise<Uint8Array>>> = {
  png: (image) => raw(image).png().toBuffer(),
  'png of another compression, with a comment and 300 dpi': (image) =>
    raw(image)
      .png({ compressionLevel: 0 })
      .withMetadata({ density: 300, exif: { IFD0: { ImageDescription: 'line 3' } } })
      .toBuffer(),
  'png with alpha': (image) => raw(image).ensureAlpha(1).png().toBuffer(),
  tiff: (image) => raw(image).tiff({ compression: 'lzw' }).toBuffer(),
  webp: (image) => raw(image).webp({ lossless: true }).toBuffer(),
  bmp: async ({ width, height, data }) =>
    encodeBmp({ width, height, data, bitsPerPixel: 24, components: 3, channels: 3 }),
};

const hashOf = async (bytes: Uint8Array) => pixelHash(await decodeBytes(bytes, 'x'));

/** What a viewer shows of an image stored with this EXIF orientation. */
function turned({ width, height, data }: RgbImage, orientation: number): RgbImage {
  const swapped = orientation > 4;
  const [w, h] = swapped ? [height, width] : [width, height];
  const place = (x: number, y: number): readonly [number, number] => {
    const [right, down] = [width - 1, height - 1];
    switch (orientation) {
      case 2:
        return [right - x, y];
      case 3:
        return [right - x, down - y];
      case 4:
        return [x, down - y];
      case 5:
        return [y, x];
      case 6:
        return [y, down - x];
      case 7:
        return [right - y, down - x];
      case 8:
        return [right - y, x];
      default:
        return [x, y];
    }
  };
  const out = new Uint8Array(w * h * 3);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const [fromX, fromY] = place(x, y);
      out.set(data.subarray((fromY * width + fromX) * 3, (fromY * width + fromX) * 3 + 3), (y * w + x) * 3);
    }
  }
  return { width: w, height: h, data: out };
}

describe('pixelHash', () => {
  it.each(Object.keys(formats))('is the same for the same pixels as %s', (name) =>
    fc.assert(
      fc.asyncProperty(images, async (image) => {
        const bytes = await (formats[name] as (image: RgbImage) => Promise<Uint8Array>)(image);
        expect(await hashOf(bytes)).toBe(pixelHash(image));
      }),
      { numRuns: 20 },
    ),
  );

  it('differs as soon as one value of one pixel does, or the shape', () =>
    fc.assert(
      fc.property(images, fc.nat(), fc.integer({ min: 1, max: 255 }), (image, at, by) => {
        const data = image.data.slice();
        const place = at % data.length;
        data[place] = ((data[place] as number) + by) % 256;
        expect(pixelHash({ ...image, data })).not.toBe(pixelHash(image));
        if (image.width !== image.height)
          expect(pixelHash({ ...image, width: image.height, height: image.width })).not.toBe(
            pixelHash(image),
          );
      }),
    ));

  it('is that of the turned pixels where EXIF turns an image', () =>
    fc.assert(
      fc.asyncProperty(images, fc.integer({ min: 1, max: 8 }), async (image, orientation) => {
        const bytes = await raw(image).withMetadata({ orientation }).webp({ lossless: true }).toBuffer();
        expect(await hashOf(bytes)).toBe(pixelHash(turned(image, orientation)));
      }),
      { numRuns: 60 },
    ));

  it('is the same for a grey file and the same grey in colour', async () => {
    const grey = Uint8Array.from({ length: 12 }, (_, at) => at * 20);
    const bytes = await sharp(grey, { raw: { width: 4, height: 3, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    const data = Uint8Array.from({ length: 36 }, (_, at) => Math.floor(at / 3) * 20);
    expect(await hashOf(bytes)).toBe(pixelHash({ width: 4, height: 3, data }));
  });
});

describe('distinct', () => {
  it('keeps the first of each, and images whose pixels are not known', () => {
    const hashes: Readonly<Record<string, string>> = { a: '1', b: '2', c: '1', e: '2' };
    expect(distinct(['a', 'b', 'c', 'd', 'e', 'f'], (name) => hashes[name])).toEqual(['a', 'b', 'd', 'f']);
  });
});
