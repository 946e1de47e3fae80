/**
 * @file The networks of SimpleNet and GLASS, whose adaptor CRAS has too: an adaptor of one linear layer that keeps the width, and a discriminator with one hidden
 * layer, batch norm, LeakyReLU 0.2, and an output without bias. The adaptor's learning rate is half the discriminator's in both.
 */
import type { Random } from '../../core/random.ts';
import { add, mul, reshape, type Tensor } from '../../graph/index.ts';
import type { DeclaredParameters } from '../../nn/parameters.ts';
import {
  type Normalise,
  type ParameterTensors,
  perceptron,
  perceptronParameters,
  runningNormaliser,
} from '../../nn/perceptron.ts';
import type { PatchNetworks } from './patch-networks.ts';

/** Width of the discriminator's hidden layer in both publications. */
const hidden = 1024;

/** First values. */
export function linearAdaptorParameters(width: number, random: Random): DeclaredParameters {
  return {
    ...perceptronParameters('adaptor', [width, width], random, true),
    ...perceptronParameters('discriminator', [width, hidden, 1], random, false),
  };
}

/** What the learning rate is multiplied by. */
export function linearAdaptorRate(parameter: string): number {
  return parameter.startsWith('adaptor.') ? 0.5 : 1;
}

/** [rows, width] to [rows, width] */
export function adapt(rows: Tensor, parameters: ParameterTensors): Tensor {
  return perceptron('adaptor', rows, parameters, () => {
    throw new TypeError('the linear adaptor has no batch norm');
  });
}

/** Adapted rows to scores [rows]. */
export function discriminate(rows: Tensor, parameters: ParameterTensors, normalise: Normalise): Tensor {
  return reshape(perceptron('discriminator', rows, parameters, normalise), [
    rows.shape[0] as number | string,
  ]);
}

/**
 * What SimpleNet and GLASS have in common: first values, learning rates, and the score with fixed statistics.
 * @param deviation - of the noise on adapted rows
 */
export function linearScorer(
  width: number,
  deviation: number,
): Pick<PatchNetworks, 'initial' | 'rateOf' | 'score' | 'scoreNoisy'> {
  const scoreAdapted = (adapted: Tensor, parameters: ParameterTensors) =>
    discriminate(adapted, parameters, runningNormaliser(parameters));
  return {
    initial: (random) => linearAdaptorParameters(width, random),
    rateOf: linearAdaptorRate,
    score: (rows, parameters) => scoreAdapted(adapt(rows, parameters), parameters),
    scoreNoisy: (rows, noise, parameters) =>
      scoreAdapted(add(adapt(rows, parameters), mul(noise, deviation)), parameters),
  };
}
