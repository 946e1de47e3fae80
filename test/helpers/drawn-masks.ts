/** @file Ground truth drawn for tests: shapes of known extent, with hard edges and with soft ones. */
import type { Mask } from '../../src/image/rgb.ts';

export const side = 96;

/** Whether a place, in pixels, lies in a disc, a triangle or a slanted scratch three pixels wide. */
function isInside(x: number, y: number): boolean {
  const disc = Math.hypot(x - 30, y - 34) < 17;
  const triangle = x > 55 && y > 50 && x + y < 145;
  const scratch = Math.abs(y - 0.4 * x - 4) < 1.5 && x > 50 && x < 90;
  return disc || triangle || scratch;
}

/** Share of a pixel that is inside, 0 .. 1, of 8 x 8 places in it. */
function cover(row: number, column: number): number {
  let inside = 0;
  for (let step = 0; step < 64; step++)
    if (isInside(column + ((step % 8) + 0.5) / 8, row + (Math.floor(step / 8) + 0.5) / 8)) inside++;
  return inside / 64;
}

const covers = Float64Array.from({ length: side * side }, (_, at) => cover(Math.floor(at / side), at % side));

/** What of the shapes is inside: pixels of which half is. */
export const truth: Mask = {
  width: side,
  height: side,
  data: Uint8Array.from(covers, (share) => (share >= 0.5 ? 1 : 0)),
};

/** The shapes as a drawing program smooths them, 0 .. 1. */
export const smoothed: Float64Array = covers;

/** How much of two masks' union both have, 0 .. 1. */
export function overlap(first: Mask, second: Mask): number {
  let both = 0;
  let either = 0;
  first.data.forEach((value, at) => {
    const other = second.data[at] ?? 0;
    both += value & other;
    either += value | other;
  });
  return both / either;
}
