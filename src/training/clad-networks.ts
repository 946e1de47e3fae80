/** @file CLAD's adaptor and discriminator as the trainer sees them. */
import type { FittedInput } from '../model/network-input.ts';
import { networksInference } from '../model/networks.ts';
import { initialParameters } from '../model/parameters.ts';
import type { TrainingOptions } from './options.ts';
import { stepBuilder } from './step.ts';
import type { TrainableNetworks } from './trainable.ts';

/**
 * @param fitted - what enters them
 * @param classes - products N
 */
export function cladNetworks(
  training: TrainingOptions,
  { width, noiseDeviation }: Pick<FittedInput, 'width' | 'noiseDeviation'>,
  classes: number,
): TrainableNetworks {
  const { adaptor, discriminator } = training;
  return {
    initial: (random) =>
      initialParameters(
        { inputWidth: width, adaptorWidths: adaptor, discriminatorWidths: discriminator, classes },
        random,
      ),
    step: (stage, rows) => stepBuilder({ stage, rows, classes, noiseDeviation, training }),
    score: (rows, parameters) => networksInference(rows, parameters).score,
  };
}
