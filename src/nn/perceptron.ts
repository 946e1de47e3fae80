/**
 * @file Perceptrons as this family of methods has them: linear layers with batch norm and LeakyReLU 0.2 between, none after the last.
 * Names are PyTorch's: linear layers stand at 0, 3, 6, ... of a network, batch norm at 1, 4, ...; the activation has no parameters.
 */
import type { Random } from '../core/random.ts';
import { leakyRelu, linear, type Tensor } from '../graph/index.ts';
import { batchNormInference, batchNormTraining } from './batch-norm.ts';
import type { DeclaredParameter, DeclaredParameters, Role } from './parameters.ts';

const slope = 0.2;

/** Parameters as values of a graph, by name. */
export type ParameterTensors = Readonly<Record<string, Tensor>>;

/** Batch norm under a name, e.g. `discriminator.1`. */
export type Normalise = (name: string, rows: Tensor) => Tensor;

/**
 * First values: Xavier-normal weights, zero biases (as GLASS and SimpleNet), batch norm as identity.
 * @param network - what their names begin with
 * @param sizes - widths from input to output
 * @param lastBias - whether the last layer has a bias
 */
export function perceptronParameters(
  network: string,
  sizes: readonly number[],
  random: Random,
  lastBias: boolean,
): DeclaredParameters {
  const parameters: Record<string, DeclaredParameter> = {};
  const filled = (width: number, value: number, role: Role = 'trained'): DeclaredParameter => ({
    shape: [width],
    data: new Float32Array(width).fill(value),
    role,
  });
  const layers = sizes.length - 1;
  for (let layer = 0; layer < layers; layer++) {
    const [inputs, outputs] = [sizes[layer] as number, sizes[layer + 1] as number];
    const deviation = Math.sqrt(2 / (inputs + outputs));
    const weight = random.fillNormal(new Float32Array(inputs * outputs));
    for (let index = 0; index < weight.length; index++) weight[index] = (weight[index] as number) * deviation;
    const position = 3 * layer;
    const last = layer === layers - 1;
    parameters[`${network}.${position}.weight`] = {
      shape: [outputs, inputs],
      data: weight,
      role: 'trained',
    };
    if (!last || lastBias) parameters[`${network}.${position}.bias`] = filled(outputs, 0);
    if (last) continue;
    parameters[`${network}.${position + 1}.weight`] = filled(outputs, 1);
    parameters[`${network}.${position + 1}.bias`] = filled(outputs, 0);
    parameters[`${network}.${position + 1}.running_mean`] = filled(outputs, 0, 'statistic');
    parameters[`${network}.${position + 1}.running_var`] = filled(outputs, 1, 'statistic');
  }
  return parameters;
}

/** Rows through a network of as many layers as there are weights. */
export function perceptron(
  network: string,
  x: Tensor,
  parameters: ParameterTensors,
  normalise: Normalise,
): Tensor {
  let rows = x;
  for (let position = 0; ; position += 3) {
    const weight = parameterNamed(parameters, `${network}.${position}.weight`);
    rows = linear(rows, weight, parameters[`${network}.${position}.bias`]);
    if (!parameters[`${network}.${position + 3}.weight`]) return rows;
    rows = leakyRelu(normalise(`${network}.${position + 1}`, rows), slope);
  }
}

/** Batch norm by the batch's own statistics; `statistics` fills with the running ones that follow, by name. */
export function batchNormaliser(parameters: ParameterTensors) {
  const statistics: Record<string, Tensor> = {};
  const normalise: Normalise = (name, rows) => {
    const { output, runningMean, runningVar } = batchNormTraining(rows, normParameters(parameters, name));
    statistics[`${name}.running_mean`] = runningMean;
    statistics[`${name}.running_var`] = runningVar;
    return output;
  };
  return { normalise, statistics };
}

/** Batch norm by the running statistics: rows do not influence each other. */
export function runningNormaliser(parameters: ParameterTensors): Normalise {
  return (name, rows) => batchNormInference(rows, normParameters(parameters, name));
}

function normParameters(parameters: ParameterTensors, name: string) {
  return {
    weight: parameterNamed(parameters, `${name}.weight`),
    bias: parameterNamed(parameters, `${name}.bias`),
    runningMean: parameterNamed(parameters, `${name}.running_mean`),
    runningVar: parameterNamed(parameters, `${name}.running_var`),
  };
}

/** A parameter that has to be there. */
export function parameterNamed(parameters: ParameterTensors, name: string): Tensor {
  const tensor = parameters[name];
  if (!tensor) throw new TypeError(`the network has no parameter ${name}`);
  return tensor;
}
