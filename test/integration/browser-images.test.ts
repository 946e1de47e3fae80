/** @file Images decoded by Chromium, byte for byte as Node decodes them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode as encodeBmp } from 'fast-bmp';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { washer } from '../../src/demo/products/washer.ts';
import { renderGood } from '../../src/demo/render.ts';
import { decodeImage } from '../../src/image/decode.ts';
import { buildPage, chromiumPath, hasChromium, type Server, serve } from '../helpers/browser.ts';

/** Odd, so that half-resolution chroma has a remainder. */
const width = 101;
const height = 67;
const { data: square } = renderGood(washer, { seed: 1, part: 'picture', size: 128 });
const whole = sharp(square, { raw: { width: 128, height: 128, channels: 3 } });
const rgb = await whole.extract({ left: 9, top: 30, width, height }).raw().toBuffer();
const image = () => sharp(rgb, { raw: { width, height, channels: 3 } });

/** Colours under every alpha from 0 to 255. */
const transparent = () => {
  const data = Buffer.alloc(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    rgb.copy(data, pixel * 4, pixel * 3, pixel * 3 + 3);
    data[pixel * 4 + 3] = pixel % 256;
  }
  return sharp(data, { raw: { width, height, channels: 4 } });
};
/** 16 bits whose lower byte is not 0. */
const deep = () => {
  const data = Uint16Array.from(rgb, (value, index) => value * 256 + ((index * 37) % 256));
  return sharp(data, { raw: { width, height, channels: 3 } })
    .toColourspace('rgb16')
    .png()
    .toBuffer();
};
const jpeg = (quality: number, chromaSubsampling: string) =>
  image().jpeg({ quality, chromaSubsampling }).toBuffer();

const files: Record<string, () => Promise<Uint8Array>> = {
  'colour.png': () => image().png().toBuffer(),
  'grey.png': () => image().toColourspace('b-w').png().toBuffer(),
  'palette.png': () => image().png({ palette: true }).toBuffer(),
  'deep.png': deep,
  'transparent.png': () => transparent().png().toBuffer(),
  'transparent.webp': () => transparent().webp({ lossless: true, exact: true }).toBuffer(),
  'lossy.webp': () => image().webp({ quality: 80 }).toBuffer(),
  'q75-420.jpg': () => jpeg(75, '4:2:0'),
  'q75-444.jpg': () => jpeg(75, '4:4:4'),
  'q90-420.jpg': () => jpeg(90, '4:2:0'),
  'grey.jpg': () => image().toColourspace('b-w').jpeg().toBuffer(),
  'progressive.jpg': () => image().jpeg({ progressive: true }).toBuffer(),
  'p3.jpg': () => image().withIccProfile('p3').jpeg().toBuffer(),
  'p3.png': () => image().withIccProfile('p3').png().toBuffer(),
  'colour.bmp': async () =>
    encodeBmp({ width, height, data: new Uint8Array(rgb), bitsPerPixel: 24, components: 3, channels: 3 }),
};
for (let orientation = 1; orientation <= 8; orientation++)
  files[`orientation${orientation}.jpg`] = async () =>
    sharp(await jpeg(90, '4:4:4'))
      .withMetadata({ orientation })
      .jpeg()
      .toBuffer();

describe.skipIf(!hasChromium)('toRgbImage in Chromium', () => {
  let folder = '';
  let server: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clad-images-'));
    await buildPage('test/helpers/browser-page', join(folder, 'page'));
    server = await serve([join(folder, 'page'), folder]);
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
    page = await browser.newPage();
    await page.goto(server.url);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(Object.keys(files))('reads %s as Node does', async (name) => {
    await writeFile(join(folder, name), await files[name]!());
    const there = await page.evaluate(`(async () => {
      const { width, height, data } = await clad.toRgbImage(await (await fetch('${name}')).blob());
      return { width, height, data: Array.from(data) };
    })()`);
    const here = await decodeImage(join(folder, name));
    expect(here.data.some((value) => value !== here.data[0])).toBe(true);
    expect(there).toEqual({ width: here.width, height: here.height, data: Array.from(here.data) });
  });

  it('takes bitmaps, canvases, image data, elements and video frames', async () => {
    const name = 'colour.png';
    await writeFile(join(folder, name), await files[name]!());
    const kinds = await page.evaluate(`(async () => {
      const blob = await (await fetch('${name}')).blob();
      const bitmap = await createImageBitmap(blob);
      const canvas = document.createElement('canvas');
      const offscreen = new OffscreenCanvas(bitmap.width, bitmap.height);
      Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
      for (const each of [canvas, offscreen]) each.getContext('2d').drawImage(bitmap, 0, 0);
      const element = new Image();
      element.src = '${name}';
      await element.decode();
      const frame = new VideoFrame(canvas, { timestamp: 0 });
      const data = offscreen.getContext('2d').getImageData(0, 0, bitmap.width, bitmap.height);
      const rgb = await clad.toRgbImage(blob);
      const sources = { bitmap, canvas, offscreen, element, frame, data, rgb };
      const read = {};
      for (const [kind, source] of Object.entries(sources))
        read[kind] = Array.from((await clad.toRgbImage(source)).data);
      frame.close();
      return read;
    })()`);
    for (const [kind, data] of Object.entries(kinds as Record<string, number[]>))
      expect({ kind, data }).toEqual({ kind, data: [...rgb] });
  });

  it('takes a transparent bitmap that was not made for it as a canvas shows it', async () => {
    await writeFile(join(folder, 'transparent.png'), await transparent().png().toBuffer());
    const [read, shown] = (await page.evaluate(`(async () => {
      const bitmap = await createImageBitmap(await (await fetch('transparent.png')).blob());
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d', { willReadFrequently: true });
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      return [Array.from((await clad.toRgbImage(bitmap)).data), Array.from(data).filter((_, at) => at % 4 !== 3)];
    })()`)) as number[][];
    expect(read).toEqual(shown);
  });

  it('refuses CMYK, which browsers convert in their own ways', async () => {
    await writeFile(join(folder, 'cmyk.jpg'), await image().toColourspace('cmyk').jpeg().toBuffer());
    const told = page.evaluate(
      "(async () => clad.toRgbImage(await (await fetch('cmyk.jpg')).blob()).catch((error) => error.message))()",
    );
    expect(await told).toMatch(/it is a CMYK JPEG/);
  });

  it('refuses a file that is no whole image', async () => {
    const png = await files['colour.png']!();
    await writeFile(join(folder, 'cut.png'), png.subarray(0, png.length - 20));
    const told = (source: string) =>
      page.evaluate(
        `(async () => { try { await clad.toRgbImage(${source}); } catch (error) { return error.message; } })()`,
      );
    expect(await told("new File([await (await fetch('cut.png')).blob()], 'cut.png')")).toBe(
      'cut.png: cannot be decoded (the file is truncated). Replace or remove the file.',
    );
    expect(await told("document.createElement('video')")).toMatch(/it has no pixels yet/);
    expect(await told('{ width: 2, height: 2, data: new Uint8Array(3) }')).toMatch(
      /expected source to be an image: .*8-bit RGB, got an object/,
    );
  });
});
