/** @file Batch normalisation of rows and of maps (Ioffe and Szegedy 2015), with PyTorch's constants and running statistics. */
import {
  add,
  div,
  mean,
  mul,
  normalizeMaps,
  reshape,
  sqrt,
  square,
  sub,
  type Tensor,
} from '../graph/index.ts';

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
 * @param x - [rows, width], at least 2 rows, or maps [images, channels, height, width]
 * @returns the result and the next running statistics (momentum 0.1, variance unbiased)
 */
export function batchNormTraining(x: Tensor, parameters: BatchNormParameters) {
  const {
    output,
    mean: batchMean,
    variance,
  } = x.shape.length > 2 ? ofMaps(x, parameters) : ofRows(x, parameters);
  const sizes = x.shape.filter((_, axis) => axis !== 1) as number[];
  const count = sizes.reduce((product, size) => product * size, 1);
  const follow = (running: Tensor, batch: Tensor) => add(mul(running, 1 - momentum), mul(batch, momentum));
  return {
    output,
    runningMean: follow(parameters.runningMean, batchMean),
    runningVar: follow(parameters.runningVar, mul(variance, count / (count - 1))),
  };
}

function ofRows(x: Tensor, { weight, bias }: BatchNormParameters) {
  const batchMean = mean(x, { axes: [0] });
  const centred = sub(x, batchMean);
  const variance = mean(square(centred), { axes: [0] });
  const scale = div(weight, sqrt(add(variance, epsilon)));
  return { output: add(mul(centred, scale), bias), mean: batchMean, variance };
}

function ofMaps(x: Tensor, { weight, bias }: BatchNormParameters) {
  return normalizeMaps(x, weight, bias, epsilon);
}

/** Normalises by the running statistics. @param x - [rows, width] or maps [images, channels, height, width] */
export function batchNormInference(x: Tensor, parameters: BatchNormParameters): Tensor {
  const scale = div(parameters.weight, sqrt(add(parameters.runningVar, epsilon)));
  const shift = sub(parameters.bias, mul(parameters.runningMean, scale));
  if (x.shape.length === 2) return add(mul(x, scale), shift);
  const byChannel = (vector: Tensor) => reshape(vector, [1, x.shape[1] as number, 1, 1]);
  return add(mul(x, byChannel(scale)), byChannel(shift));
}
