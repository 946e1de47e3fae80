/**
 * @file SimpleNet (Liu et al., "SimpleNet: A Simple Network for Image Anomaly Detection and Localization", CVPR 2023): Gaussian noise on
 * adapted normal features, and a discriminator that tells them apart under a truncated L1 loss with margin 0.5. Scores here grow with
 * the anomaly, so signs are the other way round than in its code.
 */
import { add, cast, concat, maximum, mean, mul, slice, sub, type Tensor } from '../../graph/index.ts';
import { batchNormaliser, runningNormaliser } from '../../nn/perceptron.ts';
import { presets, type TrainingOptions } from '../../training/options.ts';
import type { TrainableNetworks } from '../../training/trainable.ts';
import type { Method } from '../contract.ts';
import { adapt, discriminate, linearAdaptorParameters, linearAdaptorRate } from '../shared/linear-adaptor.ts';
import { oneStage, trainScorer } from '../shared/scorer.ts';

/** What the publication fixes; `globalAnomalies.noise` is a multiple of the features' deviation (`isotropicNoise`). */
const common = {
  batch: { local: 0, global: 0.5 },
  globalAnomalies: { ...presets.paper.globalAnomalies, noise: 0.4, ascentSteps: 0 },
  losses: presets.paper.losses,
  optimizer: { ...presets.paper.optimizer, weightDecay: 1e-5 },
};

/** As many rows as CLAD's default sees. */
const fast = oneStage(presets.fast, common, { steps: 900, epochs: null, batch: 2048 });

/** As its code runs, whose input is larger than the publication's: 288 of 329 pixels, 8 images a batch, 40 meta epochs of 4 epochs. */
const published = oneStage(
  presets.paper,
  { ...common, features: { ...presets.paper.features, inputSize: 288, resizeTo: 329 } },
  { steps: null, epochs: 160, batch: 20_736 },
);

export const simplenet: Method = {
  presets: { fast, published },
  inputs: ['feature'],
  train: (work, foregrounds, extracted) =>
    trainScorer(work, foregrounds, extracted, (width, noise) =>
      simplenetNetworks(work.request.options, width, noise),
    ),
};

/**
 * @param width - of the features
 * @param deviation - of the noise
 */
export function simplenetNetworks(
  { losses }: Pick<TrainingOptions, 'losses'>,
  width: number,
  deviation: number,
): TrainableNetworks {
  return {
    initial: (random) => linearAdaptorParameters(width, random),
    rateOf: linearAdaptorRate,
    score: (rows, parameters) =>
      discriminate(adapt(rows, parameters), parameters, runningNormaliser(parameters)),
    step: (_, rows) => (parameters, batch) => {
      const { normalise, statistics } = batchNormaliser(parameters);
      const normal = adapt(cast(batch.normal as Tensor, 'float32'), parameters);
      const noise = mul(batch.noise as Tensor, deviation);
      const anomalous = add(slice(normal, 0, 0, rows.global), noise);
      const scores = discriminate(concat([normal, anomalous], 0), parameters, normalise);
      const total = rows.normal + rows.global;
      const good = mean(maximum(add(slice(scores, 0, 0, rows.normal), losses.delta), 0));
      const bad = mean(maximum(sub(losses.delta, slice(scores, 0, rows.normal, total)), 0));
      return { losses: { normal: good, anomalous: bad, total: add(good, bad) }, statistics };
    },
  };
}
