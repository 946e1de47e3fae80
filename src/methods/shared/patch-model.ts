/** @file What a trained method says of an image's patches, as nodes of a graph: all that the detector file needs of it. */
import { classGiven, undecided } from '../../features/memory-bank/class-given.ts';
import { classNames } from '../../features/memory-bank/class-search.ts';
import {
  add,
  argMax,
  concat,
  div,
  type Graph,
  less,
  matmul,
  mul,
  reduceMax,
  reshape,
  reshapeBy,
  slice,
  sub,
  sum,
  type Tensor,
  topK,
  where,
} from '../../graph/index.ts';
import { oneHot } from '../../nn/losses.ts';

/** What is said of the patches of N images. */
export interface PatchVerdict {
  /** Anomaly score of each patch, [N * patches]; higher is more anomalous. */
  readonly score: Tensor;
  /** Each class's share, adding up to 1, [N, classes]. */
  readonly shares: Tensor;
  /** Score of each image, [N]; taken from the anomaly map where absent. */
  readonly imageScore?: Tensor;
}

/**
 * A trained method.
 * @param features - patch features, float32 [N * patches, C], image by image
 * @param patches - of one image
 * @param own - the training image that the one image is, [1] int64, while calibrating: what a memory bank holds of that image is
 *   left out. A method without a bank has no use for it.
 */
export type PatchModel = (graph: Graph, features: Tensor, patches: number, own?: Tensor) => PatchVerdict;

/**
 * Sums over the patches of each image. By a product with ones: the engine's own sum goes another way for one image than for several,
 * and would give another last digit.
 * @param rows - [N * patches, width]
 * @returns [N, width]
 */
export function sumOfPatches(rows: Tensor, patches: number, width: number): Tensor {
  return reshape(matmul(onesOf(rows, patches), reshape(rows, [-1, patches, width], 'N')), [-1, width], 'N');
}

/** The same of votes, with the number of classes in constants of their own (`classNames`), which `clad update` changes. */
export function sumOfVotes(votes: Tensor, patches: number, classes: number): Tensor {
  const images = reshapeBy(votes, [-1, patches, classes], classNames.votes, 'N');
  return reshapeBy(matmul(onesOf(votes, patches), images), [-1, classes], classNames.counted, 'N');
}

function onesOf({ graph }: Tensor, patches: number): Tensor {
  return graph.constant('ones', new Float32Array(patches).fill(1), [1, patches]);
}

/**
 * Each class's share of the votes of an image's patches.
 * @param votes - what each patch gives each class, [N * patches, classes]
 * @returns [N, classes]
 */
export function sharesOfVotes(votes: Tensor, patches: number, classes: number): Tensor {
  return sharesOfSums(sumOfPatches(votes, patches, classes));
}

/** The same of votes that have been added up. @param sums - [N, classes] */
export function sharesOfSums(sums: Tensor): Tensor {
  return div(sums, sum(sums, { axes: [1], keepDims: true }));
}

/**
 * Class of each image, int64 [N]: the one that has most of it, unless a file is opened so that the class is given (detector/class-input.ts).
 * @param votes - what speaks for each class, [N, classes]
 */
export function toldClass(votes: Tensor): Tensor {
  const given = votes.graph.constant(classGiven, [undecided], [1], 'int64');
  return where(less(given, 0), argMax(votes, 1), given);
}

/** Added to what a vote counts, so that an image whose patches favour nobody still has shares. */
const leastWeight = 1e-6;

/**
 * Each patch votes for the class nearest to it, and the vote counts by how much further away the next one is: a patch of bare table,
 * which lies under several classes, does not decide which one it is (docs/decisions/0009-the-class-by-weighted-votes.md).
 * @param distances - to each class, [rows, N]
 */
export function weighedVotes(distances: Tensor, count: number): Tensor {
  // Beyond every class, so that a class that is alone has a next one, and a second one changes no node.
  const beyond = add(reduceMax(distances, { axes: [1], keepDims: true }), 1);
  const { values, indices } = topK(concat([distances, beyond], 1), 2, false);
  const [nearest, next] = [slice(values, 1, 0, 1), slice(values, 1, 1, 2)];
  const mine = oneHot(slice(indices, 1, 0, 1), count, classNames.numbers);
  return mul(mine, add(sub(next, nearest), leastWeight));
}
