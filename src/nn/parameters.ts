/** @file The trained numbers of a network: names as PyTorch's state dicts have them, shapes, first values. */
import type { Random } from '../core/random.ts';
import { perceptronParameters } from './perceptron.ts';

/** One named array. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Weights and running statistics by name, e.g. `adaptor.0.weight`, `adaptor.1.running_var`. */
export type Parameters = Readonly<Record<string, Parameter>>;

/** Widths of CLAD's two networks (section 3.3). */
export interface NetworkSpec {
  /** Width of what enters the adaptor. */
  readonly inputWidth: number;
  /** Output widths of the adaptor's three linear layers; the last is d, smaller than the input ("dimensional reduction"). */
  readonly adaptorWidths: readonly [number, number, number];
  /** Output widths of the discriminator's two hidden layers. */
  readonly discriminatorWidths: readonly [number, number];
  /** Product classes N; the discriminator has N + 1 class logits (the last is "anomalous") and one score. */
  readonly classes: number;
}

/** First values of both networks. The discriminator's last layer has no bias. */
export function initialParameters(spec: NetworkSpec, random: Random): Parameters {
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

/** Whether the optimiser changes a parameter; running statistics follow the batches instead. */
export function isTrainable(name: string): boolean {
  return !/\.running_(mean|var)$/.test(name);
}
