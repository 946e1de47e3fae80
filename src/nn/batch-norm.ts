/** @file Batch normalisation of rows (Ioffe and Szegedy 2015), with PyTorch's constants and running statistics. */
import { add, div, mean, mul, sqrt, square, sub, type Tensor } from '../graph/index.ts';

const epsilon = 1e-5;
const momentum = 0.1;

export interface BatchNormParameters {
  /** Each [width]. */
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
}

/**
 * Normalises by the batch's own mean and variance.
 * @param x - [rows, width], at least 2 rows
 * @returns the result and the next running statistics (momentum 0.1, variance unbiased)
 */
export function batchNormTraining(x: Tensor, parameters: BatchNormParameters) {
  const rows = x.shape[0] as number;
  const batchMean = mean(x, { axes: [0] });
  const centred = sub(x, batchMean);
  const variance = mean(square(centred), { axes: [0] });
  const scale = div(parameters.weight, sqrt(add(variance, epsilon)));
  const follow = (running: Tensor, batch: Tensor) => add(mul(running, 1 - momentum), mul(batch, momentum));
  return {
    output: add(mul(centred, scale), parameters.bias),
    runningMean: follow(parameters.runningMean, batchMean),
    runningVar: follow(parameters.runningVar, mul(variance, rows / (rows - 1))),
  };
}

/** Normalises by the running statistics. x: [rows, width]. */
export function batchNormInference(x: Tensor, parameters: BatchNormParameters): Tensor {
  const scale = div(parameters.weight, sqrt(add(parameters.runningVar, epsilon)));
  const shift = sub(parameters.bias, mul(parameters.runningMean, scale));
  return add(mul(x, scale), shift);
}
