/** @file Regions and the end of the colours, by defects that are made on good images. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { regionsOf } from '../../../../src/core/regions.ts';
import { fileImages } from '../../../../src/data/file-images.ts';
import { mapMatrix } from '../../../../src/detector/heat/anomaly-map.ts';
import { insideRegions } from '../../../../src/detector/heat/region-rule.ts';
import type { DetectorMetadata } from '../../../../src/detector/metadata.ts';
import { writePng } from '../../../../src/image/encode.ts';
import type { RgbImage } from '../../../../src/image/rgb.ts';
import {
  largestPiece,
  shareOf,
  usualShare,
  withMadeDefects,
} from '../../../../src/jobs/train/made-defects.ts';
import type { Work } from '../../../../src/jobs/train/train-request.ts';
import { cladPresets as presets } from '../../../../src/methods/clad/clad-options.ts';
import { squareGrid, squareOf } from '../../../helpers/sizes.ts';

const size = 128;
const grid = 16;
let folder = '';
let good: RgbImage;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-made-'));
  const data = new Uint8Array(size * size * 3).fill(120);
  good = { width: size, height: size, data };
  await writePng(join(folder, 'good.png'), good);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const matrix = mapMatrix(grid, size, 5);

/** As a detector sees it: how far each patch is from good, blurred. */
function blurred({ data }: RgbImage, strength: number): Float32Array {
  const side = size / grid;
  const patches = new Float32Array(grid * grid);
  for (let pixel = 0; pixel < size * size; pixel++) {
    const patch = Math.floor(Math.floor(pixel / size) / side) * grid + Math.floor((pixel % size) / side);
    if (Math.abs(data[3 * pixel]! - 120) > 8) patches[patch]! += strength / side ** 2;
  }
  const along = Float32Array.from({ length: size * grid }, (_, at) => {
    const [row, column] = [Math.floor(at / grid), at % grid];
    let sum = 0;
    for (let patch = 0; patch < grid; patch++)
      sum += matrix[row * grid + patch]! * patches[patch * grid + column]!;
    return sum;
  });
  return Float32Array.from({ length: size * size }, (_, pixel) => {
    const [row, column] = [Math.floor(pixel / size), pixel % size];
    let sum = 1;
    for (let patch = 0; patch < grid; patch++)
      sum += along[row * grid + patch]! * matrix[column * grid + patch]!;
    return sum;
  });
}

const detectorOf = (strength: number) => ({
  predict: async (_: number, image: RgbImage) => {
    const map = blurred(image, strength);
    return { map, score: Math.max(...map), shares: Float32Array.of(1) };
  },
});

function workWith(perImage: number, signal?: AbortSignal): Work {
  const options = { ...presets.fast, synthesis: { ...presets.fast.synthesis, perImage } };
  return {
    training: [0, 1, 2].map(() => ({ path: join(folder, 'good.png'), className: 'nut' })),
    split: { heldOut: new Set([1]), fit: new Set([0, 2]) },
    view: { geometry: squareOf(size), grid: squareGrid(grid) },
    images: fileImages,
    textures: null,
    bits: 16,
    options,
    signal,
  } as unknown as Work;
}

const metadata = {
  classes: ['nut'],
  geometry: squareOf(size),
  thresholds: { nut: { threshold: 3, achievableRate: 0.02, requestedRate: 0.02, count: 50 } },
  display: { nut: { low: 2, high: 4, top: 8 } },
} as unknown as DetectorMetadata;

describe('synthetic defects on good images', () => {
  it('show how near its highest values a defect ends, and how high strong ones reach', async () => {
    const { regions, display, thresholds } = await withMadeDefects(metadata, workWith(1), detectorOf(40), 10);
    expect(thresholds).toEqual(metadata.thresholds);
    expect(regions?.reach).toBe(10);
    expect(regions?.share.nut).toBeGreaterThanOrEqual(0.5);
    expect(regions?.share.nut).toBeLessThanOrEqual(0.9);
    expect(display.nut).toMatchObject({ low: 2, high: 4 });
    // What lies wholly under a defect has 40, and a blur of 5 pixels takes the most of that from a small one.
    expect(display.nut?.top).toBeGreaterThan(20);
    expect(display.nut?.top).toBeLessThanOrEqual(41);
    // The same again, to the digit.
    expect(await withMadeDefects(metadata, workWith(1), detectorOf(40), 10)).toMatchObject({
      regions,
      display,
    });
  });

  it('give the default values where there are none, or none that is called anomalous', async () => {
    for (const [work, detector] of [
      [workWith(0), detectorOf(40)],
      [workWith(1), detectorOf(0)],
    ] as const) {
      const made = await withMadeDefects(metadata, work, detector, 10);
      expect(made.regions).toEqual({ reach: 10, share: { nut: usualShare } });
      expect(made.display).toEqual(metadata.display);
    }
  });

  it('stop when the training is stopped', async () => {
    await expect(
      withMadeDefects(metadata, workWith(1, AbortSignal.abort()), detectorOf(40), 10),
    ).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('are cut down to their largest piece', () => {
    const random = new Random(1);
    const data = Uint8Array.from({ length: size * size }, () => Number(random.uniform() < 0.4));
    const image = { ...good, data: new Uint8Array(size * size * 3).fill(200) };
    const piece = largestPiece(good, { image, mask: { width: size, height: size, data } });
    const { sizes } = regionsOf(data, size, size);
    expect(sizes.length).toBeGreaterThan(1);
    expect(regionsOf(piece.mask, size, size).sizes).toEqual([Math.max(...sizes)]);
    expect(piece.image.data.filter((value) => value === 200).length).toBe(3 * Math.max(...sizes));
  });
});

describe('the region share of a class', () => {
  it('is the one whose regions overlap the defects best, however strong these are', () => {
    const found = Array.from({ length: 12 }, (_, number) => {
      const mask = new Uint8Array(size * size);
      const data = good.data.slice();
      for (let row = 40; row < 48 + 4 * number; row++)
        for (let column = 40; column < 80; column++) {
          mask[row * size + column] = 1;
          data[3 * (row * size + column)] = 250;
        }
      return { map: blurred({ ...good, data }, 4 + 6 * number), mask, score: 40 };
    });
    const area = (of: Float32Array) => of.reduce((count, value) => count + Number(value > 0), 0);
    const share = shareOf(found, squareOf(size), { threshold: 3, low: 2, reach: 16 });
    const rule = { threshold: 3, near: { low: 2, share, reach: 16 } };
    const ratios = found.map(({ map, mask }) => ({
      tight: area(insideRegions(map, squareOf(size), rule)) / mask.filter(Boolean).length,
      loose: area(insideRegions(map, squareOf(size), { threshold: 3 })) / mask.filter(Boolean).length,
    }));
    const middle = (of: 'tight' | 'loose') => ratios.map((ratio) => ratio[of]).sort((a, b) => a - b)[6]!;
    expect(middle('loose')).toBeGreaterThan(1.8);
    expect(middle('tight')).toBeGreaterThan(0.75);
    expect(middle('tight')).toBeLessThan(1.4);
  });

  it('is the default where no pixel is above the threshold', () => {
    const map = new Float32Array(size * size).fill(1);
    const found = Array.from({ length: 12 }, () => ({
      map,
      mask: new Uint8Array(size * size).fill(1),
      score: 9,
    }));
    expect(shareOf(found, squareOf(size), { threshold: 3, low: 2, reach: 10 })).toBe(usualShare);
  });
});
