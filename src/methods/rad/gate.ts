/**
 * @file Which places of the grid are compared with which: those at most a number of places away, up, down, left and right.
 *
 * Each place of the memory is read once and compared with the queries of all places near it; a query then takes the best of what was found at the
 * places near it. So the memory, which is large, passes through the processor once an image, and not once for each place near it.
 */
import type { Grid } from '../../image/geometry.ts';

/** Tables of a gate, row by row of the grid. */
export interface Gate {
  /** Shifts by which places are compared. */
  readonly shifts: number;
  /** Place of the query that each place of the memory is compared with, [patches, shifts]; any where there is none there. */
  readonly queries: readonly number[];
  /** Where each query finds what was found, as place * shifts + shift, [patches, shifts]. */
  readonly found: readonly number[];
  /** Whether the place is on the grid, [patches, shifts]. */
  readonly inside: readonly boolean[];
}

/** @param radius - 0: only the same place */
export function gateOf({ rows, columns }: Grid, radius: number): Gate {
  const [down, across] = [Math.min(radius, rows - 1), Math.min(radius, columns - 1)];
  const shifts: [number, number][] = [];
  for (let row = -down; row <= down; row++)
    for (let column = -across; column <= across; column++) shifts.push([row, column]);
  const on = (at: number, size: number) => Math.min(size - 1, Math.max(0, at));
  const tables = { queries: [] as number[], found: [] as number[], inside: [] as boolean[] };
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (const [shift, [dRow, dColumn]] of shifts.entries()) {
        tables.queries.push(on(row - dRow, rows) * columns + on(column - dColumn, columns));
        const [r, c] = [row + dRow, column + dColumn];
        tables.inside.push(r >= 0 && r < rows && c >= 0 && c < columns);
        tables.found.push((on(r, rows) * columns + on(c, columns)) * shifts.length + shift);
      }
  return { shifts: shifts.length, ...tables };
}
