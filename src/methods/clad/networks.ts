/**
 * @file CLAD's adaptor A and discriminator D (section 3.3): three linear layers each, batch norm and LeakyReLU between.
 * The paper gives no widths, activation or bias; LeakyReLU 0.2 is GLASS's and SimpleNet's.
 */
import type { Random } from '../../core/random.ts';
import { reshape, slice, stopGradient, type Tensor } from '../../graph/index.ts';
import type { DeclaredParameters } from '../../nn/parameters.ts';
import {
  batchNormaliser,
  type Normalise,
  type ParameterTensors,
  parameterNamed,
  perceptron,
  perceptronParameters,
  runningNormaliser,
} from '../../nn/perceptron.ts';

/** Widths of both networks (section 3.3). */
export interface NetworkSpec {
  /** Width of what enters the adaptor. */
  readonly inputWidth: number;
  /** Output widths of the adaptor's three linear layers; the last is d, smaller than the input ("dimensional reduction"). */
  readonly adaptorWidths: readonly [number, number, number];
  /** Output widths of the discriminator's two hidden layers. */
  readonly discriminatorWidths: readonly [number, number];
  /** Number N of classes; the discriminator has N + 1 class logits (the last is "anomalous") and one score. */
  readonly classes: number;
}

/** First values of both networks. The discriminator's last layer has no bias. */
export function initialParameters(spec: NetworkSpec, random: Random): DeclaredParameters {
  const { inputWidth, adaptorWidths, discriminatorWidths, classes } = spec;
  return {
    ...perceptronParameters('adaptor', [inputWidth, ...adaptorWidths], random, true),
    ...perceptronParameters(
      'discriminator',
      [adaptorWidths[2], ...discriminatorWidths, classes + 2],
      random,
      false,
    ),
  };
}

export interface NetworkOutputs {
  /** Adaptor outputs X_A, [rows, d]. */
  readonly embedding: Tensor;
  /** Class logits X_C, [rows, N + 1]; the last is the anomaly class. */
  readonly logits: Tensor;
  /** Anomaly scores X_S, [rows]; higher is more anomalous. */
  readonly score: Tensor;
}

/** Both networks on a training batch: batch statistics, and the running ones that follow from them, by name. */
export function networksTraining(x: Tensor, parameters: ParameterTensors) {
  const { normalise, statistics } = batchNormaliser(parameters);
  return { outputs: networks(x, withoutIdleBiases(parameters), normalise), statistics };
}

/**
 * Batch norm takes away any bias before it, and the losses on embeddings see only their differences; so these biases (the
 * adaptor's last among them) have derivative zero. Rounding would make it 1e-9 instead, and AdamW, which divides by the
 * gradient's own size, would walk them at random; so the zero is made exact.
 */
function withoutIdleBiases(parameters: ParameterTensors): ParameterTensors {
  const layers = ['adaptor.0', 'adaptor.3', 'adaptor.6', 'discriminator.0', 'discriminator.3'];
  const fixed = layers.map((layer) => `${layer}.bias`);
  return {
    ...parameters,
    ...Object.fromEntries(fixed.map((name) => [name, stopGradient(parameterNamed(parameters, name))])),
  };
}

/** Both networks with fixed statistics: rows do not influence each other. */
export function networksInference(x: Tensor, parameters: ParameterTensors): NetworkOutputs {
  return networks(x, parameters, runningNormaliser(parameters));
}

function networks(x: Tensor, parameters: ParameterTensors, normalise: Normalise): NetworkOutputs {
  const embedding = perceptron('adaptor', x, parameters, normalise);
  const head = perceptron('discriminator', embedding, parameters, normalise);
  const width = head.shape[1] as number;
  return {
    embedding,
    logits: slice(head, 1, 0, width - 1),
    score: reshape(slice(head, 1, width - 1, width), [x.shape[0] as number | string]),
  };
}
