/**
 * @file SimpleNet (Liu et al., "SimpleNet: A Simple Network for Image Anomaly Detection and Localization", CVPR 2023): Gaussian noise on
 * adapted normal features, and a discriminator that tells them apart under a truncated L1 loss with margin 0.5. Scores here grow with
 * the anomaly, so signs are the other way round than in its code.
 */
import { add, cast, concat, maximum, mean, mul, slice, sub, type Tensor } from '../../graph/index.ts';
import { batchNormaliser } from '../../nn/perceptron.ts';
import { fitScorer, scorerTasks } from '../shared/feature-scorer.ts';
import { adapt, discriminate, linearScorer } from '../shared/linear-adaptor.ts';
import { onPatches } from '../shared/on-patches.ts';
import { selectsByTest } from '../shared/option-groups.ts';
import type { PatchNetworks } from '../shared/patch-networks.ts';
import {
  type SimplenetOptions,
  simplenetOptions,
  simplenetPresets,
  simplenetShares,
} from './simplenet-options.ts';

export const simplenet = onPatches<SimplenetOptions>({
  name: 'simplenet',
  summary: 'a discriminator between adapted features and the same with noise',
  options: simplenetOptions,
  presets: simplenetPresets,
  usesTestImages: selectsByTest,
  fit: (context) =>
    fitScorer(context, context.options.noise, (width, deviation) =>
      simplenetNetworks(context.options, width, deviation),
    ),
  tasks: (options, counts) => scorerTasks(options, counts, simplenetShares, 1),
});

/**
 * @param width - of the features
 * @param deviation - of the noise
 */
export function simplenetNetworks(
  { margin, noise, training }: Pick<SimplenetOptions, 'margin' | 'noise' | 'training'>,
  width: number,
  deviation: number,
): PatchNetworks {
  return {
    ...linearScorer(width, deviation),
    draws: { ...simplenetShares, noiseSpread: 1, noise: { option: 'noise', value: noise } },
    stages: [
      {
        name: 'training',
        schedule: training,
        step: (rows) => (parameters, batch) => {
          const { normalise, statistics } = batchNormaliser(parameters);
          const normal = adapt(cast(batch.normal as Tensor, 'float32'), parameters);
          const noise = mul(batch.noise as Tensor, deviation);
          const anomalous = add(slice(normal, 0, 0, rows.global), noise);
          const scores = discriminate(concat([normal, anomalous], 0), parameters, normalise);
          const total = rows.normal + rows.global;
          const good = mean(maximum(add(slice(scores, 0, 0, rows.normal), margin), 0));
          const bad = mean(maximum(sub(margin, slice(scores, 0, rows.normal, total)), 0));
          return { losses: { normal: good, anomalous: bad, total: add(good, bad) }, statistics };
        },
      },
    ],
  };
}
