import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { mapConcurrently } from '../../../src/data/concurrency.ts';
import { explainedBy, innerOf, type Sketch, sketchOf, unexplained } from '../../../src/data/image-sketch.ts';
import { nearDuplicates } from '../../../src/data/near-duplicates.ts';
import { decodeBytes, decodeImage } from '../../../src/image/decode.ts';
import type { RgbImage } from '../../../src/image/rgb.ts';
import { hasShared, shared } from '../../helpers/fixtures.ts';
import { noise } from '../../helpers/images.ts';

/** A part in its fixture: always the same round plate in one place, with stains that every part has its own of. */
function drawnProduct(number: number): RgbImage {
  const random = new Random('plate', number);
  const side = 192;
  const stains = Array.from({ length: 14 }, () => ({
    x: random.uniform(30, 162),
    y: random.uniform(30, 162),
    radius: random.uniform(5, 18),
    by: random.uniform(-30, 30),
  }));
  const data = new Uint8Array(side * side * 3);
  for (let at = 0; at < side * side; at++) {
    const [x, y] = [at % side, Math.floor(at / side)];
    let value = Math.hypot(x - 96, y - 96) < 78 ? 170 : 40;
    for (const stain of stains)
      value += stain.by * Math.exp(-(((x - stain.x) ** 2 + (y - stain.y) ** 2) / stain.radius ** 2));
    data.fill(Math.max(0, Math.min(255, Math.round(value + random.normal(0, 2)))), at * 3, at * 3 + 3);
  }
  return { width: side, height: side, data };
}

const products = new Map<number, RgbImage>();

/** The same, each drawn once. */
function drawProduct(number: number): RgbImage {
  const product = products.get(number) ?? drawnProduct(number);
  products.set(number, product);
  return product;
}

/** The image again: moved by a pixel, with the noise of a sensor, brighter. */
function again({ width, height, data }: RgbImage, random: Random, shift = 1): RgbImage {
  const moved = new Uint8Array(data.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + Math.min(width - 1, x + shift)) * 3;
      for (let channel = 0; channel < 3; channel++, at++) {
        const value = (data[from + channel] as number) * 1.02 + 3 * random.normal();
        moved[at] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
  return { width, height, data: moved };
}

async function asJpeg({ width, height, data }: RgbImage): Promise<RgbImage> {
  const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 70 })
    .toBuffer();
  return decodeBytes(bytes, 'x');
}

describe('sketchOf', () => {
  it('has one size for any image, a single pixel too', () => {
    for (const [width, height] of [
      [1, 1],
      [3, 200],
      [64, 64],
      [1000, 30],
    ] as const) {
      const flat = { width, height, data: new Uint8Array(width * height * 3).fill(120) };
      expect([...new Set(sketchOf(flat))]).toEqual([120]);
    }
  });

  it('fits that of the same image in other light and a little aside, not that of another', () => {
    const random = new Random('light');
    const part = drawProduct(0);
    const [sketch, later, other] = [part, again(part, random), drawProduct(1)].map(sketchOf) as [
      Sketch,
      Sketch,
      Sketch,
    ];
    const left = (of: Sketch) => unexplained(explainedBy(sketch), innerOf(of));
    expect(left(sketch)).toBeLessThan(1e-3);
    expect(left(later)).toBeLessThan(left(other) / 10);
  });
});

describe('nearDuplicates', () => {
  it('finds none among different parts in one place, nor among noise', () => {
    const parts = Array.from({ length: 60 }, (_, number) => sketchOf(drawProduct(number)));
    expect(nearDuplicates(parts)).toEqual([]);
    expect(nearDuplicates(Array.from({ length: 20 }, (_, seed) => sketchOf(noise(40, 30, seed))))).toEqual(
      [],
    );
    expect(nearDuplicates([])).toEqual([]);
    expect(nearDuplicates(parts.slice(0, 1))).toEqual([]);
    expect(nearDuplicates(parts.slice(0, 2))).toEqual([]);
  });

  it('finds bursts among them: noise, one pixel aside, other light, JPEG', async () => {
    const random = new Random('burst');
    const parts = Array.from({ length: 40 }, (_, number) => drawProduct(number));
    const burst = [again(parts[3]!, random), again(parts[3]!, random, 0), await asJpeg(parts[3]!)];
    const pair = [await asJpeg(again(parts[20]!, random))];
    const sketches = [...parts, ...burst, ...pair].map(sketchOf);
    expect(nearDuplicates(sketches)).toEqual([
      [3, 40, 41, 42],
      [20, 43],
    ]);
  });

  it('finds bursts where every part was taken several times, and where all are of one', () => {
    const random = new Random('bursts');
    const taken = Array.from({ length: 12 }, (_, number) =>
      [0, 1, 2, 3].map(() => sketchOf(again(drawProduct(number), random, random.integer(2)))),
    );
    const groups = nearDuplicates(taken.flat());
    expect(groups.flat().length).toBeGreaterThan(36);
    for (const group of groups) expect(new Set(group.map((at) => Math.floor(at / 4))).size).toBe(1);
    const one = Array.from({ length: 30 }, () => sketchOf(again(drawProduct(0), random, 0)));
    expect(nearDuplicates(one).flat()).toHaveLength(30);
  });

  it('takes seconds for thousands of images that are alike', () => {
    const random = new Random('thousands');
    const parts = Array.from({ length: 40 }, (_, number) => sketchOf(drawProduct(number)));
    const pick = () => parts[random.integer(parts.length)]!;
    const mixed = Array.from({ length: 4000 }, () => {
      const [a, b, share] = [pick(), pick(), random.uniform(0.2, 0.8)];
      return a.map((value, at) => value * share + b[at]! * (1 - share));
    });
    const started = process.cpuUsage();
    nearDuplicates(mixed);
    const { user } = process.cpuUsage(started);
    // Microseconds. Comparing every pair in full would take a minute.
    expect(user).toBeLessThan(15e6);
  });
});

/** Real classes whose images are of different parts, as far as one can see; `magnetic_tile` has each tile in several exposures. */
describe.skipIf(!hasShared)('nearDuplicates on real photographs', () => {
  const sketches = async (...names: readonly string[]) => {
    const folder = join(shared, 'data', ...names, 'train', 'good');
    const files = (await readdir(folder)).sort().slice(0, 120);
    return mapConcurrently(files, 2, async (file) => sketchOf(await decodeImage(join(folder, file))));
  };

  it.each([
    ['real', 'bottle'],
    ['real', 'toothbrush'],
    ['more', 'solar_mono'],
    ['more', 'fabric_01'],
    ['more', 'asphalt'],
  ])('finds none in %s/%s', async (...names) => {
    expect(nearDuplicates(await sketches(...names))).toEqual([]);
  });

  it('finds tiles that were taken in several exposures', async () => {
    expect(nearDuplicates(await sketches('real', 'magnetic_tile')).length).toBeGreaterThan(3);
  });
});
