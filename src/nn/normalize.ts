/** @file Batch norm of a network's layers by their names: in training by the batch's statistics, afterwards by the running ones. */
import type { Tensor } from '../graph/index.ts';
import { batchNormInference, batchNormTraining } from './batch-norm.ts';
import { type DeclaredParameters, filled, type ParameterTensors, parameterNamed } from './parameters.ts';

/** Batch norm under a name, e.g. `discriminator.1`, of rows or maps. */
export type Normalise = (name: string, x: Tensor) => Tensor;

/** First values of a batch norm: the identity. */
export function normParametersOf(name: string, width: number): DeclaredParameters {
  return {
    [`${name}.weight`]: filled(width, 1),
    [`${name}.bias`]: filled(width, 0),
    [`${name}.running_mean`]: filled(width, 0, 'statistic'),
    [`${name}.running_var`]: filled(width, 1, 'statistic'),
  };
}

/** Batch norm by the batch's own statistics; `statistics` fills with the running ones that follow, by name. */
export function batchNormaliser(parameters: ParameterTensors) {
  const statistics: Record<string, Tensor> = {};
  const normalise: Normalise = (name, x) => {
    const { output, runningMean, runningVar } = batchNormTraining(x, normTensors(parameters, name));
    statistics[`${name}.running_mean`] = runningMean;
    statistics[`${name}.running_var`] = runningVar;
    return output;
  };
  return { normalise, statistics };
}

/** Batch norm by the running statistics: images or rows do not influence each other. */
export function runningNormaliser(parameters: ParameterTensors): Normalise {
  return (name, x) => batchNormInference(x, normTensors(parameters, name));
}

function normTensors(parameters: ParameterTensors, name: string) {
  return {
    weight: parameterNamed(parameters, `${name}.weight`),
    bias: parameterNamed(parameters, `${name}.bias`),
    runningMean: parameterNamed(parameters, `${name}.running_mean`),
    runningVar: parameterNamed(parameters, `${name}.running_var`),
  };
}
