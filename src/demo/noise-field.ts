/** @file Gradient noise without end: a lattice whose edges fit together, so any place has a value. */
import type { Random } from '../core/random.ts';
import { drawLattice, gradientNoise, type Lattice } from '../synthesis/gradient-noise.ts';

/** Cells after which the noise repeats. */
const period = 64;

/** One drawn noise over the whole plane. */
export class NoiseField {
  readonly #lattice: Lattice;

  constructor(random: Random) {
    const lattice = drawLattice(random, period, period);
    for (const gradient of [lattice.gradientX, lattice.gradientY]) {
      const stride = period + 1;
      for (let row = 0; row < period; row++) gradient[row * stride + period] = gradient[row * stride]!;
      gradient.copyWithin(period * stride, 0, stride);
    }
    this.#lattice = lattice;
  }

  /** A value in -1 .. 1, places in cells. */
  at(x: number, y: number): number {
    return gradientNoise(this.#lattice, wrapped(x), wrapped(y));
  }

  /** Octaves of it, each twice as fine and half as high; roughly -1 .. 1. */
  fractal(x: number, y: number, octaves: number): number {
    let value = 0;
    let height = 1;
    let [u, v] = [x, y];
    for (let octave = 0; octave < octaves; octave++) {
      value += height * this.at(u, v);
      height /= 2;
      u = u * 2 + 17.3;
      v = v * 2 + 31.7;
    }
    return value;
  }
}

function wrapped(value: number): number {
  const cell = value - Math.floor(value / period) * period;
  return cell < period ? cell : 0;
}
