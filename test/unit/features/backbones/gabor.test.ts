import { describe, expect, it } from 'vitest';
import { gaborPair, halvingKernel, opponentColours } from '../../../../src/features/backbones/gabor.ts';

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((total, value, at) => total + value * (b[at] as number), 0);

const shape = { orientation: 0.4, wavelength: 2.64, sigma: 1.2 };

/** A patch of a grating of amplitude 1, `side` pixels square. */
function grating(side: number, orientation: number, wavelength: number, phase: number): number[] {
  const centre = (side - 1) / 2;
  return Array.from({ length: side * side }, (_, at) => {
    const [x, y] = [(at % side) - centre, Math.floor(at / side) - centre];
    const across = x * Math.cos(orientation) + y * Math.sin(orientation);
    return Math.cos((2 * Math.PI * across) / wavelength + phase);
  });
}

const magnitude = (pair: ReturnType<typeof gaborPair>, patch: readonly number[]) =>
  Math.hypot(dot(pair.even, patch), dot(pair.odd, patch));

describe.each([7, 8])('a Gabor pair of %i taps', (side) => {
  const pair = gaborPair({ ...shape, side });

  it('gives nothing on a flat patch', () => {
    expect(Math.abs(sum(pair.even))).toBeLessThan(1e-4);
    expect(Math.abs(sum(pair.odd))).toBeLessThan(1e-4);
  });

  it('is in quadrature: both of equal energy, at right angles', () => {
    expect(dot(pair.even, pair.even)).toBeCloseTo(dot(pair.odd, pair.odd), 4);
    expect(dot(pair.even, pair.odd)).toBeCloseTo(0, 5);
  });

  it('has a magnitude of about 1 on its own grating, whatever the phase', () => {
    const magnitudes = [0, 0.7, 1.6, 2.9, 4].map((phase) =>
      magnitude(pair, grating(side, shape.orientation, shape.wavelength, phase)),
    );
    for (const each of magnitudes) expect(Math.abs(each - 1)).toBeLessThan(0.06);
  });

  it('responds most to its own orientation and less to other wavelengths', () => {
    const across = (angle: number) =>
      magnitude(pair, grating(side, shape.orientation + angle, shape.wavelength, 0.3));
    expect(across(0)).toBeGreaterThan(across(Math.PI / 8));
    expect(across(Math.PI / 8)).toBeGreaterThan(across(Math.PI / 4));
    expect(across(Math.PI / 2)).toBeLessThan(0.1);
    const along = (wavelength: number) => magnitude(pair, grating(side, shape.orientation, wavelength, 0.3));
    expect(along(2 * shape.wavelength)).toBeLessThan(0.6 * along(shape.wavelength));
  });
});

describe('the other kernels', () => {
  it('opponent colours are orthonormal, and grey has no colour', () => {
    opponentColours.forEach((a, i) => {
      opponentColours.forEach((b, j) => {
        expect(dot(a, b)).toBeCloseTo(i === j ? 1 : 0, 12);
      });
    });
    expect(opponentColours.map((row) => sum(row)).slice(1)).toEqual([expect.closeTo(0), expect.closeTo(0)]);
  });

  it('the smoothing keeps a flat image and takes out the finest grating', () => {
    expect(sum(halvingKernel)).toBe(1);
    expect(
      dot(
        halvingKernel,
        Array.from({ length: 16 }, (_, at) => (at % 2 === 0 ? 1 : -1)),
      ),
    ).toBe(0);
  });
});
