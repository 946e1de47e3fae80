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
  const { adaptor, discriminator, batch, fusion, unfused, globalAnomalies, synthesis } = options;
  return {
    initial: (random) =>
      initialParameters(
        { inputWidth: width, adaptorWidths: adaptor, discriminatorWidths: discriminator, classes },
        random,
      ),
    draws: {
      ...batch,
      noiseSpread: globalAnomalies.noiseSpread,
      noise: {
        option: 'globalAnomalies.noise',
        value: globalAnomalies.noise,
        ...(globalAnomalies.noiseUnit === 'deviation' && {
          otherwise:
            'measure it by neighbours (globalAnomalies.noiseUnit=neighbour, globalAnomalies.noise=1)',
        }),
      },
      // Eq. 4 has the law of Eq. 3; with beta 0 a row stays as it is (section 3.3, "also").
      beta: fusion
        ? (random) => (unfused > 0 && random.uniform() < unfused ? 0 : drawBeta(random, synthesis))
        : undefined,
    },
    stages: ([1, 2] as const).map((stage) => ({
      name: `stage${stage}`,
      schedule: options[`stage${stage}`],
      step: (rows) => stepBuilder({ stage, rows, classes, noiseDeviation, training: options }),
    })),
    score: (rows, parameters) => networksInference(rows, parameters).score,
  };
}
