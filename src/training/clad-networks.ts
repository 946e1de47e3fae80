/** @file CLAD's adaptor and discriminator as the trainer sees them. */
import type { Tensor } from '../graph/index.ts';
import { ensembleInference, joinMembers, meanOf, splitMembers } from '../model/ensemble.ts';
import type { FittedInput } from '../model/network-input.ts';
import { initialParameters } from '../model/parameters.ts';
import type { TrainingOptions } from './options.ts';
import type { StepBuilder, StepResult } from './program.ts';
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
  const { adaptor, discriminator, ensemble } = training;
  const spec = { inputWidth: width, adaptorWidths: adaptor, discriminatorWidths: discriminator, classes };
  return {
    initial: (random) => joinMembers(Array.from({ length: ensemble }, () => initialParameters(spec, random))),
    step: (stage, rows) => ofEach(stepBuilder({ stage, rows, classes, noiseDeviation, training })),
    score: (rows, parameters) => ensembleInference(rows, parameters).score,
  };
}

/**
 * The step of every member on the same batch. Losses are means over the members, which have no weight in common; AdamW does not mind that
 * a mean's slopes are smaller.
 */
function ofEach(build: StepBuilder): StepBuilder {
  return (parameters, batch) => {
    const results = splitMembers(parameters).map((member) => build(member, batch));
    const [{ losses }] = results as [StepResult];
    const mean = (name: string) => meanOf(results.map((result) => result.losses[name] as Tensor));
    return {
      losses: {
        ...Object.fromEntries(Object.keys(losses).map((name) => [name, mean(name)])),
        total: mean('total'),
      },
      statistics: joinMembers(results.map(({ statistics }) => statistics)),
    };
  };
}
