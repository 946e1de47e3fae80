/**
 * @file The default method's view of a patch: how it differs from the normal patches nearest to it.
 *
 * Beyond the paper. A classifier on absolute features of many classes cannot see what a distance sees; on residuals to the
 * nearest normal features it sees more (docs/decisions/0002-residuals.md). Features are projected to their principal components,
 * matched against a memory bank (a coreset of normal features, as PatchCore's), and what enters the networks is the difference
 * to the mean of the k nearest entries, whitened by the spread that normal differences have.
 */
import {
  add,
  concat,
  equal,
  gather,
  gatherAlong,
  linear,
  matmul,
  maximum,
  mean,
  mul,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  topK,
  where,
} from '../../graph/index.ts';

/** Names of the constants that hold a bank's entries, their squared lengths and the projection in the graph of a detector: later verbs find them so. */
export const bankNames = {
  entries: 'bank_entries',
  lengths: 'bank_norms',
  projection: 'bank_projection',
} as const;

/**
 * A memory of whole images, which has no entries of single patches (methods/rad): name of the constant that is added to how alike an image is to each of
 * them, [images]; 0, or `imageOutOfReach` for one that must not be found.
 */
export const imageReach = 'image_reach';
export const imageOutOfReach = -4;

/** Constants of a fitted memory bank, as values of a graph. */
export interface MemoryBank {
  /** [C] and [C, d]: projection to principal components. */
  readonly mean: Tensor;
  readonly projection: Tensor;
  /** Entries, [M, d]. */
  readonly entries: Tensor;
  /** Squared lengths of the entries, [M]. */
  readonly norms: Tensor;
  /** What a difference is multiplied by, [d]. */
  readonly whitening: Tensor;
}

/** Features [rows, C] in principal components, [rows, d]. */
export function projectFeatures(features: Tensor, bank: Pick<MemoryBank, 'mean' | 'projection'>): Tensor {
  return matmul(sub(features, bank.mean), bank.projection);
}

/** How rows differ from what is normal near them. */
export interface Difference {
  /** From the mean of the k nearest entries, [rows, d]. */
  readonly difference: Tensor;
  /**
   * Euclidean length of the difference, [rows]. The mean of several entries lies among the normal patches even where the coreset
   * took only those at their rim, so the length says more than a distance to one of them, or the mean of several distances.
   */
  readonly distance: Tensor;
}

export interface Match extends Difference {
  /** The k nearest entries, nearest first, [rows, k] int64. */
  readonly indices: Tensor;
  /**
   * Distance to the nearest entry of each class, [rows, classes]: patch by patch, the image-to-class distance of Boiman, Shechtman and
   * Irani, "In Defense of Nearest-Neighbor Based Image Classification" (CVPR 2008). Where classes were asked for.
   */
  readonly toClasses?: Tensor;
}

/**
 * The bank without the entries of one image, which must not vouch for itself while training and calibrating. They are put out of reach by their
 * lengths, which is [M] work; a mask over rows and entries would take as long as the matching itself.
 * @param image - image number, [1] int64
 * @param entryImages - image number of each entry
 */
export function leaveOut<Bank extends Entries>(
  bank: Bank,
  image: Tensor,
  entryImages: readonly number[],
): Bank {
  const images = bank.norms.graph.constant('entry_images', entryImages, [entryImages.length], 'int64');
  return { ...bank, norms: where(equal(images, image), outOfReach, bank.norms) };
}

/** Classes of the entries, for the distance to each. */
export interface EntryClasses {
  /** Class index of each entry, never falling. */
  readonly of: readonly number[];
  /** How many classes there are. */
  readonly count: number;
}

/**
 * The nearest entries of projected features.
 * @param projected - [rows, d]
 * @param neighbours - k, how many entries are averaged
 * @param options - `classes`: matches class by class, which costs nothing more
 */
export function matchEntries(
  projected: Tensor,
  bank: Entries,
  neighbours: number,
  options: { readonly classes?: EntryClasses | undefined } = {},
): Match {
  const { classes } = options;
  const blocks = classes ? classBlocks(classes) : [];
  const found = classes
    ? blocks.map((block) => nearestInBlock(projected, bank, neighbours, block))
    : [nearestOf(projected, bank, neighbours)];
  const length = sum(square(projected), { axes: [1], keepDims: true });
  const distances = (relative: Tensor) => sqrt(maximum(add(relative, length), 0));
  const all = {
    values: concat(
      found.map(({ values }) => values),
      1,
    ),
    indices: concat(
      found.map(({ indices }) => indices),
      1,
    ),
  };
  const nearest = found.length === 1 ? all : nearestAmong(all, neighbours);
  return {
    ...differenceOf(projected, gather(bank.entries, nearest.indices)),
    indices: nearest.indices,
    ...(classes && { toClasses: distances(firstOfClasses(found, blocks, classes.count, length)) }),
  };
}

/**
 * How rows differ from the mean of their nearest entries.
 * @param nearest - [rows, k, d]
 */
export function differenceOf(projected: Tensor, nearest: Tensor): Difference {
  const difference = sub(projected, mean(nearest, { axes: [1] }));
  return { difference, distance: sqrt(sum(square(difference), { axes: [1] })) };
}

/** Square of what an entry is away that must not be found, or a class that has none; still a float32. */
export const outOfReach = 1e30;

/** Entries of one class, from `first` up to, not including, `end`. */
interface Block {
  readonly index: number;
  readonly first: number;
  readonly end: number;
}

/** The classes that have entries, each a block. */
function classBlocks({ of, count }: EntryClasses): Block[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    first: of.indexOf(index),
    end: of.lastIndexOf(index) + 1,
  })).filter(({ first }) => first >= 0);
}

/**
 * Squared distances of rows to points, less each row's own squared length, |x - p|^2 - |x|^2: that length does not change which
 * point is nearest.
 * @param rows - [rows, d]
 * @param points - [P, d]
 * @param norms - squared lengths of the points, [P]
 * @returns [rows, P]
 */
export function relativeSquares(rows: Tensor, points: Tensor, norms: Tensor): Tensor {
  // The rows are fewer than the points, and a doubling is exact on either side.
  return linear(mul(rows, -2), points, norms);
}

type Entries = Pick<MemoryBank, 'entries' | 'norms'>;

/** The k nearest entries: squared distances less the row's own squared length, and indices. */
function nearestOf(projected: Tensor, { entries, norms }: Entries, neighbours: number) {
  const [count] = entries.shape;
  const most = typeof count === 'number' ? Math.min(neighbours, count) : neighbours;
  return topK(relativeSquares(projected, entries, norms), most, false);
}

/** The same of a block, with indices in the whole bank. */
function nearestInBlock(projected: Tensor, bank: Entries, neighbours: number, { first, end }: Block) {
  const own = { entries: slice(bank.entries, 0, first, end), norms: slice(bank.norms, 0, first, end) };
  const { values, indices } = nearestOf(projected, own, neighbours);
  return { values, indices: first === 0 ? indices : add(indices, indices.graph.scalar(first, 'int64')) };
}

/** The k nearest among the nearest of all blocks. */
function nearestAmong({ values, indices }: { values: Tensor; indices: Tensor }, neighbours: number) {
  const chosen = topK(values, neighbours, false);
  return { values: chosen.values, indices: gatherAlong(indices, chosen.indices, 1) };
}

/** The nearest entry of each class, as `nearestOf` has it, [rows, classes]. */
function firstOfClasses(
  found: readonly { readonly values: Tensor }[],
  blocks: readonly Block[],
  count: number,
  length: Tensor,
): Tensor {
  const columns = Array.from({ length: count }, (_, index) => {
    const values = found[blocks.findIndex((block) => block.index === index)]?.values;
    return values ? slice(values, 1, 0, 1) : add(mul(length, 0), outOfReach);
  });
  return concat(columns, 1);
}

/** The networks' input: differences [rows, d] divided by how much normal ones vary along each component. */
export function whiten(difference: Tensor, bank: Pick<MemoryBank, 'whitening'>): Tensor {
  return mul(difference, bank.whitening);
}
