/**
 * @file What finds the part of a class, learnt from its good images, and whether it is found in them alike: else the class has no region that follows it
 * (docs/decisions/0053-the-region-follows-the-part.md).
 *
 * How far from the border's colour a cell is still ground is found as maximally stable regions are (Matas et al., BMVC 2002): where the part stays the same
 * over a range of distances, in all images, it has an outline.
 */
import { median, quantile } from '../../core/arrays.ts';
import type { PartFinder } from '../../detector/roi/part-finder.ts';
import { around, borderCells, mostMargin, widely } from '../../detector/roi/part-graph.ts';
import type { Grid } from '../../image/geometry.ts';
import type { PartModel } from '../../image/roi/part-model.ts';

/** What was learnt, or why nothing was. */
export type LearntPart =
  | {
      readonly part: PartModel;
      /** The margin in per cent of the part's size, where it had to be less wide than was asked. */
      readonly narrowed?: number;
    }
  | { readonly reason: string };

/** Distances that are tried, hundredths of OKLab's unit: from what can just be seen, each a quarter more than the one before. */
const tried = Array.from({ length: 13 }, (_, step) => 2.5 * 1.25 ** step);

/** Of good images. */
const demands = {
  images: 3,
  /** Of the border, in nine of ten images: a part may leave the image on a short stretch, like a handle. */
  borderGround: 0.85,
  /** Overlap of what two neighbouring distances find, by intersection over union, in nine of ten images. */
  overlap: 0.84,
  /** Neighbouring pairs in a row that have it. */
  pairs: 2,
  smallest: 0.005,
  largest: 0.9,
  /** Range of nine of ten sizes over their median. */
  sizeRange: 0.6,
} as const;

/** How much smaller or larger than in any good image a part may be and still be taken for one. */
const slack = 1.3;
/** Images that distances are tried on; more change little. */
const triedOn = 24;
/** A hole shows ground where so much of the square around one of its cells does: dirt may lie in it. */
const openGround = 0.9;
const closed = 2;
/** What belongs together is a part, however thin. */
const loosely = 0.15;

/**
 * Learns the part of a class.
 * @param samples - of each of some good images the distances of its cells to the colour of its border (`PartFinder.distances`)
 * @param margin - around it, per cent of its size (the root of its area); below 0: off its rim
 */
export async function learnPart(
  samples: readonly Float32Array[],
  grid: Grid,
  finder: Pick<PartFinder, 'find'>,
  margin: number,
): Promise<LearntPart> {
  if (samples.length < demands.images)
    return { reason: `too few images to tell (${samples.length} of at least ${demands.images})` };
  const find = async (part: PartModel, of = samples) => {
    const found = [];
    for (const distances of of) found.push(await finder.find(distances, part));
    return found;
  };
  const chosen = await stableGround(samples.slice(0, triedOn), find, margin < 0 ? 2 / 3 : 1 / 3);
  if (chosen === undefined)
    return {
      reason: 'nothing in them has an outline that stays the same however far from it ground is told',
    };
  const border = borderCells(grid);
  const ofBorder = samples.map(
    (distances) => border.filter((cell) => distances[cell]! <= chosen).length / border.length,
  );
  const atBorder = quantile(ofBorder, 0.1);
  if (atBorder < demands.borderGround)
    return { reason: `their border is not all ground (only ${percent(atBorder)} of it in one of ten)` };
  const loose = { ...wholeParts, ground: chosen };
  const filled = await find(loose);
  const least = (side: number) => Math.min(...filled.map(({ cells }) => densest(cells, grid, side)));
  const dense = Math.min(0.4, Math.max(loosely, 0.5 * least(around(grid))));
  const wide = 0.25 * least(widely(grid));
  const [shut, open] = [
    { ...loose, dense, wide },
    { ...loose, dense, wide, open: openGround },
  ];
  const [shutShares, openShares] = [sharesOf(await find(shut)), sharesOf(await find(open))];
  const holes = shutShares.map((share, at) => share - openShares[at]!);
  const isOpen = alwaysHasHoles(holes);
  const shares = isOpen ? openShares : shutShares;
  const size = median(shares);
  if (size < demands.smallest || size > demands.largest)
    return { reason: `the part would cover ${percent(size)} of the image` };
  const range = quantile(shares, 0.95) - quantile(shares, 0.05);
  if (range > demands.sizeRange * size)
    return { reason: `the part's size is not stable (median ${percent(size)}, range ${percent(range)})` };
  // Not of the few photographs that show no part, or something else: a smallest of nothing would let every crumb pass for a part.
  const usual = shares.filter((share) => Math.abs(share - size) <= demands.sizeRange * size);
  const root = Math.sqrt(size * grid.rows * grid.columns);
  const cells = Math.round((margin / 100) * root);
  return {
    ...(Math.abs(cells) > mostMargin && { narrowed: (100 * Math.sign(cells) * mostMargin) / root }),
    part: {
      ...(isOpen ? open : shut),
      // Half of the smallest hole more than in good images: with another one there are more.
      holes: isOpen ? quantile(holes, 0.95) + around(grid) ** 2 / (2 * grid.rows * grid.columns) : 1,
      least: Math.min(...usual) / slack,
      most: Math.min(1, Math.max(...usual) * slack),
      margin: margin === 0 ? 0 : Math.sign(margin) * Math.min(mostMargin, Math.max(1, Math.abs(cells))),
    },
  };
}

/** Takes whatever is not ground for a part, with all of its holes. */
export const wholeParts: PartModel = {
  ground: 0,
  dense: loosely,
  wide: 0,
  open: closed,
  holes: 1,
  least: 0,
  most: 1,
  margin: 0,
};

/**
 * The distance up to which a cell is ground: within the longest range in which the parts stay the same; undefined where there is none.
 * @param place - in that range. Low, there is rather a little too much of a part than too little. Where its rim is not looked at, too little costs nothing, and of a
 * faint smudge that touches the part less is taken for it.
 */
async function stableGround(
  samples: readonly Float32Array[],
  find: (part: PartModel, of: readonly Float32Array[]) => Promise<{ readonly cells: Uint8Array }[]>,
  place: number,
): Promise<number | undefined> {
  const stable: boolean[] = [];
  let before: { readonly cells: Uint8Array }[] | undefined;
  for (const ground of tried) {
    const now = await find({ ...wholeParts, ground }, samples);
    if (before) {
      const overlaps = now.map(({ cells }, at) => overlap(before![at]!.cells, cells));
      stable.push(quantile(overlaps, 0.1) >= demands.overlap);
    }
    before = now;
  }
  let [first, longest] = [0, 0];
  for (let start = 0; start < stable.length; start++) {
    let length = 0;
    while (stable[start + length]) length++;
    if (length > longest) [first, longest] = [start, length];
  }
  if (longest < demands.pairs) return undefined;
  return tried[first + (place < 0.5 ? Math.ceil : Math.round)(place * longest)];
}

function sharesOf(found: readonly { readonly share: number }[]): number[] {
  return found.map(({ share }) => share);
}

/** Whether good images always have holes that show ground, about as large in all of them. @param holes - shares of the cells */
function alwaysHasHoles(holes: readonly number[]): boolean {
  const usual = median(holes);
  const range = quantile(holes, 0.95) - quantile(holes, 0.05);
  return usual > 0.005 && range < 0.5 * usual;
}

/** The largest share of cells inside in a square around one of them, as part-graph.ts has it. */
function densest(cells: Uint8Array, { rows, columns }: Grid, side: number): number {
  const reach = (side - 1) / 2;
  let most = 0;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      if (cells[row * columns + column] === 0) continue;
      let inside = 0;
      for (let y = Math.max(0, row - reach); y <= Math.min(rows - 1, row + reach); y++)
        for (let x = Math.max(0, column - reach); x <= Math.min(columns - 1, column + reach); x++)
          inside += cells[y * columns + x]!;
      most = Math.max(most, inside / side ** 2);
    }
  return most;
}

/** Intersection over union; 0 where nothing is found, or all of the image. */
function overlap(one: Uint8Array, other: Uint8Array): number {
  let [both, either] = [0, 0];
  for (const [cell, inside] of one.entries()) {
    both += inside & other[cell]!;
    either += inside | other[cell]!;
  }
  return either === 0 || both > demands.largest * one.length ? 0 : both / either;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
