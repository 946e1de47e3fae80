/** @file Sizes and grids for tests that do not care about width and height. */
import type { Grid } from '../../src/image/geometry.ts';
import type { ImageSize } from '../../src/image/limits.ts';

export function squareOf(side: number): ImageSize {
  return { width: side, height: side };
}

export function squareGrid(side: number): Grid {
  return { rows: side, columns: side };
}
