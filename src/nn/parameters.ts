/** @file The numbers of a network: names as PyTorch's state dicts have them, shapes, and what part they take in a training. */

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
