/**
 * @file GLASS (Chen et al., "A Unified Anomaly Synthesis Strategy with Gradient Ascent for Industrial Anomaly Detection and
 * Localization", ECCV 2024): Gaussian noise on adapted features moved up the discriminator's gradient and truncated (its manifold hypothesis:
 * distances from the patch itself), under BCE; local anomalies from textures under a focal loss, of which the harder half counts.
 *
 * Four things differ from its code: the score is the discriminator's value before the sigmoid, which does not saturate; the normal patches of the
 * focal loss are those of the photograph without the anomaly (the store keeps only covered patches of the other); there are as many of them as of
 * anomalous ones, where its images have far more; and the hypersphere hypothesis, which it switches on by hand for some classes, is left out.
 */
import {
  add,
  cast,
  concat,
  gather,
  log,
  mean,
  mul,
  neg,
  pow,
  sigmoid,
  slice,
  square,
  stopGradient,
  sub,
  type Tensor,
  topK,
} from '../../graph/index.ts';
import { bceByKind } from '../../nn/losses.ts';
import { batchNormaliser, type ParameterTensors } from '../../nn/perceptron.ts';
import { fitScorer, scorerTasks } from '../shared/feature-scorer.ts';
import { globalAnomalies } from '../shared/global-anomalies.ts';
import { adapt, discriminate, linearScorer } from '../shared/linear-adaptor.ts';
import { onPatches } from '../shared/on-patches.ts';
import { selectsByTest } from '../shared/option-groups.ts';
import type { PatchNetworks } from '../shared/patch-networks.ts';
import { type GlassOptions, glassAblation, glassOptions, glassPresets } from './glass-options.ts';

export const glass = onPatches<GlassOptions>({
  name: 'glass',
  summary: 'noise moved up the gradient, and local anomalies under a focal loss',
  options: glassOptions,
  presets: glassPresets,
  ablation: glassAblation,
  usesTestImages: selectsByTest,
  fit: (context) =>
    fitScorer(context, context.options.globalAnomalies.noise, (width, deviation) =>
      glassNetworks(context.options, width, deviation),
    ),
  // Each step climbs, and each climb goes through the discriminator forth and back.
  tasks: (options, counts) =>
    scorerTasks(options, counts, options.batch, 1 + options.globalAnomalies.ascentSteps / 20),
});

/**
 * @param width - of the features
 * @param deviation - of the noise
 */
export function glassNetworks(
  options: Pick<GlassOptions, 'globalAnomalies' | 'focal' | 'batch' | 'training'>,
  width: number,
  deviation: number,
): PatchNetworks {
  return {
    ...linearScorer(width, deviation),
    draws: {
      ...options.batch,
      noiseSpread: 1,
      noise: { option: 'globalAnomalies.noise', value: options.globalAnomalies.noise },
    },
    stages: [
      {
        name: 'training',
        schedule: options.training,
        step: (rows) => (parameters, batch) => {
          const { normalise, statistics } = batchNormaliser(parameters);
          const features = cast(batch.normal as Tensor, 'float32');
          const normal = adapt(features, parameters);
          const losses: Record<string, Tensor> = {};
          const noise = mul(batch.noise as Tensor, deviation);
          const noisy = ascended(
            slice(normal, 0, 0, rows.global),
            normal,
            parameters,
            noise,
            deviation,
            options,
          );
          const scores = discriminate(concat([normal, noisy], 0), parameters, normalise);
          const bce = bceByKind(scores, rows.normal);
          losses.bce = add(bce.normal, bce.anomalous);
          if (rows.local > 0) {
            const local = adapt(cast(batch.local as Tensor, 'float32'), parameters);
            const both = discriminate(
              concat([normal, local], 0),
              parameters,
              batchNormaliser(parameters).normalise,
            );
            losses.focal = focalLoss(both, rows.normal, rows.local, options.focal);
          }
          const total = losses.focal ? add(losses.bce, losses.focal) : losses.bce;
          return { losses: { ...losses, total }, statistics };
        },
      },
    ],
  };
}

/** Global anomalies of adapted rows; the gradient passes to the rows, not through the ascent. */
function ascended(
  origin: Tensor,
  normal: Tensor,
  parameters: ParameterTensors,
  noise: Tensor,
  deviation: number,
  { globalAnomalies: { ascentSteps, noise: _, ...ascent } }: Pick<GlassOptions, 'globalAnomalies'>,
): Tensor {
  const [count, width] = origin.shape as [number, number];
  const fixed = stopGradient(origin);
  const beside = stopGradient(normal);
  const length = origin.graph.scalar(deviation * Math.sqrt(width));
  const moved = globalAnomalies(
    fixed,
    noise,
    length,
    // Beside the normal rows, as in training: batch norm sees both.
    (rows) => {
      const all = discriminate(concat([beside, rows], 0), parameters, batchNormaliser(parameters).normalise);
      const first = beside.shape[0] as number;
      return slice(all, 0, first, first + count);
    },
    { steps: ascentSteps, ...ascent },
  );
  return add(origin, sub(moved, fixed));
}

/**
 * Focal loss of the rows furthest from their label (Lin et al., ICCV 2017).
 * @param scores - [normal + local]; the last are anomalous
 */
function focalLoss(
  scores: Tensor,
  normal: number,
  local: number,
  { hardest, gamma, smoothing }: GlassOptions['focal'],
): Tensor {
  const labels = scores.graph.constant(
    'labels',
    Array.from({ length: normal + local }, (_, row) => (row < normal ? 0 : 1)),
    [normal + local],
  );
  const probability = sigmoid(scores);
  const kept = Math.max(1, Math.round((normal + local) * hardest));
  const { indices } = topK(stopGradient(square(sub(probability, labels))), kept);
  const p = gather(probability, indices);
  const label = gather(labels, indices);
  // The probability of the true label.
  const truth = add(mul(label, p), mul(sub(1, label), sub(1, p)));
  const smooth = add(mul(truth, 1 - 2 * smoothing), 2 * smoothing);
  return mean(mul(neg(log(smooth)), pow(sub(1, truth), gamma)));
}
