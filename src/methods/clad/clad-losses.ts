/** @file CLAD's losses besides the contrast: variance (Eq. 18-19), classification (Eq. 20), score (Eq. 21-23). */
import {
  add,
  div,
  logSoftmax,
  matmul,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  where,
} from '../../graph/index.ts';

/**
 * Mean over the classes present in the batch of the mean squared distance to the class centre (Eq. 18-19).
 * @param z - embeddings [B, d]
 * @param membership - one-hot labels [B, classes]; rows without a class count in none
 * @param over - Eq. 18: a square is summed over the d dimensions, or averaged
 */
export function varianceLoss(z: Tensor, membership: Tensor, over: 'sum' | 'mean' = 'sum'): Tensor {
  const [count, classes] = membership.shape as [number, number];
  const members = sum(membership, { axes: [0] });
  const divisor = reshape(maximum(members, 1), [classes, 1]);
  const centres = div(matmul(membership, z, { transA: true }), divisor);
  const squared = sum(square(sub(z, matmul(membership, centres))), { axes: [1] });
  const variance = div(matmul(membership, reshape(squared, [count, 1]), { transA: true }), divisor);
  const present = sum(minimum(members, 1));
  const loss = div(sum(variance), present);
  return over === 'sum' ? loss : mul(loss, 1 / (z.shape[1] as number));
}

/** Mean cross-entropy over N + 1 classes (Eq. 20). logits: [B, N + 1]. */
export function classificationLoss(logits: Tensor, membership: Tensor): Tensor {
  const [count] = logits.shape as [number];
  return mul(neg(sum(mul(logSoftmax(logits), membership))), 1 / count);
}

/**
 * Hinge (Eq. 21-23): anomalous rows are asked to score above delta, normal ones below -delta; mean over the batch.
 * (The sentence beside the paper's equations says the opposite; the equations are followed.)
 * @param score - [B]
 * @param anomalous - [B] bool
 */
export function hingeLoss(score: Tensor, anomalous: Tensor, delta: number): Tensor {
  return mean(where(anomalous, maximum(sub(delta, score), 0), maximum(add(score, delta), 0)));
}
