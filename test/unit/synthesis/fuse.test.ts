import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { drawBeta, fuse } from '../../../src/synthesis/fuse.ts';
import { noise } from '../../helpers/images.ts';

describe('fuse (Eq. 3)', () => {
  it('is x where m = 0 and (1 - b) x" + b x where m = 1, to half a byte', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, beta) => {
        const [image, texture] = [noise(6, 5, seed), noise(6, 5, seed + 1)];
        const random = new Random(seed);
        const mask = { width: 6, height: 5, data: Uint8Array.from({ length: 30 }, () => random.integer(2)) };
        const fused = fuse(image, texture, mask, beta).data;
        for (let at = 0; at < fused.length; at++) {
          const m = mask.data[Math.floor(at / 3)] as number;
          const [x, t] = [image.data[at] as number, texture.data[at] as number];
          const exact = x * (1 - m) + (1 - beta) * t * m + beta * x * m;
          expect(Math.abs((fused[at] as number) - exact)).toBeLessThanOrEqual(0.5 + 1e-9);
        }
      }),
    );
  });

  it('gives the texture at b = 0, the photograph at b = 1, and changes neither', () => {
    const [image, texture] = [noise(4, 4, 1), noise(4, 4, 2)];
    const before = [image.data.slice(), texture.data.slice()];
    const all = { width: 4, height: 4, data: new Uint8Array(16).fill(1) };
    expect(fuse(image, texture, all, 0)).toEqual(texture);
    expect(fuse(image, texture, all, 1)).toEqual(image);
    expect([image.data, texture.data]).toEqual(before);
  });

  it('refuses other sizes', () => {
    const mask = { width: 4, height: 3, data: new Uint8Array(12) };
    expect(() => fuse(noise(4, 4), noise(4, 4), mask, 0.5)).toThrow(
      /mask to be as large as the image, 4 x 4/,
    );
    expect(() => fuse(noise(4, 3), noise(4, 4), mask, 0.5)).toThrow(/texture/);
  });
});

describe('drawBeta', () => {
  it('follows N(0.5, 0.1^2), clipped to 0.2 .. 0.8', () => {
    const random = new Random(1);
    const draws = Array.from({ length: 20_000 }, () => drawBeta(random));
    const mean = draws.reduce((sum, beta) => sum + beta / draws.length, 0);
    const variance = draws.reduce((sum, beta) => sum + (beta - mean) ** 2 / draws.length, 0);
    expect(mean).toBeCloseTo(0.5, 2);
    expect(Math.sqrt(variance)).toBeCloseTo(0.1, 2);
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0.2);
    expect(Math.max(...draws)).toBeLessThanOrEqual(0.8);
  });

  it('keeps within other bounds', () => {
    const random = new Random(2);
    const options = { betaDeviation: 5, betaLow: 0.4, betaHigh: 0.6 };
    const draws = new Set(Array.from({ length: 200 }, () => drawBeta(random, options)));
    expect(Math.min(...draws)).toBe(0.4);
    expect(Math.max(...draws)).toBe(0.6);
  });
});
