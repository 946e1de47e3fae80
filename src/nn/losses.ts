/** @file Losses and labels that networks of several methods have. */
import { cast, equal, mean, neg, reshape, slice, softplus, type Tensor, where } from '../graph/index.ts';

/** Labels as rows of zeros and a one, [B, classes] float32. @param name - of the constant that has the classes' numbers */
export function oneHot(labels: Tensor, classes: number, name = 'classes'): Tensor {
  const [count] = labels.shape as [number];
  const numbers = labels.graph.constant(
    name,
    Array.from({ length: classes }, (_, index) => index),
    [1, classes],
    'int64',
  );
  return cast(equal(reshape(labels, [count, 1]), numbers), 'float32');
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
