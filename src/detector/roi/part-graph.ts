/**
 * @file Where the part is in an image, as nodes of a graph: the region of interest that follows it (docs/decisions/0053-the-region-follows-the-part.md). A short, fixed row of
 * steps on a coarse grid of cells, with the constants of the image's class:
 *
 *     colour    of each cell, in OKLab; distance to the median colour of the image's border
 *     ground    cells near that colour that hang together with the border, or with a wide patch of ground where the class has holes, no more of them than good parts have
 *     part      of the rest what is dense somewhere, in a small square and in a wide one, with all that hangs together with it: dirt is small
 *     margin    around it, or off its rim
 *
 * A part that covers much less or more than those of good images was not found, and then the whole image counts. Training runs these same nodes.
 */
import { cpuNode } from '../../graph/cpu-node.ts';
import { dtypeCode } from '../../graph/tensor.ts';
import type { Grid } from '../../image/geometry.ts';
import { coarseCells, finenessOf, type PartModel } from '../../image/roi/part-model.ts';
import { bound, type Emitter } from './emit.ts';

/** Steps of what spreads from cell to cell: as many cells as there are along the longer side, where it has fewest. What it does not reach stays inside. */
const stepsOf = (grid: Grid) => coarseCells * finenessOf(grid);
/** Cells along the side of the square in which something is dense, and of the wider one: as large in every grid. */
export const around = (grid: Grid) => oddly(9, grid);
export const widely = (grid: Grid) => oddly(25, grid);
/** The margin is put together of powers of two, up to this one: 31 cells, and so is what is taken off. */
const mostBits = 5;
/** Margins are at most so wide, cells. */
export const mostMargin = 2 ** mostBits - 1;

/** Linear light to what the cones see, and that to lightness and two opponent colours (https://bottosson.github.io/posts/oklab/), transposed. */
const toCones = [
  0.4122214708, 0.2119034982, 0.0883024619, 0.5363325363, 0.6806995451, 0.2817188376, 0.0514459929,
  0.1073969566, 0.6299787005,
];
const toLab = [
  0.2104542553, 1.9779984951, 0.0259040371, 0.793617785, -2.428592205, 0.7827717662, -0.0040720468,
  0.4505937099, -0.808675766,
];

/** Numbers of a class for these nodes, as a graph's constant has them: after the first seven the bits of the margin, and those of what is taken off instead. */
const bitsFrom = 7;
export const partNumbers = bitsFrom + 2 * mostBits;

/** A row of the constant. A class without a part model has zeros. */
export function partRow(part: PartModel | undefined): number[] {
  if (!part) return new Array<number>(partNumbers).fill(0);
  const { ground, dense, open, least, most, wide, holes, margin } = part;
  const bits = (cells: number) => Array.from({ length: mostBits }, (_, bit) => (cells >> bit) & 1);
  const [added, takenOff] = [Math.max(0, margin), Math.max(0, -margin)].map(bits);
  return [ground, dense, open, least, most, wide, holes, ...added!, ...takenOff!];
}

/** The part model of such a row. */
export function partOfRow(row: ArrayLike<number>): PartModel {
  const [ground = 0, dense = 0, open = 0, least = 0, most = 0, wide = 0, holes = 0, ...bits] =
    Array.from(row);
  // A file of before regions could be smaller than the part has no bits for it.
  const sign = (at: number) => (at < mostBits ? 1 : -1);
  const margin = bits.reduce((sum, bit, at) => sum + sign(at) * bit * 2 ** (at % mostBits), 0);
  return { ground, dense, wide, open, holes, least, most, margin };
}

/** Mean colours of the cells, [N, rows, columns, 3]. @param seen - float32 [N, height, width, 3], 0..255 */
export function cellColours(emit: Emitter, seen: string, { rows, columns }: Grid): string {
  const attributes = {
    mode: { string: 'linear' },
    coordinate_transformation_mode: { string: 'half_pixel' },
    antialias: { int: 1 },
    exclude_outside: { int: 1 },
    axes: { ints: [1, 2] },
  } as const;
  return emit.add('Resize', [seen, '', '', emit.integers([rows, columns])], attributes, cpuNode);
}

/** Distances of the cells to the median colour of the border, hundredths of OKLab's unit, [N, cells]. */
export function groundDistances(emit: Emitter, colours: string, grid: Grid): string {
  const { floats, integers, add } = bound(emit);
  const value = add('Div', [add('Max', [colours, floats([0])]), floats([255])]);
  const base = add('Div', [add('Add', [value, floats([0.055])]), floats([1.055])]);
  const linear = add('Where', [
    add('Greater', [value, floats([0.04045])]),
    add('Pow', [base, floats([2.4])]),
    add('Div', [value, floats([12.92])]),
  ]);
  const rows = add('Reshape', [linear, integers([-1, grid.rows * grid.columns, 3])]);
  const cones = add('Pow', [add('MatMul', [rows, floats(toCones, [3, 3])]), floats([1 / 3])]);
  const lab = add('Mul', [add('MatMul', [cones, floats(toLab, [3, 3])]), floats([100])]);
  const frame = borderCells(grid);
  const ofFrame = add('Transpose', [add('Gather', [lab, integers(frame)], { axis: { int: 1 } })], {
    perm: { ints: [0, 2, 1] },
  });
  const half = Math.floor(frame.length / 2) + 1;
  const upper = add('TopK', [ofFrame, integers([half])]);
  const median = add('Gather', [upper, integers([half - 1])], { axis: { int: 2 } });
  const away = add('Sub', [lab, add('Transpose', [median], { perm: { ints: [0, 2, 1] } })]);
  const squares = add('ReduceSum', [add('Mul', [away, away]), integers([2])], { keepdims: { int: 0 } });
  return add('Sqrt', [squares]);
}

/** Numbers of the cells at the image's border. */
export function borderCells({ rows, columns }: Grid): number[] {
  return Array.from({ length: rows * columns }, (_, cell) => cell).filter((cell) => {
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    return row === 0 || column === 0 || row === rows - 1 || column === columns - 1;
  });
}

/** What `partCells` gives. */
export interface PartCells {
  /** What is inside, 1 or 0, float32 [N, rows, columns]. */
  readonly cells: string;
  /** Share of the cells that the part covers, without margin, [N, 1]. */
  readonly share: string;
}

/**
 * The cells inside.
 * @param distances - from `groundDistances`
 * @param numbers - rows of `partRow` of each image's class, float32 [N, partNumbers]
 */
export function partCells(emit: Emitter, distances: string, numbers: string, grid: Grid): PartCells {
  const { floats, integers, add } = bound(emit);
  const { rows, columns } = grid;
  const steps = stepsOf(grid);
  const one = floats([1]);
  const float = { to: { int: dtypeCode.float32 } };
  /** A number of each image, in the shape of its cells. */
  const number = (at: number) =>
    add('Reshape', [add('Gather', [numbers, integers([at])], { axis: { int: 1 } }), integers([-1, 1, 1, 1])]);
  const isAtLeast = (x: string, least: string) => add('Cast', [add('GreaterOrEqual', [x, least])], float);
  const dense = (x: string, side = around(grid)) =>
    add('AveragePool', [x], {
      ...window(side),
      // Beyond the image nothing is dense: a crumb in the corner is no part.
      count_include_pad: { int: 1 },
    });
  const not = (x: string) => add('Sub', [one, x]);

  const laid = add('Reshape', [distances, integers([-1, 1, rows, columns])]);
  const something = add('Cast', [add('Greater', [laid, number(0)])], float);
  // Gaps of a cell are closed: grown, then shrunk.
  const free = add('MaxPool', [not(widest(emit, something, 3))], window(3));
  /** What of the free cells hangs together with some, by their sides. */
  const spread = (from: string) => {
    let reached = add('Mul', [free, from]);
    for (let step = 0; step < steps; step++) {
      reached = add('Min', [add('MaxPool', [reached], window(3, 1)), free]);
      reached = add('Min', [add('MaxPool', [reached], window(1, 3)), free]);
    }
    return reached;
  };
  const shareOf = (x: string) => add('ReduceMean', [x, integers([1, 2, 3])], { keepdims: { int: 1 } });
  const outside = spread(floats(borderMask(grid), [1, 1, rows, columns]));
  const open = add('Max', [outside, spread(isAtLeast(dense(free), number(2)))]);
  const holes = shareOf(add('Sub', [open, outside]));
  const things = not(add('Where', [add('Greater', [holes, number(6)]), outside, open]));
  const isDense = add('Mul', [
    isAtLeast(dense(things), number(1)),
    isAtLeast(dense(things, widely(grid)), number(5)),
  ]);
  let part = add('Mul', [things, isDense]);
  for (let step = 0; step < steps; step++) part = add('Min', [widest(emit, part, 3), things]);
  const share = shareOf(part);
  let inside = part;
  for (let bit = 0; bit < mostBits; bit++) {
    const grown = widest(emit, inside, 2 ** (bit + 1) + 1);
    inside = add('Where', [add('Greater', [number(bitsFrom + bit), floats([0])]), grown, inside]);
  }
  for (let bit = 0; bit < mostBits; bit++) {
    const shrunk = not(widest(emit, not(inside), 2 ** (bit + 1) + 1));
    const isAsked = add('Greater', [number(bitsFrom + mostBits + bit), floats([0])]);
    inside = add('Where', [isAsked, shrunk, inside]);
  }
  const found = add('And', [
    add('GreaterOrEqual', [share, number(3)]),
    add('LessOrEqual', [share, number(4)]),
  ]);
  const cells = add('Where', [found, inside, one]);
  return {
    cells: add('Reshape', [cells, integers([-1, rows, columns])]),
    share: add('Reshape', [share, integers([-1, 1])]),
  };
}

/** A side that is odd, so that there is a cell in its middle. */
function oddly(side: number, grid: Grid): number {
  return (side - 1) * finenessOf(grid) + 1;
}

function borderMask(grid: Grid): Float32Array {
  const mask = new Float32Array(grid.rows * grid.columns);
  for (const cell of borderCells(grid)) mask[cell] = 1;
  return mask;
}

/** Each cell the highest of the square around it. */
function widest(emit: Emitter, x: string, side: number): string {
  return emit.add('MaxPool', [x], window(side));
}

/** A window around each cell; beyond the image there is nothing. */
function window(down: number, across = down) {
  const [y, x] = [(down - 1) / 2, (across - 1) / 2];
  return { kernel_shape: { ints: [down, across] }, pads: { ints: [y, x, y, x] } };
}
