/** @file Fusion at feature level (Eq. 4): an anomalous patch feature drawn towards the normal one of the same place. */
import { add, mul, reshape, sub, type Tensor } from '../../graph/index.ts';

/**
 * x_pa = (1 - beta) x_anomalous + beta x_normal.
 * @param anomalous - features inside the mask of a synthetic anomaly, [rows, width]
 * @param normal - features of the same patches of the same images without the anomaly, [rows, width]
 * @param beta - [rows], drawn as in Eq. 3; 0 leaves a row as it is
 */
export function fuseFeatures(anomalous: Tensor, normal: Tensor, beta: Tensor): Tensor {
  const share = reshape(beta, [beta.shape[0] as number, 1]);
  return add(mul(anomalous, sub(1, share)), mul(normal, share));
}
