/**
 * @file The search in a memory bank that has entries of its own for each class, in two steps: first which class an image is of, by the heads of all
 * classes, then its patches' nearest entries among those of that class alone. So the cost of an image does not grow with the number of classes, and
 * what is normal for one product excuses nothing on another (docs/decisions/0031-a-memory-for-each-class.md).
 *
 * The first entries of a class, in the order of their choice, are a coarse coreset themselves: they are the heads.
 */
import {
  add,
  gather,
  linear,
  loop,
  maximum,
  mul,
  neg,
  reduceMax,
  reshape,
  reshapeBy,
  sizeOf,
  sliceRows,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from '../../graph/index.ts';
import { type Match, type MemoryBank, matchEntries, outOfReach } from './memory-bank.ts';

/** A bank in which the entries of a class lie together. */
export interface ClassBank extends Pick<MemoryBank, 'entries' | 'norms'> {
  /** Where the entries of each class begin, and behind them where the last one's end; [classes + 1]. */
  readonly starts: readonly number[];
}

/** Entries of a class that its images are recognised by, at most. */
export const headSize = 256;

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
 * The first step: distance of each patch to the nearest head of each class. Patch by patch, it is the image-to-class distance of Boiman, Shechtman and
 * Irani, "In Defense of Nearest-Neighbor Based Image Classification" (CVPR 2008).
 * @param projected - [rows, d]
 * @returns [rows, classes]; far beyond all where a class has no entries
 */
export function distancesToClasses(projected: Tensor, { entries, norms, starts }: ClassBank): Tensor {
  const { graph } = entries;
  const [rows] = projected.shape as [number | string];
  const classes = starts.length - 1;
  const heads = headsOf(starts);
  const places = graph.constant(classNames.heads, heads, [heads.length], 'int64');
  const reach = graph.constant(classNames.reach, reachOfClasses(starts), [classes]);
  // The negative of `relativeSquares`, whose largest is the nearest.
  const nearness = linear(mul(projected, 2), gather(entries, places), neg(gather(norms, places)));
  const ofClasses = reshapeBy(nearness, [rows, classes, headSize], classNames.found);
  const nearest = sub(reduceMax(ofClasses, { axes: [2] }), reach);
  const length = sum(square(projected), { axes: [1], keepDims: true });
  return sqrt(maximum(sub(length, nearest), 0));
}

/**
 * The second step, for the patches of one image.
 * @param projected - [rows, d]
 * @param classIndex - int64 [1]; a class that has entries
 * @param neighbours - k, at most as many as every class has entries
 */
export function matchInClass(
  projected: Tensor,
  { entries, norms, starts }: ClassBank,
  classIndex: Tensor,
  neighbours: number,
): Match {
  const { graph } = projected;
  const bounds = graph.constant(classNames.starts, starts, [starts.length], 'int64');
  const start = gather(bounds, classIndex);
  const end = gather(bounds, add(classIndex, graph.scalar(1, 'int64')));
  const own = {
    entries: sliceRows(entries, start, end, 'entries'),
    norms: sliceRows(norms, start, end, 'entries'),
  };
  return matchEntries(projected, own, neighbours);
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
  neighbours: number,
): Pick<Match, 'difference' | 'distance'> {
  const [rows, width] = projected.shape as [number | string, number];
  const images = reshape(projected, [-1, patches, width], 'images');
  const { outputs } = loop(projected.graph, sizeOf(classOf), {}, (_, turn) => {
    const classIndex = gather(classOf, reshape(turn, [1]));
    const { difference, distance } = matchInClass(gather(images, turn), bank, classIndex, neighbours);
    return { state: {}, outputs: { difference, distance } };
  });
  const together = (stacked: Tensor, shape: readonly number[]) =>
    typeof rows === 'number' ? reshape(stacked, [rows, ...shape]) : reshape(stacked, [-1, ...shape], rows);
  return {
    difference: together(outputs.difference as Tensor, [width]),
    distance: together(outputs.distance as Tensor, []),
  };
}
