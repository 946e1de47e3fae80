/**
 * @file The default method's view of a patch: how it differs from the normal patches nearest to it.
 *
 * Beyond the paper. A classifier on absolute features of many products cannot see what a distance sees; on residuals to the
 * nearest normal features it sees more (docs/decisions/0002-residuals.md). Features are projected to their principal components,
 * matched against a memory bank (a coreset of normal features, as PatchCore's), and what enters the networks is the difference
 * to the mean of the k nearest members, whitened by the spread that normal differences have.
 */
import {
  add,
  concat,
  equal,
  gather,
  matmul,
  maximum,
  mean,
  mul,
  reduceMin,
  reshape,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  topK,
  where,
} from '../graph/index.ts';

/** Constants of a fitted memory bank, as values of a graph. */
export interface MemoryBank {
  /** [C] and [C, d]: projection to principal components. */
  readonly mean: Tensor;
  readonly projection: Tensor;
  /** Members, [M, d]. */
  readonly members: Tensor;
  /** Squared lengths of the members, [M]. */
  readonly norms: Tensor;
  /** What a difference is multiplied by, [d]. */
  readonly whitening: Tensor;
}

/** Features [rows, C] in principal components, [rows, d]. */
export function projectFeatures(features: Tensor, bank: Pick<MemoryBank, 'mean' | 'projection'>): Tensor {
  return matmul(sub(features, bank.mean), bank.projection);
}

export interface Match {
  /** Mean of the k nearest members, [rows, d]. */
  readonly centre: Tensor;
  /** Mean Euclidean distance to the k nearest members, [rows]. One alone depends on which patches a coreset happened to take. */
  readonly distance: Tensor;
  /** The k nearest members, nearest first, [rows, k] int64. */
  readonly indices: Tensor;
  /** Squared distance to every member, less the row's own squared length, [rows, M]. */
  readonly relative: Tensor;
  /** The row's own squared length, [rows, 1]. */
  readonly length: Tensor;
}

/** Members of the patch's own image, which must not vouch for it while training. */
export interface OwnImage {
  /** Image number of each row, [rows] int64. */
  readonly rows: Tensor;
  /** Image number of each member, [M] int64. */
  readonly members: Tensor;
}

/**
 * The nearest members of projected features.
 * @param projected - [rows, d]
 * @param neighbours - k, how many members are averaged
 * @param own - absent at inference
 */
export function matchMembers(
  projected: Tensor,
  bank: Pick<MemoryBank, 'members' | 'norms'>,
  neighbours: number,
  own?: OwnImage,
): Match {
  const rows = projected.shape[0] as number | string;
  const members = bank.members.shape[0] as number;
  // |p - m|^2 - |p|^2: the row's own length does not change which member is nearest.
  const relative = sub(bank.norms, mul(matmul(projected, bank.members, { transB: true }), 2));
  const allowed = own
    ? where(equal(reshape(own.rows, [rows, 1]), reshape(own.members, [1, members])), 1e30, relative)
    : relative;
  const { values, indices } = topK(allowed, neighbours, false);
  const length = sum(square(projected), { axes: [1], keepDims: true });
  return {
    centre: mean(gather(bank.members, indices), { axes: [1] }),
    distance: mean(sqrt(maximum(add(values, length), 0)), { axes: [1] }),
    indices,
    relative: allowed,
    length,
  };
}

/** What a class is away of which the coreset took no member; its square is still a float32. */
const outOfReach = 1e15;

/**
 * Distance of each row to the nearest member of each class: patch by patch, the image-to-class distance of Boiman, Shechtman and
 * Irani, "In Defense of Nearest-Neighbor Based Image Classification" (CVPR 2008).
 * @param memberClasses - class index of each member, never falling
 * @param classes - how many there are
 * @returns [rows, classes]
 */
export function distanceToClasses(
  { relative, length }: Pick<Match, 'relative' | 'length'>,
  memberClasses: readonly number[],
  classes: number,
): Tensor {
  const squares = Array.from({ length: classes }, (_, index) => {
    const first = memberClasses.indexOf(index);
    if (first < 0) return add(mul(length, 0), outOfReach ** 2);
    const own = slice(relative, 1, first, memberClasses.lastIndexOf(index) + 1);
    return add(reduceMin(own, { axes: [1], keepDims: true }), length);
  });
  return sqrt(maximum(concat(squares, 1), 0));
}

/** The networks' input: differences [rows, d] divided by how much normal ones vary along each component. */
export function whiten(difference: Tensor, bank: Pick<MemoryBank, 'whitening'>): Tensor {
  return mul(difference, bank.whitening);
}
