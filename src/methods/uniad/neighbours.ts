/** @file The neighbour mask of UniAD: a token sees no token near it, itself included, so that it cannot be copied through. */
import type { Grid } from '../../image/geometry.ts';

/** Added to what attention says of a hidden pair: nothing is left of it after the softmax, and half precision has the number. */
export const hidden = -1e4;

/**
 * Which places no place of a grid sees: those of a square around it.
 * @param side - of the square, odd; 0: each sees all
 * @returns [places, places], 0 or `hidden`, places row by row
 */
export function neighbourMask({ rows, columns }: Grid, side: number): Float32Array {
  const places = rows * columns;
  const mask = new Float32Array(places * places);
  const reach = (side - 1) / 2;
  for (let from = 0; from < places; from++)
    for (let to = 0; to < places; to++) {
      const down = Math.abs(Math.floor(from / columns) - Math.floor(to / columns));
      const across = Math.abs((from % columns) - (to % columns));
      if (down <= reach && across <= reach) mask[from * places + to] = hidden;
    }
  return mask;
}

/** Whether some place of a grid would see nothing: its middle, where the square reaches every border. */
export function hidesAll({ rows, columns }: Grid, side: number): boolean {
  return side > 0 && Math.max(rows, columns) <= side;
}
