/**
 * @file The search in a memory bank that has entries of its own for each class, in two steps: first which class an image is of, by the heads of all
 * classes, then its patches' nearest entries among those of that class alone. So the cost of an image does not grow with the number of classes, and
 * what is normal for one product excuses nothing on another (docs/decisions/0031-a-memory-for-each-class.md).
 *
 * The first entries of a class, in the order of their choice, are a coarse coreset themselves: they are the heads.
 */
import {
  add,
  concat,
  gather,
  loop,
  maximum,
  mul,
  reshape,
  sizeOf,
  slice,
  sliceRows,
  sqrt,
  square,
  sum,
  type Tensor,
  topK,
} from '../../graph/index.ts';
import { type Match, type MemoryBank, matchEntries, outOfReach, relativeSquares } from './memory-bank.ts';

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
 * The first step: distance of each patch to the nearest head of each class. Patch by patch, it is the image-to-class distance of Boiman, Shechtman and
 * Irani, "In Defense of Nearest-Neighbor Based Image Classification" (CVPR 2008).
 * @param projected - [rows, d]
 * @returns [rows, classes]; far beyond all where a class has no entries
 */
export function distancesToClasses(projected: Tensor, { entries, norms, starts }: ClassBank): Tensor {
  const { graph } = entries;
  const sizes = starts.slice(1).map((end, index) => Math.min(headSize, end - starts[index]!));
  const heads = sizes.flatMap((size, index) => Array.from({ length: size }, (_, at) => starts[index]! + at));
  const places = graph.constant('bank_heads', heads, [heads.length], 'int64');
  const relative = relativeSquares(projected, gather(entries, places), gather(norms, places));
  const length = sum(square(projected), { axes: [1], keepDims: true });
  let first = 0;
  const columns = sizes.map((size) => {
    if (size === 0) return add(mul(length, 0), outOfReach);
    const own = slice(relative, 1, first, first + size);
    first += size;
    return topK(own, 1, false).values;
  });
  return sqrt(maximum(add(concat(columns, 1), length), 0));
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
  const bounds = graph.constant('bank_starts', starts, [starts.length], 'int64');
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
