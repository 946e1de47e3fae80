/** @file The numbers of a network: names as PyTorch's state dicts have them, shapes, and what part they take in a training. */
import type { Tensor } from '../graph/index.ts';

/** One named array. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Weights and running statistics by name, e.g. `adaptor.0.weight`, `adaptor.1.running_var`. */
export type Parameters = Readonly<Record<string, Parameter>>;

/**
 * What a training does with a parameter. `trained`: the optimiser changes it. `statistic`: each step gives its next value, e.g. the running
 * mean of batch norm. `frozen`: it stays as it is.
 */
export type Role = 'trained' | 'statistic' | 'frozen';

/** A parameter with its first value. */
export interface DeclaredParameter extends Parameter {
  readonly role: Role;
}

/** Everything that a training begins with, by name. */
export type DeclaredParameters = Readonly<Record<string, DeclaredParameter>>;

/** Parameters as values of a graph, by name. */
export type ParameterTensors = Readonly<Record<string, Tensor>>;

/** A parameter that has to be there. */
export function parameterNamed(parameters: ParameterTensors, name: string): Tensor {
  const tensor = parameters[name];
  if (!tensor) throw new TypeError(`the network has no parameter ${name}`);
  return tensor;
}

/** A vector of one value. */
export function filled(width: number, value: number, role: Role = 'trained'): DeclaredParameter {
  return { shape: [width], data: new Float32Array(width).fill(value), role };
}
