/**
 * @file Ken Perlin's gradient noise in two dimensions ("Improving Noise", SIGGRAPH 2002), and its fractal sum.
 *
 * A lattice of random unit gradients lies under the image; a value is the four corners' gradient ramps, blended by
 * the fade curve 6t^5 - 15t^4 + 10t^3 and multiplied by sqrt(2), so that it reaches from -1 to 1.
 */
import type { Random } from '../core/random.ts';
import type { ImageSize } from '../image/limits.ts';

/** A lattice of `columns x rows` cells: the gradients at their corners, row by row. */
export interface Lattice {
  readonly columns: number;
  readonly rows: number;
  /** `(rows + 1) * (columns + 1)` horizontal components of unit vectors. */
  readonly gradientX: Float64Array;
  /** Their vertical components. */
  readonly gradientY: Float64Array;
}

/** Draws a lattice; directions are uniform on the circle. */
export function drawLattice(random: Random, columns: number, rows: number): Lattice {
  const corners = (columns + 1) * (rows + 1);
  const gradientX = new Float64Array(corners);
  const gradientY = new Float64Array(corners);
  for (let corner = 0; corner < corners; corner++) {
    const angle = random.uniform(0, 2 * Math.PI);
    gradientX[corner] = Math.cos(angle);
    gradientY[corner] = Math.sin(angle);
  }
  return { columns, rows, gradientX, gradientY };
}

/**
 * The noise at a point of the lattice.
 * @param x - in cells, 0 <= x < columns
 * @param y - in cells, 0 <= y < rows
 * @returns a value in -1 .. 1, 0 at every corner
 */
export function gradientNoise(lattice: Lattice, x: number, y: number): number {
  const { gradientX, gradientY } = lattice;
  const column = Math.floor(x);
  const row = Math.floor(y);
  const stride = lattice.columns + 1;
  const corner = row * stride + column;
  const below = corner + stride;
  const right = x - column;
  const down = y - row;
  const leftUp = gradientX[corner]! * right + gradientY[corner]! * down;
  const rightUp = gradientX[corner + 1]! * (right - 1) + gradientY[corner + 1]! * down;
  const leftDown = gradientX[below]! * right + gradientY[below]! * (down - 1);
  const rightDown = gradientX[below + 1]! * (right - 1) + gradientY[below + 1]! * (down - 1);
  const across = right * right * right * (right * (right * 6 - 15) + 10);
  const along = down * down * down * (down * (down * 6 - 15) + 10);
  const upper = leftUp + (rightUp - leftUp) * across;
  const lower = leftDown + (rightDown - leftDown) * across;
  return Math.SQRT2 * (upper + (lower - upper) * along);
}

/**
 * A field of fractal noise: octaves of gradient noise, each with twice the cells and `gain` times the height.
 * @param size - of the field, samples
 * @param cells - of the first octave, across and down, in a square of the longer side: what is not square is a part of it, so that nothing is stretched
 * @param octaves - at least 1; those finer than two samples a cell are left out
 * @returns `height * width` values around 0, roughly -1 .. 1, row by row
 */
export function fractalNoise(
  random: Random,
  { width, height }: ImageSize,
  cells: readonly [across: number, down: number],
  octaves: number,
  gain = 0.5,
): Float32Array {
  const side = Math.max(width, height);
  const field = new Float32Array(width * height);
  let strength = 1;
  for (let octave = 0; octave < octaves; octave++) {
    const columns = cells[0] * 2 ** octave;
    const rows = cells[1] * 2 ** octave;
    if (octave > 0 && Math.max(columns, rows) > side / 2) break;
    const lattice = drawLattice(random, columns, rows);
    let at = 0;
    for (let row = 0; row < height; row++) {
      const y = ((row + 0.5) * rows) / side;
      for (let column = 0; column < width; column++)
        field[at++]! += strength * gradientNoise(lattice, ((column + 0.5) * columns) / side, y);
    }
    strength *= gain;
  }
  return field;
}
