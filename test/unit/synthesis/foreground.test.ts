import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { listFolder } from '../../../src/data/folders.ts';
import { decodeImage } from '../../../src/image/decode.ts';
import { resizePixels } from '../../../src/image/resize.ts';
import type { RgbImage } from '../../../src/image/rgb.ts';
import { estimateForeground, foregroundIsStable } from '../../../src/synthesis/foreground.ts';
import { toOklab } from '../../../src/synthesis/oklab.ts';
import { proceduralTexture } from '../../../src/synthesis/procedural-textures.ts';
import { hasShared, shared } from '../../helpers/fixtures.ts';
import { squareOf } from '../../helpers/sizes.ts';

const side = 128;

/** A noisy disc, with a stripe of the background's colour inside it, on a noisy ground. */
function disc(seed: number, radius = 40, part = [60, 90, 140], ground = [200, 200, 190]): RgbImage {
  const random = new Random(seed, 'disc');
  const [middleX, middleY] = [random.uniform(55, 73), random.uniform(55, 73)];
  const data = new Uint8Array(side * side * 3);
  for (let pixel = 0; pixel < side * side; pixel++) {
    const [x, y] = [(pixel % side) - middleX, Math.floor(pixel / side) - middleY];
    const inside = Math.hypot(x, y) < radius && !(Math.abs(x) < 4 && Math.abs(y) < 12);
    const colour = inside ? part : ground;
    for (let channel = 0; channel < 3; channel++)
      data[pixel * 3 + channel] = (colour[channel] as number) + random.uniform(-8, 8);
  }
  return { width: side, height: side, data };
}

describe('toOklab', () => {
  it('gives the reference values of white, black and red', () => {
    const { planes } = toOklab({
      width: 3,
      height: 1,
      data: Uint8Array.of(255, 255, 255, 0, 0, 0, 255, 0, 0),
    });
    const colour = (at: number) => planes.map((plane) => plane[at] as number);
    for (const [at, expected] of [
      [100, 0, 0],
      [0, 0, 0],
      [62.796, 22.486, 12.585],
    ].entries())
      colour(at).forEach((value, plane) => {
        expect(value).toBeCloseTo(expected[plane] as number, 2);
      });
  });
});

describe('estimateForeground', () => {
  it('finds a part on a plain ground, holes filled, to within a pixel or two of its edge', () => {
    const { mask, fraction, borderBackground, separation } = estimateForeground(disc(1));
    expect(borderBackground).toBe(1);
    expect(separation).toBeGreaterThan(0.9);
    const exact = (Math.PI * 40 ** 2) / side ** 2;
    expect(fraction).toBeGreaterThan(exact);
    expect(fraction).toBeLessThan((Math.PI * 42.5 ** 2) / side ** 2);
    expect(mask.data[64 * side + 64]).toBe(1);
  });

  it('finds a part that leaves the image without a seam at the border', () => {
    const data = new Uint8Array(side * side * 3).fill(230);
    for (let row = 40; row < side; row++) data.fill(40, (row * side + 54) * 3, (row * side + 74) * 3);
    const { mask } = estimateForeground({ width: side, height: side, data });
    for (let row = 50; row < side; row++) expect(mask.data[row * side + 64]).toBe(1);
    for (let at = 0; at < side; at++) {
      expect(mask.data[at]).toBe(0);
      expect(mask.data[at * side]).toBe(0);
      expect(mask.data[(side - 1) * side + at]).toBe(
        at >= 53 && at <= 74 ? 1 : mask.data[(side - 1) * side + at],
      );
    }
  });

  it('finds nothing in an image of one colour', () => {
    const data = new Uint8Array(32 * 20 * 3).fill(90);
    const estimate = estimateForeground({ width: 32, height: 20, data });
    expect(estimate.fraction).toBe(0);
    expect(estimate.contrast).toBe(0);
    expect(foregroundIsStable([estimate, estimate, estimate]).accepted).toBe(false);
  });
});

describe('foregroundIsStable', () => {
  const seeds = Array.from({ length: 8 }, (_, seed) => seed);
  const decide = (draw: (seed: number) => RgbImage) =>
    foregroundIsStable(seeds.map((seed) => estimateForeground(draw(seed))));

  it('accepts parts on a plain ground, wherever they lie', () => {
    expect(decide((seed) => disc(seed))).toEqual({
      accepted: true,
      reason: expect.stringMatching(/^plain background, part covers 3\d % /),
    });
  });

  it('refuses parts whose size changes, with the reason', () => {
    expect(decide((seed) => disc(seed, 12 + 5 * seed)).reason).toMatch(/size is not stable/);
  });

  it('refuses parts that look like the ground', () => {
    expect(decide((seed) => disc(seed, 40, [196, 196, 186]))).toHaveProperty('accepted', false);
  });

  it('refuses surfaces', () => {
    const surfaces = decide((seed) => proceduralTexture(squareOf(side), new Random(seed), 'clouds'));
    expect(surfaces.accepted).toBe(false);
  });

  it('refuses where there are only two images', () => {
    const estimates = [1, 2].map((seed) => estimateForeground(disc(seed)));
    expect(foregroundIsStable(estimates).reason).toBe('too few images to tell (2 of at least 3)');
  });
});

describe.skipIf(!hasShared)('foregroundIsStable on photographs', () => {
  it.each([
    ['bottle', true, [0.55, 0.7]],
    ['screw', true, [0.1, 0.2]],
    ['toothbrush', true, [0.25, 0.35]],
    ['magnetic_tile', false, undefined],
  ] as const)('%s: accepted is %s', async (name, accepted, fractions) => {
    const folder = join(shared, 'data/real', name, 'train/good');
    const { images } = await listFolder(folder);
    const estimates = [];
    for (let index = 0; index < 8; index++) {
      const file = images[Math.floor((index * images.length) / 8)] as string;
      const image = resizePixels(await decodeImage(join(folder, file)), 224, 224);
      estimates.push(estimateForeground(image));
    }
    expect(foregroundIsStable(estimates).accepted).toBe(accepted);
    if (!fractions) return;
    for (const { fraction, mask } of estimates) {
      expect(fraction).toBeGreaterThan(fractions[0]);
      expect(fraction).toBeLessThan(fractions[1]);
      // The corners are background, so the mask has no false frame.
      for (const at of [0, 223, 223 * 224, 224 * 224 - 1]) expect(mask.data[at]).toBe(0);
    }
  });
});
