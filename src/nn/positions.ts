/**
 * @file Where a place of a grid lies, as numbers that a network is told: sines and cosines of its column and its row, of wave lengths from 2 pi to 10 000 times that
 * (Vaswani et al. 2017, section 3.5, of two dimensions as Wang and Liu 2021 have it).
 */
import type { Grid } from '../image/geometry.ts';

const longest = 1e4;

/**
 * The table of all places. The first half of a row tells of the column, the second of the row of the grid; in each half sine and cosine of a wave
 * stand side by side, short waves first.
 * @param width - numbers of a place, a multiple of 4
 * @returns [rows * columns, width], row by row of the grid, each value in -1..1
 * @throws TypeError for another width
 */
export function sinePositions({ rows, columns }: Grid, width: number): Float32Array {
  if (!Number.isInteger(width / 4) || width <= 0)
    throw new TypeError(`positions are told by a multiple of 4 numbers, got ${width}`);
  const half = width / 2;
  const table = new Float32Array(rows * columns * width);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const start = (row * columns + column) * width;
      for (const [at, place] of [column, row].entries())
        for (let wave = 0; wave < half; wave += 2) {
          const angle = place * longest ** (-wave / half);
          table[start + at * half + wave] = Math.sin(angle);
          table[start + at * half + wave + 1] = Math.cos(angle);
        }
    }
  return table;
}
