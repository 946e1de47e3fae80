/**
 * @file Overlapping tiles of an input that is larger than what a backbone is given at once. Patches of a tile lie on the places of the whole input's
 * grid, and each of them is taken from the tile in whose middle it lies most, so that nothing is seen at a rim where another tile sees it whole. Pure.
 */
import { CladError } from '../core/errors.ts';
import { mirroredPlace } from '../core/gaussian.ts';
import { type Grid, patchCount } from './geometry.ts';
import type { ImageSize } from './limits.ts';
import { sizeText } from './size-option.ts';

/** Tiles as options say them, pixels of the input. */
export interface Tiling extends ImageSize {
  /** Two neighbours have at least so many pixels in common. */
  readonly overlap: number;
  /**
   * Pixels of the input that are mirrored around it before tiles are cut, rounded up to the layers' step: what lies at the photograph's rim is then seen by a tile
   * as what lies within is. Absent: none.
   */
  readonly mirrored?: number;
  /** Whether the whole input, made as small as a tile, is seen beside them. */
  readonly whole?: boolean;
}

/** Where tiles lie, and which of their patches count. */
export interface PlacedTiles {
  /** Pixels that are mirrored around the input, to the left and right and above and below. */
  readonly mirrored: { readonly across: number; readonly down: number };
  /** Upper left corner of each, pixels of the input with what is mirrored around it; row by row. */
  readonly corners: readonly { readonly x: number; readonly y: number }[];
  /** Of the whole input. */
  readonly grid: Grid;
  /** Of a tile. */
  readonly patches: number;
  /** Of each tile so many patches are taken, the same number of all. */
  readonly taken: number;
  /** Which ones: places in the tile's own grid, [tiles * taken]; a tile that has fewer repeats its first. */
  readonly places: readonly number[];
  /** For each patch of the whole grid its place among all that are taken, row by row. */
  readonly order: readonly number[];
}

/**
 * Places tiles.
 * @param grids - of a tile, of all layers, `patches` among them
 * @param patches - grid of a tile's patches
 * @throws OPTION_INVALID where tiles do not fit into the input, or their patches do not lie on one grid
 */
export function placeTiles(
  input: ImageSize,
  tiling: Tiling,
  grids: readonly Grid[],
  patches: Grid,
): PlacedTiles {
  requireOverlap(tiling);
  const across = placeAlong(input, tiling, 'width', patches.columns, unitOf(tiling, 'width', grids));
  const down = placeAlong(input, tiling, 'height', patches.rows, unitOf(tiling, 'height', grids));
  const taken = down.most * across.most;
  const corners = down.starts.flatMap((y) => across.starts.map((x) => ({ x, y })));
  const places = down.own.flatMap((rows) =>
    across.own.flatMap((columns) =>
      padded(
        rows.flatMap((row) => columns.map((column) => row * patches.columns + column)),
        taken,
      ),
    ),
  );
  const order = down.from.flatMap(([tileRow, row]) =>
    across.from.map(
      ([tileColumn, column]) =>
        (tileRow * across.starts.length + tileColumn) * taken + row * across.own[tileColumn]!.length + column,
    ),
  );
  const grid = {
    rows: down.from.length,
    columns: across.from.length,
    ...(tiling.whole && { whole: patches }),
  };
  const mirrored = { across: across.mirrored, down: down.mirrored };
  return { mirrored, corners, grid, patches: patchCount(patches), taken, places, order };
}

/** @throws OPTION_INVALID where neighbours would have all in common */
export function requireOverlap(tiling: Tiling): void {
  const { width, height, overlap } = tiling;
  if (overlap < Math.min(width, height)) return;
  throw new CladError('OPTION_INVALID', {
    option: 'features.tileOverlap',
    expected: `less than the tiles' sides of ${sizeText(tiling)} pixels`,
    actual: String(overlap),
  });
}

/** How many tiles stand beside and above each other. @param unit - of whose multiples tiles are placed, pixels */
export function tileCount({ width, height }: ImageSize, tiling: Tiling, unit = 1): Grid {
  const more = 2 * mirroredOf(tiling, unit);
  return {
    rows: countAlong(height + more, tiling.height, tiling.overlap),
    columns: countAlong(width + more, tiling.width, tiling.overlap),
  };
}

/** Pixels mirrored to each side. */
function mirroredOf({ mirrored = 0 }: Tiling, unit: number): number {
  return Math.ceil(mirrored / unit) * unit;
}

/**
 * For each place along an axis with mirrored pixels at both ends, the pixel that stands there: c b a | a b c d | d c b.
 * @param side - pixels of the axis itself
 */
export function mirroredPlaces(side: number, mirrored: number): number[] {
  return Array.from({ length: side + 2 * mirrored }, (_, at) => mirroredPlace(at - mirrored, side));
}

/** The smallest input, at least as large as wanted, that tiles fit into. @param unit - of whose multiples tiles are placed, pixels */
export function fittingInput(wanted: ImageSize, tiling: Tiling, unit: number): ImageSize {
  const along = (side: number, tile: number) => tile + Math.ceil(Math.max(0, side - tile) / unit) * unit;
  return { width: along(wanted.width, tiling.width), height: along(wanted.height, tiling.height) };
}

/**
 * The input that so many tiles see, with what is mirrored around it; a tile where it is one.
 * @param unit - of whose multiples tiles are placed, pixels
 */
export function inputOfGrid({ rows, columns }: Grid, tiling: Tiling, unit: number): ImageSize {
  if (rows === 1 && columns === 1) return { width: tiling.width, height: tiling.height };
  const along = (count: number, tile: number) => {
    const more = Math.floor(((count - 1) * (tile - tiling.overlap)) / unit) * unit;
    return Math.max(unit, tile + more - 2 * mirroredOf(tiling, unit));
  };
  return { width: along(columns, tiling.width), height: along(rows, tiling.height) };
}

function countAlong(side: number, tile: number, overlap: number): number {
  return side <= tile ? 1 : Math.ceil((side - overlap) / (tile - overlap));
}

/** Tiles along one axis. */
interface Along {
  readonly starts: readonly number[];
  /** Of each tile: places along its own grid that are taken. */
  readonly own: readonly (readonly number[])[];
  /** For each place along the whole grid: the tile, and the place among those it has taken. */
  readonly from: readonly (readonly [tile: number, at: number])[];
  /** Most that are taken of a tile. */
  readonly most: number;
  /** Pixels mirrored at either end. */
  readonly mirrored: number;
}

/** The coarsest layer's step: tiles that begin at its multiples see the image as the whole would be seen. */
function unitOf(tiling: Tiling, axis: 'width' | 'height', grids: readonly Grid[]): number {
  const steps = grids.map(({ rows, columns }) => tiling[axis] / (axis === 'width' ? columns : rows));
  return Math.max(...steps);
}

function placeAlong(
  input: ImageSize,
  tiling: Tiling,
  axis: 'width' | 'height',
  places: number,
  unit: number,
): Along {
  const [side, tile, { overlap }] = [input[axis], tiling[axis], tiling];
  const refuse = (expected: string, actual = sizeText(input)) => {
    throw new CladError('OPTION_INVALID', { option: 'features.inputSize', expected, actual });
  };
  const mirrored = mirroredOf(tiling, unit);
  const whole = side + 2 * mirrored;
  if (whole < tile) refuse(`at least as large as a tile (${sizeText(tiling)} pixels)`);
  const step = tile / places;
  if (!Number.isInteger(step) || !Number.isInteger(unit)) {
    refuse(
      'tiles that a backbone divides evenly: this one leaves a rim out, and cannot have tiles',
      `${tile} pixels in ${places} patches`,
    );
  }
  if ((side - tile) % unit !== 0) {
    const fitting = sizeText(fittingInput(input, tiling, unit));
    refuse(`a tile and a multiple of ${unit} pixels each way (--input-size ${fitting})`);
  }
  const count = countAlong(whole, tile, overlap);
  const steps = (whole - tile) / unit;
  const starts = Array.from({ length: count }, (_, index) =>
    count === 1 ? 0 : Math.round((index * steps) / (count - 1)) * unit,
  );
  const own: number[][] = starts.map(() => []);
  const from = Array.from({ length: side / step }, (_, place) => {
    const middle = mirrored + (place + 0.5) * step;
    const index = nearest(starts, middle - tile / 2);
    own[index]!.push(place + (mirrored - starts[index]!) / step);
    return [index, own[index]!.length - 1] as const;
  });
  return { starts, own, from, most: Math.max(...own.map(({ length }) => length)), mirrored };
}

/** The index of the nearest; the first of several. */
function nearest(values: readonly number[], to: number): number {
  let best = 0;
  for (const [index, value] of values.entries())
    if (Math.abs(value - to) < Math.abs(values[best]! - to)) best = index;
  return best;
}

function padded(values: readonly number[], length: number): number[] {
  return [...values, ...new Array<number>(length - values.length).fill(values[0] ?? 0)];
}
