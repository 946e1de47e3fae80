/**
 * @file Perceptrons as this family of methods has them: linear layers with batch norm and LeakyReLU 0.2 between, none after the last.
 * Names are PyTorch's: linear layers stand at 0, 3, 6, ... of a network, batch norm at 1, 4, ...; the activation has no parameters.
 */
import type { Random } from '../core/random.ts';
import { leakyRelu, linear, type Tensor } from '../graph/index.ts';
import { type Normalise, normParametersOf } from './normalize.ts';
import {
  type DeclaredParameter,
  type DeclaredParameters,
  filled,
  type ParameterTensors,
  parameterNamed,
} from './parameters.ts';

const slope = 0.2;

export { batchNormaliser, type Normalise, runningNormaliser } from './normalize.ts';
export type { ParameterTensors } from './parameters.ts';
export { parameterNamed } from './parameters.ts';

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
    Object.assign(parameters, normParametersOf(`${network}.${position + 1}`, outputs));
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
