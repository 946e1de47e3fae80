import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { drawLattice, fractalNoise, gradientNoise } from '../../../src/synthesis/gradient-noise.ts';
import { perlinMask } from '../../../src/synthesis/perlin.ts';
import { squareOf } from '../../helpers/sizes.ts';

describe('gradientNoise', () => {
  const lattice = drawLattice(new Random(1), 4, 3);

  it('is 0 at the corners of the lattice', () => {
    for (let row = 0; row < 3; row++)
      for (let column = 0; column < 4; column++)
        expect(gradientNoise(lattice, column, row)).toBeCloseTo(0, 12);
  });

  it('equals the formula at the middle of a cell', () => {
    const corners = [0, 1, 5, 6];
    const ramps = corners.map((corner) => {
      const [x, y] = [corner % 5 === 0 ? 0.5 : -0.5, corner < 5 ? 0.5 : -0.5];
      return (lattice.gradientX[corner] as number) * x + (lattice.gradientY[corner] as number) * y;
    });
    const mean = ramps.reduce((sum, ramp) => sum + ramp / 4, 0);
    expect(gradientNoise(lattice, 0.5, 0.5)).toBeCloseTo(Math.SQRT2 * mean, 12);
  });

  it('is continuous across cells and stays within -1 .. 1', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 2.999, noNaN: true }), (seed, y) => {
        const drawn = drawLattice(new Random(seed), 3, 3);
        expect(gradientNoise(drawn, 1 - 1e-9, y)).toBeCloseTo(gradientNoise(drawn, 1, y), 6);
        expect(Math.abs(gradientNoise(drawn, y, 1.5))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('of what is no square is a part of the square of its longer side', () => {
    const draw = (width: number, height: number) => fractalNoise(new Random(4), { width, height }, [2, 4], 3);
    const square = draw(32, 32);
    expect(draw(32, 12)).toEqual(square.subarray(0, 32 * 12));
    const narrow = draw(12, 32);
    for (const [at, value] of narrow.entries())
      expect(value).toBe(square[Math.floor(at / 12) * 32 + (at % 12)]);
  });

  it('adds octaves and leaves out those that pixels cannot show', () => {
    const field = (octaves: number) => fractalNoise(new Random(3), squareOf(16), [2, 2], octaves);
    expect(field(2)).not.toEqual(field(1));
    expect(field(9)).toEqual(field(3));
  });
});

describe('perlinMask', () => {
  it('of what is no square fills it, and is turned about its middle', () => {
    const size = { width: 60, height: 20 };
    const upright = perlinMask(size, new Random(1), { rotation: 0, threshold: -2 });
    expect(upright).toMatchObject(size);
    expect(upright.data).toHaveLength(1200);
    expect(upright.data).not.toContain(0);
    // Cells as many across as down are as many times longer than high as the image is: upright, it is the square one stretched.
    const square = perlinMask(squareOf(60), new Random(2), { rotation: 0, threshold: 0 });
    const wide = perlinMask(size, new Random(2), { rotation: 0, threshold: 0 });
    for (const [pixel, inside] of wide.data.entries())
      expect(inside).toBe(square.data[3 * Math.floor(pixel / 60) * 60 + (pixel % 60)]);
  });

  it('is binary, and the same for the same seed only', () => {
    const masks = Array.from({ length: 20 }, (_, seed) => perlinMask(squareOf(64), new Random(seed)));
    for (const { data } of masks) expect(data.every((value) => value === 0 || value === 1)).toBe(true);
    expect(perlinMask(squareOf(64), new Random(7))).toEqual(masks[7]);
    expect(new Set(masks.map(({ data }) => data.join('')))).toHaveProperty('size', 20);
  });

  it('rotates: corners that the turned square does not reach are outside', () => {
    const upright = perlinMask(squareOf(33), new Random(1), { rotation: 0, threshold: -2 });
    expect(upright.data).not.toContain(0);
    // Some seed among ten turns far enough to lose every corner of the image.
    const turned = Array.from({ length: 10 }, (_, seed) =>
      perlinMask(squareOf(33), new Random(seed), { threshold: -2 }),
    );
    expect(turned.every(({ data }) => data[16 * 33 + 16] === 1)).toBe(true);
    expect(turned.some(({ data }) => [0, 32, 32 * 33, 33 * 33 - 1].every((at) => data[at] === 0))).toBe(true);
  });

  it('is finer for a larger scale', () => {
    const changes = (maxScaleExponent: number) => {
      let count = 0;
      for (let seed = 0; seed < 30; seed++) {
        const { data } = perlinMask(squareOf(64), new Random(seed), { maxScaleExponent, threshold: 0 });
        for (let at = 1; at < data.length; at++) count += Number(data[at] !== data[at - 1]);
      }
      return count;
    };
    expect(changes(5)).toBeGreaterThan(2 * changes(1));
  });

  it('covers a moderate share, as GLASS expects', () => {
    const shares = Array.from({ length: 200 }, (_, seed) => {
      const { data } = perlinMask(squareOf(64), new Random(seed));
      return data.reduce((sum, inside) => sum + inside, 0) / data.length;
    });
    const mean = shares.reduce((sum, share) => sum + share / shares.length, 0);
    expect(mean).toBeGreaterThan(0.02);
    expect(mean).toBeLessThan(0.25);
  });
});
