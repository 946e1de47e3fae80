/** @file CLAD's adaptor and discriminator as the trainer sees them. */

import { initialParameters } from '../../nn/parameters.ts';
import type { TrainingOptions } from '../../training/options.ts';
import type { TrainableNetworks } from '../../training/trainable.ts';
import type { FittedInput } from '../shared/network-input/network-input.ts';
import { networksInference } from './networks.ts';
import { stepBuilder } from './step.ts';

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
