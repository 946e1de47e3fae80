/**
 * @file Kernels of the built-in filter bank: pairs of Gabor filters in quadrature (a Gaussian times a cosine and a sine), the
 * smoothing before every second pixel is dropped, opponent colours. Pure numbers, written from formulas.
 *
 * Numbers are rounded to 2^-20, so that a last bit of `Math.exp` or `Math.cos` cannot change the file that is built of them.
 */

/** What a pair responds to. */
export interface GaborShape {
  /** Direction across the stripes, radians; 0: vertical stripes. */
  readonly orientation: number;
  /** Pixels from stripe to stripe. */
  readonly wavelength: number;
  /** Standard deviation of the Gaussian, pixels. */
  readonly sigma: number;
  /** Taps along one side; an even number is centred between two pixels. */
  readonly side: number;
}

/** Even (cosine) and odd (sine) kernel, each [side, side] row-major; both add up to zero. */
export interface GaborPair {
  readonly even: Float64Array;
  readonly odd: Float64Array;
}

/** Rounds to a multiple of 2^-20. */
export function rounded(value: number): number {
  // The sum turns -0 into 0.
  return Math.round(value * 2 ** 20) / 2 ** 20 + 0;
}

/**
 * A pair of equal energy, scaled so that a grating of amplitude 1 at its wavelength and orientation gives a magnitude of
 * about 1, whatever the grating's phase.
 */
export function gaborPair({ orientation, wavelength, sigma, side }: GaborShape): GaborPair {
  const centre = (side - 1) / 2;
  const envelope = new Float64Array(side * side);
  const even = new Float64Array(side * side);
  const odd = new Float64Array(side * side);
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++, at++) {
      const across = (x - centre) * Math.cos(orientation) + (y - centre) * Math.sin(orientation);
      const weight = Math.exp(-((x - centre) ** 2 + (y - centre) ** 2) / (2 * sigma ** 2));
      const phase = (2 * Math.PI * across) / wavelength;
      envelope[at] = weight;
      even[at] = weight * Math.cos(phase);
      odd[at] = weight * Math.sin(phase);
    }
  }
  // The cosine's mean is taken out along the envelope: flat places give nothing.
  const offset = sumOf(even) / sumOf(envelope);
  for (let at = 0; at < even.length; at++)
    even[at] = (even[at] as number) - offset * (envelope[at] as number);
  // A wave through a Gaussian of this energy gives half the envelope's sum.
  const length = (Math.SQRT2 * norm(envelope)) / sumOf(envelope);
  return { even: scaled(even, length / norm(even)), odd: scaled(odd, length / norm(odd)) };
}

/**
 * Opponent colours of RGB, orthonormal, one row each: light, red against green, yellow against blue.
 */
export const opponentColours: readonly (readonly [number, number, number])[] = [
  [1 / Math.sqrt(3), 1 / Math.sqrt(3), 1 / Math.sqrt(3)],
  [1 / Math.SQRT2, -1 / Math.SQRT2, 0],
  [1 / Math.sqrt(6), 1 / Math.sqrt(6), -2 / Math.sqrt(6)],
];

/** Binomial smoothing [4, 4] before every second pixel is dropped; centred between pixels, as the pixels of a half-size image are. */
export const halvingKernel: readonly number[] = [1, 3, 3, 1].flatMap((a) =>
  [1, 3, 3, 1].map((b) => (a * b) / 64),
);

function sumOf(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((total, value) => total + value * value, 0));
}

function scaled(values: Float64Array, factor: number): Float64Array {
  return values.map((value) => rounded(value * factor));
}
