/**
 * @file GLASS (Chen et al., "A Unified Anomaly Synthesis Strategy with Gradient Ascent for Industrial Anomaly Detection and
 * Localization", ECCV 2024): Gaussian noise on adapted features moved up the discriminator's gradient and truncated (its manifold hypothesis:
 * distances from the patch itself), under BCE; local anomalies from textures under a focal loss, of which the harder half counts.
 *
 * Four things differ from its code: the score is the discriminator's value before the sigmoid, which does not saturate; the normal patches of the
 * focal loss are those of the photograph without the anomaly (the store keeps only covered patches of the other); there are as many of them as of
 * anomalous ones, where its pictures have far more; and the hypersphere hypothesis, which it switches on by hand for some products, is left out.
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
import { batchNormaliser, type ParameterTensors, runningNormaliser } from '../../nn/perceptron.ts';
import { presets, type TrainingOptions } from '../../training/options.ts';
import type { TrainableNetworks } from '../../training/trainable.ts';
import type { Method } from '../contract.ts';
import { globalAnomalies } from '../shared/global-anomalies.ts';
import { adapt, discriminate, linearAdaptorParameters, linearAdaptorRate } from '../shared/linear-adaptor.ts';
import { oneStage, trainScorer } from '../shared/scorer.ts';

/** Share of the rows under the focal loss that count: the hardest. */
const hardest = 0.5;
/** The default of the focal loss that it shares with DRAEM; labels are smoothed by 1e-5 as well. */
const focalGamma = 2;
const smoothing = 1e-5;

const common = {
  batch: { local: 1 / 3, global: 1 / 3 },
  fusion: false,
  // A multiple of the features' deviation (`isotropicNoise`); lengths are multiples of the noise's expected length.
  globalAnomalies: { ...presets.paper.globalAnomalies, noise: 0.4, ascentSteps: 20 },
};

/** Two thirds of the rows that CLAD's default sees: each step climbs twenty times. */
const fast = oneStage(presets.fast, common, { steps: 600, epochs: null, batch: 2048 });

/** Whole pictures of 288 pixels, 8 a batch; 640 epochs that end after 400 images. */
const published = oneStage(
  presets.paper,
  { ...common, features: { ...presets.paper.features, inputSize: 288, resizeTo: 288 } },
  { steps: 32_000, epochs: null, batch: 31_104 },
);

export const glass: Method = {
  presets: { fast, published },
  inputs: ['feature'],
  train: (work, foregrounds, extracted) =>
    trainScorer(work, foregrounds, extracted, (width, noise) =>
      glassNetworks(work.request.options, width, noise),
    ),
};

/**
 * @param width - of the features
 * @param deviation - of the noise
 */
export function glassNetworks(
  options: Pick<TrainingOptions, 'globalAnomalies'>,
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
      const features = cast(batch.normal as Tensor, 'float32');
      const normal = adapt(features, parameters);
      const losses: Record<string, Tensor> = {};
      const noise = mul(batch.noise as Tensor, deviation);
      const noisy = ascended(slice(normal, 0, 0, rows.global), normal, parameters, noise, deviation, options);
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
        losses.focal = focalLoss(both, rows.normal, rows.local);
      }
      const total = losses.focal ? add(losses.bce, losses.focal) : losses.bce;
      return { losses: { ...losses, total }, statistics };
    },
  };
}

/** Global anomalies of adapted rows; the gradient passes to the rows, not through the ascent. */
function ascended(
  origin: Tensor,
  normal: Tensor,
  parameters: ParameterTensors,
  noise: Tensor,
  deviation: number,
  { globalAnomalies: { ascentSteps, noise: _, ...ascent } }: Pick<TrainingOptions, 'globalAnomalies'>,
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
function focalLoss(scores: Tensor, normal: number, local: number): Tensor {
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
  return mean(mul(neg(log(smooth)), pow(sub(1, truth), focalGamma)));
}
