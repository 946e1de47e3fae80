/**
 * @file A region of interest that follows the part: what is remembered of a class to find its part in an image, and the region where it was found. Found is it on a
 * coarse grid of cells, which is enough for a region and fast; each cell is all inside or all outside. Pure.
 */
import { type Grid, mapPatches, patchCount } from '../geometry.ts';
import type { ImageSize } from '../limits.ts';
import type { RegionOfInterest } from './region-of-interest.ts';

/** What tells the part of a class from the ground it lies on (detector/roi/part-graph.ts). */
export interface PartModel {
  /** Distance to the colour of the image's border up to which a cell looks like ground; hundredths of OKLab's unit. */
  readonly ground: number;
  /** Share of the cells around one that belong to something, from which that is a part and no dirt, 0 .. 1. */
  readonly dense: number;
  /** The same in a wider square: what is small beside the class's part is dirt, however thick. */
  readonly wide: number;
  /** The first share, of ground, from which a hole in the part shows ground; above 1: every hole belongs to the part. */
  readonly open: number;
  /** Share of the cells that holes which show ground may cover; where there are more of them, all holes belong to the part: one has come that should not be there. */
  readonly holes: number;
  /** Shares of the cells that a part covers, between which it is taken for one. */
  readonly least: number;
  readonly most: number;
  /** Cells that are added around it, to each side; below 0: that are taken off its rim. */
  readonly margin: number;
}

/** Cells along the longer side. */
export const coarseCells = 64;
/** An input that is longer, half again the usual 320 pixels, as tiles have it, has twice as many: it is made so to show what is smaller than a cell would else be. */
const largeSide = 480;

/** How many times as many cells as usual a grid has along a side. */
export function finenessOf({ rows, columns }: Grid): number {
  return Math.max(rows, columns) > coarseCells ? 2 : 1;
}

/** The cells of an input: nearly square, and never smaller than its pixels. */
export function cellGrid({ width, height }: ImageSize): Grid {
  const side = Math.max(width, height);
  const cell = Math.max(1, side / (side > largeSide ? 2 * coarseCells : coarseCells));
  return { rows: Math.max(1, Math.round(height / cell)), columns: Math.max(1, Math.round(width / cell)) };
}

/** The cell of each of `count` pixels along an axis of `cells` cells. */
export function cellOf(count: number, cells: number): number[] {
  return Array.from({ length: count }, (_, pixel) => Math.floor((pixel * cells) / count));
}

/**
 * Which cells a patch touches along one axis, [patches, cells] row-major, 1 or 0.
 * @param pixels - along it
 */
export function cellsOfPatches(pixels: number, patches: number, cells: number): Float32Array {
  const touched = new Float32Array(patches * cells);
  for (const [pixel, cell] of cellOf(pixels, cells).entries())
    touched[Math.floor((pixel * patches) / pixels) * cells + cell] = 1;
  return touched;
}

/**
 * The region of an image whose part was found: what is inside both the cells and the class's own region.
 * @param cells - [rows, columns] of `cellGrid`
 * @param within - of the class: shapes that were drawn, or all of the image
 */
export function followedRegion(
  cells: Uint8Array,
  within: Pick<RegionOfInterest, 'pixels' | 'patches' | 'positions'>,
  size: ImageSize,
  grid: Grid,
): RegionOfInterest {
  const { rows, columns } = cellGrid(size);
  const [down, across] = [cellOf(size.height, rows), cellOf(size.width, columns)];
  const { pixels: ofClass } = within;
  const pixels = ofClass.map(
    (inside, pixel) =>
      inside & cells[down[Math.floor(pixel / size.width)]! * columns + across[pixel % size.width]!]!,
  );
  // Nothing of the class's own region is left: that counts, rather than nothing.
  if (!pixels.includes(1)) return { ...within };
  const patches = followedPatches(cells, within, size, grid);
  const positions = Array.from(patches.keys()).filter((patch) => patches[patch] !== 0);
  return { pixels, patches, positions };
}

/** The patches of `followedRegion`: those that touch a cell inside and the class's own region. */
export function followedPatches(
  cells: Uint8Array,
  within: Pick<RegionOfInterest, 'patches'>,
  size: ImageSize,
  grid: Grid,
): Uint8Array {
  const { rows, columns } = cellGrid(size);
  const down = cellsOfPatches(size.height, grid.rows, rows);
  const across = cellsOfPatches(size.width, grid.columns, columns);
  const patches = new Uint8Array(patchCount(grid)).fill(1, mapPatches(grid));
  for (let row = 0; row < grid.rows; row++)
    for (let column = 0; column < grid.columns; column++) {
      const patch = row * grid.columns + column;
      if (within.patches[patch] === 0) continue;
      patches[patch] = touchesInside(row, column) ? 1 : 0;
    }
  return patches;

  function touchesInside(row: number, column: number): boolean {
    for (let y = 0; y < rows; y++) {
      if (down[row * rows + y] === 0) continue;
      for (let x = 0; x < columns; x++)
        if (across[column * columns + x] !== 0 && cells[y * columns + x] !== 0) return true;
    }
    return false;
  }
}
