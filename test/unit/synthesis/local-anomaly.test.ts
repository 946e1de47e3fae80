import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import type { Mask } from '../../../src/image/rgb.ts';
import { fitTexture, scaleToCover } from '../../../src/synthesis/fit-texture.ts';
import {
  type LocalAnomalyOptions,
  patchCoverage,
  synthesizeLocalAnomaly,
} from '../../../src/synthesis/local-anomaly.ts';
import { perlinMask } from '../../../src/synthesis/perlin.ts';
import { noise } from '../../helpers/images.ts';
import { squareGrid, squareOf } from '../../helpers/sizes.ts';

const side = 64;
const image = noise(side, side, 1);
const texture = noise(90, 70, 2);

/** A square foreground of `size` pixels a side, `offset` from the corner. */
function square(offset: number, size: number): Mask {
  const data = new Uint8Array(side * side);
  for (let row = offset; row < offset + size; row++)
    data.fill(1, row * side + offset, row * side + offset + size);
  return { width: side, height: side, data };
}

const make = (seed: number, foreground?: Mask, options?: Partial<LocalAnomalyOptions>) =>
  synthesizeLocalAnomaly(image, texture, foreground, new Random(seed), options);

/** The mask of Eq. 2, from the same draws as `make` has; drawn again where it is empty, as often as `tries` says. */
function maskOf(seed: number, alpha: number, foreground: Mask | undefined, tries: number) {
  const random = new Random(seed);
  let branch: 'both' | 'either' | 'one' = 'one';
  for (let attempt = 0; attempt < tries; attempt++) {
    const first = perlinMask(image, random).data;
    const p = random.uniform();
    branch = p < alpha ? 'both' : p < 2 * alpha ? 'either' : 'one';
    const second = branch === 'one' ? undefined : perlinMask(image, random).data;
    const mask = first.map((one, at) => {
      const other = second?.[at] ?? 0;
      const combined = branch === 'both' ? one && other : branch === 'either' ? one || other : one;
      return combined && (foreground?.data[at] ?? 1);
    });
    if (mask.includes(1)) return { mask, branch };
  }
  return { mask: undefined, branch };
}

const size = ({ data }: Mask) => data.reduce((sum, inside) => sum + inside, 0);

describe('synthesizeLocalAnomaly', () => {
  it('is Eq. 3 of what it returns, changes only the mask, and repeats with its seed', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const made = make(seed);
        expect(make(seed)).toEqual(made);
        expect(made.beta).toBeGreaterThanOrEqual(0.2);
        expect(made.beta).toBeLessThanOrEqual(0.8);
        for (let at = 0; at < image.data.length; at++) {
          const [x, t] = [image.data[at] as number, made.texture.data[at] as number];
          const exact = made.mask.data[Math.floor(at / 3)] ? (1 - made.beta) * t + made.beta * x : x;
          if (Math.abs((made.image.data[at] as number) - exact) > 0.5 + 1e-9)
            throw new Error(`byte ${at}: ${made.image.data[at]} for ${exact}`);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('never has an empty mask, and keeps it within the foreground', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(60), fc.integer({ min: 1, max: 30 }), (seed, offset, length) => {
        const foreground = square(offset, Math.min(length, side - offset));
        const { mask } = make(seed, foreground);
        expect(size(mask)).toBeGreaterThan(0);
        expect(mask.data.every((inside, at) => inside <= (foreground.data[at] as number))).toBe(true);
      }),
    );
  });

  it('counts the coverage of each patch', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(4, 8, 16), (seed, patchStride) => {
        const { mask, coverage } = make(seed, undefined, { grid: squareGrid(side / patchStride) });
        const grid = side / patchStride;
        expect(coverage.length).toBe(grid * grid);
        const patch = new Random(seed, 'patch').integer(coverage.length);
        const [top, left] = [Math.floor(patch / grid) * patchStride, (patch % grid) * patchStride];
        let inside = 0;
        for (let row = top; row < top + patchStride; row++)
          for (let column = left; column < left + patchStride; column++)
            inside += mask.data[row * side + column] as number;
        expect(coverage[patch]).toBeCloseTo(inside / patchStride ** 2, 6);
        const total = coverage.reduce((sum, share) => sum + share, 0) * patchStride ** 2;
        expect(total).toBeCloseTo(size(mask), 2);
      }),
    );
  });

  it('of a photograph that is no square is as large as it, and covers patches by rows and columns', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 2, max: 12 }),
        (seed, rows, columns) => {
          const wide = noise(8 * columns, 8 * rows, seed);
          const made = synthesizeLocalAnomaly(wide, texture, undefined, new Random(seed), {
            grid: { rows, columns },
          });
          for (const { width, height } of [made.image, made.mask, made.texture])
            expect([width, height]).toEqual([wide.width, wide.height]);
          expect(made.coverage).toHaveLength(rows * columns);
          const counted = new Float32Array(rows * columns);
          for (const [pixel, inside] of made.mask.data.entries()) {
            const row = Math.floor(Math.floor(pixel / wide.width) / 8);
            counted[row * columns + Math.floor((pixel % wide.width) / 8)]! += inside / 64;
          }
          expect(made.coverage).toEqual(counted);
          expect(Math.max(...made.coverage)).toBeGreaterThan(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('falls back to a square of foreground where no mask fits', () => {
    // A single pixel, which forty masks in a row missed with this seed.
    const foreground = square(21, 1);
    const missed = Array.from({ length: 400 }, (_, seed) => seed).find(
      (seed) => maskOf(seed, 1 / 3, foreground, 40).mask === undefined,
    );
    expect(missed).toBeDefined();
    const { mask, coverage } = make(missed!, foreground, { grid: squareGrid(8) });
    expect(mask).toEqual(foreground);
    expect(Math.max(...coverage)).toBeCloseTo(1 / 64, 9);
  });

  it('uses the whole image where the foreground is empty, or is to be ignored', () => {
    expect(make(5, square(0, 0))).toEqual(make(5));
    expect(make(5, square(9, 3), { foreground: false })).toEqual(make(5));
  });

  it.each([0, 0.2, 1 / 3, 0.5])(
    'has the mask of Eq. 2 for alpha %f, with a foreground or without',
    (alpha) => {
      const branches = { both: 0, either: 0, one: 0 };
      for (let seed = 0; seed < 300; seed++) {
        const foreground = seed % 2 ? square(8, 40) : undefined;
        const { mask, branch } = maskOf(seed, alpha, foreground, 40);
        expect(make(seed, foreground, { alpha }).mask.data).toEqual(mask);
        branches[branch]++;
      }
      // A mask that was drawn again counts by its last draw, and intersections are drawn again most often.
      const single = 300 * (1 - 2 * alpha);
      if (alpha === 0 || alpha === 0.5) expect(branches.one).toBe(single);
      else expect(branches.one).toBeGreaterThan(0.6 * single);
      expect(branches.both > 0 && branches.either > branches.both).toBe(alpha > 0);
    },
  );

  it('can leave the texture as it is, and lay it on opaque', () => {
    const made = make(4, undefined, { augmentations: 0, blend: false });
    const fitting = noise(side, side, 8);
    const plain = synthesizeLocalAnomaly(image, fitting, undefined, new Random(4), {
      augmentations: 0,
      blend: false,
    });
    expect(made.beta).toBe(0);
    expect(plain.texture).toEqual(fitting);
    for (const [pixel, inside] of plain.mask.data.entries())
      if (inside) expect(plain.image.data[pixel * 3]).toBe(fitting.data[pixel * 3]);
  });

  it.each([
    [{ alpha: 0.6 }, /alpha to be a number from 0 to 0.5, got 0.6/],
    [{ augmentations: 10 }, /augmentations to be a whole number from 0 to 9/],
    [{ grid: squareGrid(65) }, /at least a pixel a patch, 65 x 65, got 64 x 64/],
    [{ betaLow: 0.9 }, /betaHigh/],
    [{ alpha: Number.NaN }, /alpha/],
  ])('refuses %j', (options, message) => {
    expect(() => make(1, undefined, options)).toThrow(message);
  });

  it('refuses a foreground of another size', () => {
    const foreground = { width: 8, height: 8, data: new Uint8Array(64) };
    expect(() => make(1, foreground)).toThrow(/foreground to be as large as the image, 64 x 64/);
  });
});

describe('patchCoverage', () => {
  it('takes means over patches', () => {
    const data = Uint8Array.of(1, 1, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0);
    expect(Array.from(patchCoverage({ width: 4, height: 4, data }, squareGrid(2)))).toEqual([
      1, 0.25, 0.25, 0,
    ]);
  });
});

describe('fitTexture', () => {
  it('scales the shorter side to the image and cuts a part out', () => {
    expect(scaleToCover(noise(50, 100), squareOf(25))).toMatchObject({ width: 25, height: 50 });
    expect(scaleToCover(noise(30, 20), squareOf(40))).toMatchObject({ width: 60, height: 40 });
    const places = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const { width, height, data } = fitTexture(texture, image, new Random(seed));
      expect([width, height]).toEqual([side, side]);
      places.add(data.subarray(0, 12).join());
    }
    expect(places.size).toBeGreaterThan(5);
  });

  it('covers a size that is not square by the side that needs the most', () => {
    expect(scaleToCover(noise(50, 100), { width: 60, height: 20 })).toMatchObject({ width: 60, height: 120 });
    expect(scaleToCover(noise(50, 40), { width: 20, height: 60 })).toMatchObject({ width: 75, height: 60 });
    // A long one loses its ends also where nothing is scaled.
    expect(scaleToCover(noise(2, 9), { width: 1, height: 8 })).toMatchObject({ width: 2, height: 8 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (fromWidth, fromHeight, width, height) => {
          const from = noise(fromWidth, fromHeight);
          const covering = scaleToCover(from, { width, height });
          expect(covering.width).toBeGreaterThanOrEqual(width);
          expect(covering.height).toBeGreaterThanOrEqual(height);
          expect(covering.width === width || covering.height === height).toBe(true);
          const fitted = fitTexture(from, { width, height }, new Random(1));
          expect([fitted.width, fitted.height]).toEqual([width, height]);
        },
      ),
    );
  });

  it('cuts the ends off a very long texture', () => {
    expect(scaleToCover(noise(3, 300), squareOf(10))).toMatchObject({ width: 10, height: 40 });
  });
});
