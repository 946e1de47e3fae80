/**
 * @file Global anomalies (Eq. 5-7, as GLASS): Gaussian noise on normal features, moved by gradient ascent to where the
 * discriminator finds them normal (hard negatives near the border), and kept in a shell around their origin.
 *
 * Absolute sizes mean nothing across backbones, so all lengths here are given as multiples of the noise's expected
 * length. GLASS's constants at 1536 dimensions (sigma 0.015, r1 0.5, r2 1, eta 0.001; expected length 0.588) become
 * r1 = 0.85, r2 = 1.70, eta = 0.0017.
 */
import {
  add,
  clip,
  div,
  gradients,
  mul,
  neg,
  softplus,
  stopGradient,
  sum,
  type Tensor,
} from '../../graph/index.ts';
import { rowLength, unit } from '../../nn/row-length.ts';

export interface AscentOptions {
  /** Ascent steps; 0 leaves the noise as drawn. Eq. 5 shows one, GLASS takes 20. */
  readonly steps: number;
  /** eta of Eq. 5, as a multiple of the noise length. */
  readonly stepLength: number;
  /** Project after every so many steps, and after the last. GLASS: 5 */
  readonly projectEvery: number;
  /** r1 of Eq. 7, as a multiple of the noise length. */
  readonly innerRadius: number;
  /** r2 of Eq. 7, as a multiple of the noise length. */
  readonly outerRadius: number;
}

/**
 * Moves normal features to places near the border of the normal.
 * @param normal - [rows, width]
 * @param noise - [rows, width], already scaled
 * @param noiseLength - expected length of a noise row, a scalar
 * @param scoreOf - anomaly scores [rows] of features like `normal`
 * @returns features [rows, width], constants for differentiation
 */
export function globalAnomalies(
  normal: Tensor,
  noise: Tensor,
  noiseLength: Tensor,
  scoreOf: (features: Tensor) => Tensor,
  options: AscentOptions,
): Tensor {
  let displacement = noise;
  for (let step = 1; step <= options.steps; step++) {
    const features = stopGradient(add(normal, displacement));
    // Eq. 6: cross-entropy against the label "anomalous" is softplus(-score); its sum keeps rows apart.
    const loss = sum(softplus(neg(scoreOf(features))));
    const [gradient] = gradients(loss, [features]) as [Tensor];
    // Eq. 5, normalised by the gradient's own length row by row (the paper prints the loss there).
    const move = mul(unit(gradient), mul(noiseLength, options.stepLength));
    displacement = stopGradient(add(displacement, move));
    if (step % options.projectEvery === 0 || step === options.steps) {
      displacement = projectToShell(displacement, noiseLength, options);
    }
  }
  return stopGradient(add(normal, displacement));
}

/** Eq. 7: brings each row's length into [r1, r2]. */
function projectToShell(displacement: Tensor, noiseLength: Tensor, options: AscentOptions): Tensor {
  const length = rowLength(displacement);
  const relative = div(length, noiseLength);
  const wanted = mul(clip(relative, options.innerRadius, options.outerRadius), noiseLength);
  return mul(displacement, div(wanted, length));
}
