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
  equal,
  gather,
  matmul,
  maximum,
  mean,
  mul,
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
  /** Index of the nearest member, [rows] int64. */
  readonly nearest: Tensor;
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
    nearest: reshape(slice(indices, 1, 0, 1), [rows]),
  };
}

/** The networks' input: differences [rows, d] divided by how much normal ones vary along each component. */
export function whiten(difference: Tensor, bank: Pick<MemoryBank, 'whitening'>): Tensor {
  return mul(difference, bank.whitening);
}
