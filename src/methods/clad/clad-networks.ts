/** @file CLAD's adaptor and discriminator with the two stages of their training (section 3.5), as the trainer sees them. */
import { drawBeta } from '../../synthesis/fuse.ts';
import type { FittedInput } from '../shared/network-input/network-input.ts';
import type { PatchNetworks } from '../shared/patch-networks.ts';
import type { CladOptions } from './clad-options.ts';
import { initialParameters, networksInference } from './networks.ts';
import { stepBuilder } from './step.ts';

/**
 * @param fitted - what enters them
 * @param classes - their number N
 */
export function cladNetworks(
  options: CladOptions,
  { width, noiseDeviation }: Pick<FittedInput, 'width' | 'noiseDeviation'>,
  classes: number,
): PatchNetworks {
  const { adaptor, discriminator, batch, fusion, globalAnomalies, synthesis } = options;
  return {
    initial: (random) =>
      initialParameters(
        { inputWidth: width, adaptorWidths: adaptor, discriminatorWidths: discriminator, classes },
        random,
      ),
    draws: {
      ...batch,
      noiseSpread: globalAnomalies.noiseSpread,
      // Eq. 4 has the law of Eq. 3.
      beta: fusion ? (random) => drawBeta(random, synthesis) : undefined,
    },
    stages: ([1, 2] as const).map((stage) => ({
      name: `stage${stage}`,
      schedule: options[`stage${stage}`],
      step: (rows) => stepBuilder({ stage, rows, classes, noiseDeviation, training: options }),
    })),
    score: (rows, parameters) => networksInference(rows, parameters).score,
  };
}
