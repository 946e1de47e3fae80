/**
 * @file The focal loss (Lin et al., ICCV 2017) of two classes: cross-entropy in which what is told with confidence hardly counts,
 *
 *     - (1 - p)^gamma log p        with p the probability of what is true
 *
 * As the code of DRAEM has it, labels are smoothed: p is never below 2 epsilon.
 */
import { add, log, mean, mul, neg, pow, sigmoid, type Tensor, where } from '../graph/index.ts';

const epsilon = 1e-5;

/**
 * Mean over all places.
 * @param margin - logit of the second class less that of the first, any shape
 * @param second - bool of that shape: whether the second class is true
 * @param gamma - at least 1, so that the gradient ends where nothing is left to learn
 */
export function focalLoss(margin: Tensor, second: Tensor, gamma: number): Tensor {
  const towards = where(second, margin, neg(margin));
  const truth = add(mul(sigmoid(towards), 1 - 2 * epsilon), 2 * epsilon);
  // 1 - truth, but for rounding, which could make it negative.
  const doubt = mul(sigmoid(neg(towards)), 1 - 2 * epsilon);
  return mean(mul(neg(log(truth)), pow(doubt, gamma)));
}
