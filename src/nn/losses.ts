/** @file CLAD's other losses: variance (Eq. 18-19), classification (Eq. 20), score (Eq. 21-23, and BCE). */
import {
  add,
  cast,
  div,
  equal,
  logSoftmax,
  matmul,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  reshape,
  slice,
  softplus,
  square,
  sub,
  sum,
  type Tensor,
  where,
} from '../graph/index.ts';

/** Labels as rows of zeros and a one, [B, classes] float32. */
export function oneHot(labels: Tensor, classes: number): Tensor {
  const [count] = labels.shape as [number];
  const numbers = labels.graph.constant(
    'classes',
    Array.from({ length: classes }, (_, index) => index),
    [1, classes],
    'int64',
  );
  return cast(equal(reshape(labels, [count, 1]), numbers), 'float32');
}

/**
 * Mean over the classes present in the batch of the mean squared distance to the class centre (Eq. 18-19).
 * @param z - embeddings [B, d]
 * @param membership - one-hot labels [B, classes]
 */
export function varianceLoss(z: Tensor, membership: Tensor): Tensor {
  const [count, classes] = membership.shape as [number, number];
  const members = sum(membership, { axes: [0] });
  const divisor = reshape(maximum(members, 1), [classes, 1]);
  const centres = div(matmul(membership, z, { transA: true }), divisor);
  const squared = sum(square(sub(z, matmul(membership, centres))), { axes: [1] });
  const variance = div(matmul(membership, reshape(squared, [count, 1]), { transA: true }), divisor);
  const present = sum(minimum(members, 1));
  return div(sum(variance), present);
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

/** Binary cross-entropy with logits, mean over the batch: a score loss in the place of the hinge. */
export function bceLoss(score: Tensor, anomalous: Tensor): Tensor {
  return mean(where(anomalous, softplus(neg(score)), softplus(score)));
}

/**
 * Binary cross-entropy with logits of each kind by itself, so that neither weighs more for its number of rows (GLASS, CRAS).
 * @param score - [B]; the first `normal` rows are normal, the others anomalous
 */
export function bceByKind(score: Tensor, normal: number): { normal: Tensor; anomalous: Tensor } {
  const [count] = score.shape as [number];
  return {
    normal: mean(softplus(slice(score, 0, 0, normal))),
    anomalous: mean(softplus(neg(slice(score, 0, normal, count)))),
  };
}
