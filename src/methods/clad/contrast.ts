/**
 * @file The supervised contrastive loss (Eq. 8-17).
 *
 * All pairs of a batch of B embeddings: D = sqrt(|z_i - z_j|^2 + epsilon); l = D for equal labels, max(0, M - D) for
 * different ones; w = alpha (1 - exp(-l))^gamma; the loss is the sum of w l over i != j, divided by B^2 (Eq. 17).
 * The sentence before Eq. 11 weighs equal pairs by an indicator "is_normal" as well, which the equation does not have: pairs
 * of anomalies attract each other as printed, and do not with `unattracted`.
 * A pair matrix at B = 8000 is 256 MB, and a dozen of them occur. So value and derivative are computed together over blocks
 * of rows in an inner Loop: with f(l) = w l and c_ij = f'(l) (dl/dD) / D the derivative of row i is
 * 2 / B^2 (z_i sum_j c_ij - sum_j c_ij z_j), which needs only that row's pairs (the factor 2: i and j play both parts).
 * Peak memory is about 8 * blockRows * B * 4 bytes: 16 MB for blocks of 64 rows at B = 8000; what fits the cache is also faster.
 */
import {
  add,
  and,
  cast,
  div,
  equal,
  exp,
  gather,
  greater,
  less,
  log,
  loop,
  matmul,
  maximum,
  mean,
  mul,
  neg,
  not,
  padAxis,
  reshape,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  where,
  withGradient,
} from '../../graph/index.ts';

export interface ContrastOptions {
  /** M of Eq. 12: how far apart different labels are pushed. The paper gives none. */
  readonly margin: number;
  /** alpha of Eq. 13-14. The paper gives none. */
  readonly alpha: number;
  /** gamma of Eq. 13-14; the paper's is -0.8. */
  readonly gamma: number;
  /** Keeps roots and negative powers finite. */
  readonly epsilon: number;
  /** Treat w as a constant weight in the derivative. */
  readonly stopWeightGradient: boolean;
  /** Label whose equal pairs are left out: "is_normal" of the sentence before Eq. 11. @default none */
  readonly unattracted?: number | undefined;
}

/**
 * The contrastive loss of a batch, a scalar.
 * @param embeddings - [B, d], B known
 * @param labels - [B] int64
 * @param blockRows - rows of the pair matrix held at once
 */
export function contrastLoss(
  embeddings: Tensor,
  labels: Tensor,
  options: ContrastOptions,
  blockRows = 64,
): Tensor {
  const [count, width] = embeddings.shape as [number, number];
  const { graph } = embeddings;
  // Distances do not change, and |a|^2 + |b|^2 - 2ab loses fewer digits where all rows lie far from 0.
  const z = sub(embeddings, mean(embeddings, { axes: [0], keepDims: true }));
  const columns = {
    z,
    labels: reshape(labels, [1, count]),
    norms: reshape(sum(square(z), { axes: [1] }), [1, count]),
    index: graph.constant(
      'column',
      Array.from({ length: count }, (_, index) => index),
      [1, count],
      'int64',
    ),
  };
  if (count <= blockRows) {
    const rowIndex = reshape(columns.index, [count, 1]);
    const block = contrastBlock({ z, labels, index: rowIndex }, columns, options);
    return withGradient(mul(block.sum, 1 / count ** 2), embeddings, mul(block.gradient, 2 / count ** 2));
  }
  // The last block is filled up with rows that no column's index allows to count (index -1 marks them).
  const blocks = Math.ceil(count / blockRows);
  const missing = blocks * blockRows - count;
  const fill = (x: Tensor) => (missing > 0 ? padAxis(x, 0, 0, missing) : x);
  const rows = {
    z: reshape(fill(z), [blocks, blockRows, width]),
    labels: reshape(fill(labels), [blocks, blockRows]),
    index: graph.constant(
      'row',
      Array.from({ length: blocks * blockRows }, (_, index) => (index < count ? index : -1)),
      [blocks, blockRows, 1],
      'int64',
    ),
  };
  const { state, outputs } = loop(
    graph,
    graph.constant('blocks', [blocks], [], 'int64'),
    { total: graph.scalar(0) },
    (_, turn, { total }) => {
      const pick = (x: Tensor) => gather(x, turn);
      const block = contrastBlock(
        { z: pick(rows.z), labels: pick(rows.labels), index: pick(rows.index) },
        columns,
        options,
      );
      return { state: { total: add(total, block.sum) }, outputs: { gradient: block.gradient } };
    },
  );
  const gradient = slice(reshape(outputs.gradient as Tensor, [blocks * blockRows, width]), 0, 0, count);
  return withGradient(mul(state.total, 1 / count ** 2), embeddings, mul(gradient, 2 / count ** 2));
}

interface Rows {
  /** [R, d] */
  readonly z: Tensor;
  /** [R] */
  readonly labels: Tensor;
  /** [R, 1], -1 for a row that is only filling */
  readonly index: Tensor;
}

interface Columns {
  /** [B, d] */
  readonly z: Tensor;
  /** [1, B] */
  readonly labels: Tensor;
  /** Squared lengths, [1, B] */
  readonly norms: Tensor;
  /** [1, B] */
  readonly index: Tensor;
}

/** Sum of w l over the block's pairs (without the diagonal), and its derivative by the rows, up to the factor 2. */
function contrastBlock(
  rows: Rows,
  columns: Columns,
  options: ContrastOptions,
): { sum: Tensor; gradient: Tensor } {
  const { margin, alpha, gamma, epsilon, stopWeightGradient, unattracted } = options;
  const count = rows.z.shape[0] as number;
  const rowNorms = sum(square(rows.z), { axes: [1], keepDims: true });
  const product = matmul(rows.z, columns.z, { transB: true });
  const squared = maximum(sub(add(rowNorms, columns.norms), mul(product, 2)), 0);
  const distance = sqrt(add(squared, epsilon)); // Eq. 8
  const same = equal(reshape(rows.labels, [count, 1]), columns.labels); // Eq. 9-10
  const others = and(not(equal(rows.index, columns.index)), greater(rows.index, -1));
  const counted =
    unattracted === undefined
      ? others
      : and(others, not(and(same, equal(columns.labels, columns.labels.graph.scalar(unattracted, 'int64')))));

  const gap = sub(margin, distance);
  const pair = where(same, distance, maximum(gap, 0)); // Eq. 11-12: l
  const decay = exp(neg(pair));
  const base = add(sub(1, decay), gamma < 0 ? epsilon : 0);
  const power = powerOf(base, gamma);
  const weight = mul(power, alpha); // Eq. 13-14: w
  const weighted = mul(weight, pair); // Eq. 15-16: w l

  // f'(l) = w + l w'(l), with w'(l) = alpha gamma base^(gamma - 1) exp(-l).
  const slope = stopWeightGradient
    ? weight
    : add(weight, div(mul(mul(weighted, gamma), decay), maximum(base, 1e-30)));
  const direction = where(same, 1, neg(cast(less(distance, margin), 'float32')));
  const coefficient = where(counted, div(mul(slope, direction), distance), 0);
  const gradient = sub(
    mul(rows.z, sum(coefficient, { axes: [1], keepDims: true })),
    matmul(coefficient, columns.z),
  );
  return { sum: sum(where(counted, weighted, 0)), gradient };
}

/** x^gamma of non-negative x; as exp(gamma ln x), which the engine vectorises. */
function powerOf(x: Tensor, gamma: number): Tensor {
  if (gamma === 0) return add(mul(x, 0), 1);
  if (gamma === 1) return x;
  return exp(mul(log(maximum(x, 1e-30)), gamma));
}
