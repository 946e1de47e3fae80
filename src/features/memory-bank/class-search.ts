/**
 * @file The search in a memory bank that has entries of its own for each class, in two steps: first which class an image is of, by the heads of all
 * classes, then its patches' nearest entries among those of that class alone. So the cost of an image does not grow with the number of classes, and
 * what is normal for one product excuses nothing on another (docs/decisions/0031-a-memory-for-each-class.md).
 *
 * The first entries of a class are drawn by chance, the others chosen by their distance to all before them: the first are the heads.
 */
import {
  add,
  cast,
  countElements,
  equal,
  gather,
  gatherAlong,
  linear,
  loop,
  maximum,
  mul,
  neg,
  reduceMax,
  replaceColumns,
  reshape,
  reshapeBy,
  slice,
  sliceBetween,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  topK,
} from '../../graph/index.ts';
import { codesOutOfReach, lengthDigits, nearnessByCodes } from './entry-codes.ts';
import { type Difference, differenceOf, leaveOut, matchEntries, outOfReach } from './memory-bank.ts';

/** A bank in which the entries of a class lie together. */
export interface ClassBank {
  /** float16 [M, d], along principal components, the widest first. */
  readonly entries: Tensor;
  /** Squared lengths of the entries along the components that classes are told by (`headWidthOf`), [M]. */
  readonly norms: Tensor;
  /** Where the entries of each class begin, and behind them where the last one's end; [classes + 1]. */
  readonly starts: readonly number[];
  /** By which entries near a patch are found before distances are worked out; absent: all distances are, an exact search. */
  readonly coded?: CodedEntries | undefined;
}

/** All classes' `ClassCodes`. */
export interface CodedEntries {
  /** int8 [searchWidth + lengthDigits, M]. */
  readonly codes: Tensor;
  /** [classes, searchWidth]. */
  readonly centres: Tensor;
  /** [classes]. */
  readonly perUnit: Tensor;
}

/** How the nearest entries are looked for. */
export interface NeighbourSearch {
  /** How many entries are averaged; at most as many as every class has. */
  readonly neighbours: number;
  /** Of how many of the entries nearest by their codes the distance is worked out; not used in an exact search. */
  readonly shortlist: number;
}

/** Entries of a class that its images are recognised by, at most. */
export const headSize = 1024;

/**
 * How many of a class's entries are drawn by chance, the first ones, so that heads are as its patches are; entries chosen by their distance lie at the edge
 * of what is normal, and most patches far from them (docs/decisions/0044-heads-are-drawn.md).
 * @param size - of the class's entries; small memories need theirs to cover what is rare
 */
export function drawnHeads(size: number): number {
  return Math.max(1, Math.min(headSize, Math.floor(size / 16)));
}

/**
 * Along how many components an image's class is told: the first ones, or all in an exact search.
 * @param width - of an entry
 * @param coded - whether entries have codes; without, the search is exact
 */
export function headWidthOf(width: number, coded: boolean): number {
  return coded ? Math.min(width, 64) : width;
}

/** How many components have codes, of those there are. @param wanted - `memoryBank.searchWidth`; null: none, the search is exact */
export function codedWidthOf(wanted: number | null, components: number): number | null {
  return wanted === null ? null : Math.min(wanted, components);
}

/**
 * Where the entries of each class begin; a class without any begins and ends in the same place.
 * @param entryClasses - class index of each entry, never falling
 * @returns [classes + 1]
 */
export function classStarts(entryClasses: readonly number[], classes: number): number[] {
  const starts = new Array<number>(classes + 1).fill(0);
  for (const index of entryClasses) starts[index + 1]! += 1;
  for (let index = 0; index < classes; index++) starts[index + 1]! += starts[index]!;
  return starts;
}

/**
 * Names of the constants in the graph of a detector that the number of classes is in: a class is added or taken away by giving them others
 * (detector/bank-classes.ts).
 */
export const classNames = {
  /** Where the entries of each class begin and the last one's end, int64 [classes + 1]. */
  starts: 'bank_starts',
  /** Which entries are heads, int64 [classes * headSize]. */
  heads: 'bank_heads',
  /** What is added to the distance to a class: 0, or beyond all where it has no entries, [classes]. */
  reach: 'bank_reach',
  /** Sizes of what is found at the heads, class by class, int64 [3]. */
  found: 'bank_head_sizes',
  /** Numbers of the classes, int64 [1, classes]. */
  numbers: 'vote_classes',
  /** Sizes of votes image by image, int64 [3]. */
  votes: 'vote_sizes',
  /** Sizes of votes that have been added up, int64 [2]. */
  counted: 'vote_sums',
  /** Entries in 8 bits (`ClassCodes`), int8 [searchWidth + lengthDigits, M]; absent in an exact search, as the next two. */
  codes: 'bank_codes',
  /** Where the codes of each class have 0, [classes, searchWidth]. */
  centres: 'bank_code_centres',
  /** How many whole numbers make 1 in each class, [classes]. */
  perUnit: 'bank_codes_per_unit',
} as const;

/** Names of the constants that say how each class's scores vary over normal patches, [classes], where scores are measured by that. */
export const spreadNames = {
  distance: { mean: 'distance_means', deviation: 'distance_deviations' },
  network: { mean: 'network_means', deviation: 'network_deviations' },
} as const;

/**
 * Names of what is there beside where an input is seen in tiles (rim-spread.ts); means and deviations of the distance are then [classes, rimZones].
 * `zones`: of each patch, int64 [patches]; `levels`: the most that is taken off, of each class, [classes]. What it is taken of: `shares`, what each patch is of the
 * mean over an image, [patches, 1]; or, where the whole is seen beside, `down` and `across`, by which the level around a patch is made (local-level.ts), [rows, rows]
 * and [columns, columns].
 */
export const rimNames = {
  zones: 'patch_zones',
  levels: 'distance_levels',
  shares: 'patch_shares',
  down: 'level_rows',
  across: 'level_columns',
} as const;

/** The heads of each class, `headSize` places for each: a class with fewer entries has its first one in those left over. */
export function headsOf(starts: readonly number[]): number[] {
  return starts.slice(1).flatMap((end, index) => {
    const start = starts[index]!;
    const size = end - start;
    return Array.from({ length: headSize }, (_, at) => (size === 0 ? 0 : start + (at < size ? at : 0)));
  });
}

/** What is added to the squared distance to each class, for `classNames.reach`. */
export function reachOfClasses(starts: readonly number[]): number[] {
  return starts.slice(1).map((end, index) => (end === starts[index] ? outOfReach : 0));
}

/**
 * A bank without the entries of one image, which must not vouch for itself while training and calibrating: neither their lengths nor their codes are found.
 * @param image - image number, [1] int64
 * @param entryImages - image number of each entry
 */
export function leaveOutOfClasses(bank: ClassBank, image: Tensor, entryImages: readonly number[]): ClassBank {
  const { coded, ...others } = leaveOut(bank, image, entryImages);
  if (!coded) return others;
  const { graph } = image;
  const images = graph.constant('coded_images', entryImages, [entryImages.length], 'int64');
  const beyond = codesOutOfReach((coded.codes.shape[0] as number) - lengthDigits);
  const column = graph.constant('codes_out_of_reach', beyond, [beyond.length, 1], 'int8');
  return { ...others, coded: { ...coded, codes: replaceColumns(coded.codes, equal(images, image), column) } };
}

/**
 * The first step: distance of each patch to the nearest head of each class, along the first components. Patch by patch, it is the image-to-class
 * distance of Boiman, Shechtman and Irani, "In Defense of Nearest-Neighbor Based Image Classification" (CVPR 2008).
 * @param projected - [rows, d]
 * @returns [rows, classes]; far beyond all where a class has no entries
 */
export function distancesToClasses(projected: Tensor, { entries, norms, starts, coded }: ClassBank): Tensor {
  const { graph } = entries;
  const [count, all] = projected.shape as [number | string, number];
  const width = headWidthOf(all, coded !== undefined);
  const rows = slice(projected, 1, 0, width);
  const classes = starts.length - 1;
  const heads = headsOf(starts);
  const places = graph.constant(classNames.heads, heads, [heads.length], 'int64');
  const reach = graph.constant(classNames.reach, reachOfClasses(starts), [classes]);
  const found = slice(entriesAt(entries, places), 1, 0, width);
  // The negative of `relativeSquares`, whose largest is the nearest.
  const nearness = linear(mul(rows, 2), found, neg(gather(norms, places)));
  const ofClasses = reshapeBy(nearness, [count, classes, headSize], classNames.found);
  const nearest = sub(reduceMax(ofClasses, { axes: [2] }), reach);
  const length = sum(square(rows), { axes: [1], keepDims: true });
  return sqrt(maximum(sub(length, nearest), 0));
}

/** Rows that are compared with all entries of a class at once: their distances alone are 4 bytes times rows times entries. */
const mostRows = 5120;

/** How many rows are compared at once: as many as divide them evenly; all, where they are few. */
function rowsAtOnce(rows: number | string | undefined): number | undefined {
  if (typeof rows !== 'number' || rows <= mostRows) return undefined;
  for (let block = mostRows; block > 1; block--) if (rows % block === 0) return block;
  return undefined;
}

/**
 * The second step, for the patches of one image: all entries of the class are compared by their codes, and the nearest of them by their distance.
 * Many patches are taken in blocks, one after another, so that memory does not grow with a large input.
 * @param projected - [rows, d]
 * @param classIndex - int64 [1]; a class that has entries
 */
export function matchInClass(
  projected: Tensor,
  bank: ClassBank,
  classIndex: Tensor,
  search: NeighbourSearch,
): Difference {
  const { graph } = projected;
  const [rows, width] = projected.shape as [number, number];
  const block = rowsAtOnce(rows);
  if (block === undefined) return matchRows(projected, bank, classIndex, search);
  const count = rows / block;
  const blocks = reshape(projected, [count, block, width]);
  const { outputs } = loop(graph, graph.scalar(count, 'int64'), {}, (_, turn) => {
    const { difference, distance } = matchRows(gather(blocks, turn), bank, classIndex, search);
    return { state: {}, outputs: { difference, distance } };
  });
  return {
    difference: reshape(outputs.difference as Tensor, [rows, width]),
    distance: reshape(outputs.distance as Tensor, [rows]),
  };
}

function matchRows(
  projected: Tensor,
  { entries, norms, starts, coded }: ClassBank,
  classIndex: Tensor,
  { neighbours, shortlist }: NeighbourSearch,
): Difference {
  const { graph } = projected;
  const width = projected.shape[1] as number;
  const bounds = graph.constant(classNames.starts, starts, [starts.length], 'int64');
  const start = gather(bounds, classIndex);
  const end = gather(bounds, add(classIndex, graph.scalar(1, 'int64')));
  if (!coded) {
    const own = {
      entries: cast(sliceBetween(entries, 0, start, end, 'entries'), 'float32'),
      norms: sliceBetween(norms, 0, start, end, 'entries'),
    };
    return matchEntries(projected, own, neighbours);
  }
  const nearness = nearnessByCodes(slice(projected, 1, 0, coded.centres.shape[1] as number), {
    codes: sliceBetween(coded.codes, 1, start, end, 'entries'),
    centre: gather(coded.centres, classIndex),
    perUnit: gather(coded.perUnit, classIndex),
  });
  const listed = add(topK(nearness, Math.max(shortlist, neighbours)).indices, start);
  const apart = sub(entriesAt(entries, listed), unsqueezed(projected, width));
  const nearest = topK(sum(square(apart), { axes: [2] }), neighbours, false).indices;
  const indices = gatherAlong(listed, nearest, 1);
  return differenceOf(projected, entriesAt(entries, indices));
}

/** Entries in these places, which are float32 from there on: the file holds halves, and few of them are looked at. */
function entriesAt(entries: Tensor, places: Tensor): Tensor {
  return cast(gather(entries, places), 'float32');
}

/** [rows, d] as [rows, 1, d]. */
function unsqueezed(rows: Tensor, width: number): Tensor {
  return reshape(rows, [rows.shape[0]!, 1, width]);
}

/**
 * The second step, for several images, each in its own class.
 * @param projected - [images * patches, d], image by image
 * @param patches - of an image
 * @param classOf - class index of each image, int64 [images]
 * @returns as `matchInClass`, [images * patches, d] and [images * patches]
 */
export function matchImages(
  projected: Tensor,
  patches: number,
  bank: ClassBank,
  classOf: Tensor,
  options: NeighbourSearch,
): Difference {
  const [rows, width] = projected.shape as [number | string, number];
  const images = reshape(projected, [-1, patches, width], 'images');
  const { outputs } = loop(projected.graph, countElements(classOf), {}, (_, turn) => {
    const classIndex = gather(classOf, reshape(turn, [1]));
    const { difference, distance } = matchInClass(gather(images, turn), bank, classIndex, options);
    return { state: {}, outputs: { difference, distance } };
  });
  const together = (stacked: Tensor, shape: readonly number[]) =>
    typeof rows === 'number' ? reshape(stacked, [rows, ...shape]) : reshape(stacked, [-1, ...shape], rows);
  return {
    difference: together(outputs.difference as Tensor, [width]),
    distance: together(outputs.distance as Tensor, []),
  };
}
