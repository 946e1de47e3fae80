/** @file One gradient step of both networks: what a photograph with something drawn onto it is to become, and where that was drawn. */
import { add, cast, greater, mean, mul, square, sub, type Tensor, transpose } from '../../graph/index.ts';
import type { Geometry } from '../../image/geometry.ts';
import { focalLoss } from '../../nn/focal-loss.ts';
import { batchNormaliser } from '../../nn/normalize.ts';
import { structuralSimilarity } from '../../nn/ssim.ts';
import type { BatchSpec, StepBuilder } from '../../training/program.ts';
import { type DraemShape, lookAt } from './networks.ts';

/** What a step is fed: photographs, the same with anomalies drawn onto some, and where these are, 1 inside. */
export function stepSpec(batch: number, { height, width }: Geometry): BatchSpec {
  return {
    good: { dtype: 'uint8', shape: [batch, height, width, 3] },
    drawn: { dtype: 'uint8', shape: [batch, height, width, 3] },
    mask: { dtype: 'uint8', shape: [batch, height, width] },
  };
}

/** Pixels [N, height, width, 3], 0 to 255, as the networks take them: float32 [N, 3, height, width], 0 to 1. */
const planesOf = (pixels: Tensor) => mul(transpose(cast(pixels, 'float32'), [0, 3, 1, 2]), 1 / 255);

/** @param gamma - of the focal loss */
export function draemStep(shape: DraemShape, gamma: number): StepBuilder {
  return (parameters, batch) => {
    const good = planesOf(batch.good as Tensor);
    const { normalise, statistics } = batchNormaliser(parameters);
    const { reconstruction, margin } = lookAt(planesOf(batch.drawn as Tensor), shape, parameters, normalise);
    const l2 = mean(square(sub(reconstruction, good)));
    const ssim = sub(1, structuralSimilarity(reconstruction, good));
    const focal = focalLoss(margin, greater(cast(batch.mask as Tensor, 'float32'), 0), gamma);
    return { losses: { l2, ssim, focal, total: add(add(l2, ssim), focal) }, statistics };
  };
}
