import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { encode as encodeBmp } from 'fast-bmp';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeMask, decodeMaskBytes, decodeMasks } from '../../../src/image/mask.ts';
import type { Mask } from '../../../src/image/rgb.ts';
import { overlap, side, smoothed, truth } from '../../helpers/drawn-masks.ts';
import { hasShared, shared } from '../../helpers/fixtures.ts';
import { greyPng, withFiles } from '../../helpers/images.ts';

const raw = (data: Uint8Array | Uint16Array, channels: 1 | 3 | 4): Sharp =>
  sharp(data, { raw: { width: side, height: side, channels } });
const hard = truth.data.map((inside) => inside * 255);
const soft = Uint8Array.from(smoothed, (cover) => Math.round(cover * 255));
const grey = (data: Uint8Array) => raw(data, 1).toColourspace('b-w');
const onWhite = Uint8Array.from({ length: side * side * 3 }, (_, at) =>
  hard[Math.floor(at / 3)] ? ([220, 30, 40][at % 3] as number) : 255,
);

/** The reading of before: whatever is above 0, alpha aside. */
async function aboveZero(bytes: Uint8Array): Promise<Mask> {
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const inside = Uint8Array.from({ length: info.width * info.height }, (_, at) =>
    data[at * 3] || data[at * 3 + 1] || data[at * 3 + 2] ? 1 : 0,
  );
  return { width: info.width, height: info.height, data: inside };
}

const count = ({ data }: Mask) => data.filter(Boolean).length;

describe('mask files that labelling tools write', () => {
  const files: readonly [string, Promise<Uint8Array>][] = [
    ['JPEG of quality 50', grey(hard).jpeg({ quality: 50 }).toBuffer()],
    ['JPEG of quality 90, smoothed', grey(soft).jpeg({ quality: 90 }).toBuffer()],
    [
      'JPEG in a PNG',
      grey(hard)
        .jpeg()
        .toBuffer()
        .then((bytes) => sharp(bytes).png().toBuffer()),
    ],
    ['lossy WebP', grey(hard).webp({ quality: 70 }).toBuffer()],
    ['blurred PNG', grey(hard).blur(1.5).png().toBuffer()],
    ['palette of shades', grey(soft).blur(0.8).png({ palette: true, colours: 32 }).toBuffer()],
    [
      '16 bits',
      grey(hard)
        .blur(1)
        .raw()
        .toBuffer()
        .then((data) =>
          raw(
            Uint16Array.from(data, (value) => value * 257),
            1,
          )
            .toColourspace('grey16')
            .png()
            .toBuffer(),
        ),
    ],
    ['red on white JPEG', raw(onWhite, 3).jpeg({ quality: 80 }).toBuffer()],
  ];

  it.each(files)('%s: the mask keeps its extent', async (_, encoding) => {
    const bytes = await encoding;
    const mask = await decodeMaskBytes(bytes, 'x');
    expect(overlap(mask, truth)).toBeGreaterThan(0.93);
    expect(Math.abs(count(mask) / count(truth) - 1)).toBeLessThan(0.05);
    expect(count(await aboveZero(bytes)) / count(truth)).toBeGreaterThan(1.15);
  });

  it('with the mask in the alpha channel alone are read from there', async () => {
    for (const colour of [0, 255]) {
      const layer = Uint8Array.from({ length: side * side * 4 }, (_, at) =>
        at % 4 === 3 ? (soft[at >> 2] as number) : colour,
      );
      for (const image of [
        raw(layer, 4).png(),
        raw(layer, 4).webp({ lossless: true }),
        raw(layer, 4).tiff({ compression: 'lzw' }),
      ]) {
        const mask = await decodeMaskBytes(await image.toBuffer(), 'x');
        expect(mask.outside).toBe('transparent');
        expect(overlap(mask, truth)).toBeGreaterThan(0.99);
      }
    }
  });
});

describe('mask files that were read right before', () => {
  const bmp = () =>
    encodeBmp({ width: side, height: side, bitsPerPixel: 8, channels: 1, components: 1, data: hard });
  const opaque = Uint8Array.from({ length: side * side * 4 }, (_, at) =>
    at % 4 === 3 ? 255 : (hard[at >> 2] as number),
  );
  it.each<[string, Promise<Uint8Array>]>([
    ['grey PNG', grey(hard).png().toBuffer()],
    ['PNG of 0 and 1', grey(truth.data).png().toBuffer()],
    ['PNG of one bit', grey(hard).png({ palette: true, colours: 2 }).toBuffer()],
    ['PNG with opaque alpha', raw(opaque, 4).png().toBuffer()],
    ['BMP', Promise.resolve().then(bmp)],
    ['TIFF', grey(hard).tiff({ compression: 'lzw' }).toBuffer()],
    ['lossless WebP', grey(hard).webp({ lossless: true }).toBuffer()],
  ])('%s', async (_, encoding) => {
    const mask = await decodeMaskBytes(await encoding, 'x');
    expect(Array.from(mask.data)).toEqual(Array.from(truth.data));
    expect(mask.soft).toBe(false);
  });
});

describe('several masks of one image', () => {
  it('are united', async () =>
    withFiles({ 'a.png': await greyPng(3, 2, 255), 'b.png': await greyPng(3, 2, 0) }, async (root) => {
      const second = join(root, 'c.png');
      await sharp(Uint8Array.of(0, 0, 9, 0, 0, 0), { raw: { width: 3, height: 2, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toFile(second);
      const mask = await decodeMasks([join(root, 'a.png'), join(root, 'b.png'), second]);
      expect(mask).toEqual({ width: 3, height: 2, data: Uint8Array.of(1, 0, 1, 0, 0, 0) });
    }));

  it('are refused where their sizes differ', async () =>
    withFiles({ 'a.png': await greyPng(3, 2, 255), 'b.png': await greyPng(2, 2, 0) }, async (root) => {
      const work = decodeMasks([join(root, 'a.png'), join(root, 'b.png')]);
      await expect(work).rejects.toThrow(/b\.png: cannot be decoded \(it is 2 x 2 pixels, .*a\.png 3 x 2\)/);
    }));
});

describe.skipIf(!hasShared)('published masks', () => {
  it('are read as before, pixel for pixel', async () => {
    let compared = 0;
    for (const set of ['real', 'more']) {
      const root = join(shared, 'data', set);
      const names = (await readdir(root, { recursive: true }))
        .filter((name) => /ground_truth.*\.png$/.test(name))
        .sort();
      // Every one was compared once; a tenth keeps the test short.
      for (const name of names.filter((_, index) => index % 10 === 0)) {
        const mask = await decodeMask(join(root, name));
        const before = await aboveZero(await sharp(join(root, name)).png().toBuffer());
        expect(Buffer.compare(mask.data, before.data), name).toBe(0);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(40);
  }, 60_000);
});
