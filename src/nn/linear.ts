/** @file Linear layers and layer norm on tokens [N, T, width], by name. Names are PyTorch's. */
import type { Random } from '../core/random.ts';
import { add, linear, normalizeLast, reshape, type Tensor } from '../graph/index.ts';
import {
  type DeclaredParameter,
  type DeclaredParameters,
  filled,
  type ParameterTensors,
  parameterNamed,
} from './parameters.ts';

/** Normal numbers, without those far out. */
interface FirstWeights {
  readonly deviation: number;
  /** The farthest, in deviations. */
  readonly farthest: number;
}

/** As vision transformers begin. */
const usualWeights: FirstWeights = { deviation: 0.02, farthest: 2 };

/** How a linear layer begins. */
export interface LinearStart {
  /** @default true */
  readonly bias?: boolean;
  /** @default as vision transformers begin: within two deviations of 0.02 */
  readonly weights?: FirstWeights;
}

/** First values of a linear layer: normal, and a bias of zeros where there is one. */
export function linearParameters(
  name: string,
  inputs: number,
  outputs: number,
  random: Random,
  { bias = true, weights: { deviation, farthest } = usualWeights }: LinearStart = {},
): DeclaredParameters {
  const data = Float32Array.from({ length: inputs * outputs }, () => {
    let value = random.normal(0, 1);
    while (Math.abs(value) > farthest) value = random.normal(0, 1);
    return deviation * value;
  });
  return {
    [`${name}.weight`]: { shape: [outputs, inputs], data, role: 'trained' },
    ...(bias && { [`${name}.bias`]: filled(outputs, 0) }),
  };
}

/**
 * First values of a linear layer as PyTorch draws them: uniform within 1 / sqrt(inputs), the bias too.
 * @param parts - inputs of each weight, by the weight's name: more than one where columns of the layer are held apart
 */
export function uniformLinear(
  name: string,
  parts: Readonly<Record<string, number>>,
  outputs: number,
  random: Random,
): DeclaredParameters {
  const inputs = Object.values(parts).reduce((total, each) => total + each, 0);
  const bound = 1 / Math.sqrt(inputs);
  const drawn = (...shape: number[]): DeclaredParameter => {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    for (let at = 0; at < data.length; at++) data[at] = random.uniform(-bound, bound);
    return { shape, data, role: 'trained' };
  };
  const weights = Object.entries(parts).map(([part, of]) => [`${name}.${part}`, drawn(outputs, of)]);
  return { ...Object.fromEntries(weights), [`${name}.bias`]: drawn(outputs) };
}

/** Weights [outputs, inputs] that are uniform within sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010). */
export function xavierWeight(inputs: number, outputs: number, random: Random): DeclaredParameter {
  const bound = Math.sqrt(6 / (inputs + outputs));
  const data = Float32Array.from({ length: inputs * outputs }, () => random.uniform(-bound, bound));
  return { shape: [outputs, inputs], data, role: 'trained' };
}

/** First values of a linear layer: these weights, and a bias of zeros. */
export function xavierLinearParameters(
  name: string,
  inputs: number,
  outputs: number,
  random: Random,
): DeclaredParameters {
  return {
    [`${name}.weight`]: xavierWeight(inputs, outputs, random),
    [`${name}.bias`]: filled(outputs, 0),
  };
}

/** Tokens through a linear layer. As one product of matrices: a product of each image by itself reads the weights once for each. */
export function linearTokens(name: string, x: Tensor, parameters: ParameterTensors): Tensor {
  return projectTokens(x, parameterNamed(parameters, `${name}.weight`), parameters[`${name}.bias`]);
}

/** The same by a weight [outputs, width] and a bias [outputs]. */
export function projectTokens(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const rows = reshape(x, [-1, x.shape.at(-1) as number], 'tokens');
  return reshape(linear(rows, weight, bias), [...x.shape.slice(0, -1), weight.shape[0] as number]);
}

/** First values of a layer norm: the identity. */
export function layerNormParameters(name: string, width: number): DeclaredParameters {
  return { [`${name}.weight`]: filled(width, 1), [`${name}.bias`]: filled(width, 0) };
}

/** Layer norm over the last axis. @param epsilon - PyTorch's is 1e-5, that of most vision transformers 1e-6 */
export function layerNorm(name: string, x: Tensor, parameters: ParameterTensors, epsilon = 1e-5): Tensor {
  const [weight, bias] = ['weight', 'bias'].map((part) => parameterNamed(parameters, `${name}.${part}`));
  return normalizeLast(x, weight as Tensor, bias as Tensor, epsilon);
}

/** Positions that are learnt, added to tokens. @param name - of the parameter, [tokens, width] */
export function addPositions(name: string, x: Tensor, parameters: ParameterTensors): Tensor {
  return add(x, parameterNamed(parameters, name));
}
