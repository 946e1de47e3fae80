/**
 * @file A training program: an ONNX Loop whose state is everything that changes (weights, AdamW moments, batch-norm
 * statistics, step counter), so that many steps run in one call of the engine.
 */
import {
  add,
  type DType,
  div,
  Graph,
  gather,
  gradients,
  loop,
  minimum,
  mul,
  sub,
  type Tensor,
} from '../graph/index.ts';
import type { DeclaredParameters, Parameters } from '../nn/parameters.ts';
import { type AdamWOptions, adamW, biasCorrections } from './adamw.ts';
import { clippedTogether } from './clip-gradients.ts';

/** What one step is fed: a type and a shape by name, without the leading axis of steps. */
export type BatchSpec = Readonly<
  Record<string, { readonly dtype: DType; readonly shape: readonly number[] }>
>;

/** A step's losses by name (`total` is what is minimised) and the running statistics it changes. */
export interface StepResult {
  readonly losses: { readonly total: Tensor } & Readonly<Record<string, Tensor>>;
  readonly statistics: Readonly<Record<string, Tensor>>;
}

/** Builds one step's losses from the parameters and the step's batch, inside the loop's body. */
export type StepBuilder = (
  parameters: Readonly<Record<string, Tensor>>,
  batch: Readonly<Record<string, Tensor>>,
) => StepResult;

/** Names of state beside the parameters themselves. */
const stepCounter = 'step';
const firstMoment = (name: string) => `${name}.exp_avg`;
const secondMoment = (name: string) => `${name}.exp_avg_sq`;
const largestMoment = (name: string) => `${name}.max_exp_avg_sq`;
const averaged = (name: string) => `${name}.ema`;

/**
 * The state a training starts from: parameters, zero moments of the trained ones, step 0, and the averaged values where wanted.
 * @param values - other than the declared ones, e.g. the best of an earlier stage
 * @param amsgrad - see `AdamWOptions`
 */
export function initialState(
  declared: DeclaredParameters,
  averaging: boolean,
  values: Parameters = declared,
  amsgrad = false,
): Parameters {
  const state: Record<string, Parameters[string]> = {};
  const add = (name: string, shape: readonly number[], data: Float32Array) => {
    if (Object.hasOwn(state, name))
      throw new TypeError(`two values of a training's state are called ${name}`);
    state[name] = { shape, data };
  };
  for (const [name, { shape, role }] of Object.entries(declared)) {
    const { data } = values[name]!;
    add(name, shape, data);
    if (role === 'trained') {
      add(firstMoment(name), shape, new Float32Array(data.length));
      add(secondMoment(name), shape, new Float32Array(data.length));
      if (amsgrad) add(largestMoment(name), shape, new Float32Array(data.length));
    }
    if (averaging && role !== 'frozen') add(averaged(name), shape, data.slice());
  }
  add(stepCounter, [], new Float32Array(1));
  return state;
}

/** The network's parameters out of a training state: the averaged ones where they were kept. */
export function parametersOf(state: Parameters, declared: DeclaredParameters): Parameters {
  const names = Object.keys(declared).filter((name) => state[name]);
  return Object.fromEntries(names.map((name) => [name, (state[averaged(name)] ?? state[name])!]));
}

export interface ProgramOptions {
  readonly optimizer: AdamWOptions;
  /** Share of the old value in the exponential average of all parameters, at most (1 + steps) / (10 + steps); 0 keeps none. */
  readonly averageDecay: number;
  /** What the learning rate is multiplied by for a parameter. @default 1 for all */
  readonly rateOf?: ((parameter: string) => number) | undefined;
  /** The longest that all gradients of a step may be together; longer ones are shortened. @default any */
  readonly longestGradient?: number | undefined;
}

/**
 * The program as ONNX bytes.
 * @param state - as `initialState` makes it
 * @throws TypeError where a step gives no next value of a declared statistic, or one of something that is none
 *
 * Inputs: the state by name with `.in`; `learning_rate` [steps]; every batch value with a leading axis of
 * steps. Outputs: the state by name with `.out`, and `loss.NAME` [steps].
 */
export function trainingProgram(
  declared: DeclaredParameters,
  state: Parameters,
  batch: BatchSpec,
  build: StepBuilder,
  options: ProgramOptions,
): Uint8Array {
  const graph = new Graph();
  const steps = graph.input('steps', 'int64', []);
  const rates = graph.input('learning_rate', 'float32', ['steps']);
  const fed = Object.entries(batch).map(
    ([name, { dtype, shape }]) => [name, graph.input(name, dtype, ['steps', ...shape])] as const,
  );
  const initial = Object.fromEntries(
    Object.entries(state).map(([name, { shape }]) => [name, graph.input(`${name}.in`, 'float32', shape)]),
  );
  const { state: last, outputs } = loop(graph, steps, initial, (_, turn, current) => {
    const values = Object.fromEntries(fed.map(([name, all]) => [name, gather(all, turn)]));
    const { losses, statistics } = build(current, values);
    requireStatistics(declared, statistics);
    return {
      state: update(Object.keys(declared), current, losses.total, statistics, gather(rates, turn), options),
      outputs: losses,
    };
  });
  for (const [name, value] of Object.entries(last)) graph.output(`${name}.out`, value);
  for (const [name, value] of Object.entries(outputs)) graph.output(`loss.${name}`, value);
  return graph.toBytes();
}

/** A statistic that no step moves, or a value that nothing declares, is a mistake that would be seen in no number. */
function requireStatistics(declared: DeclaredParameters, statistics: Readonly<Record<string, Tensor>>): void {
  const expected = Object.keys(declared).filter((name) => declared[name]?.role === 'statistic');
  const missing = expected.find((name) => !Object.hasOwn(statistics, name));
  if (missing !== undefined) throw new TypeError(`a step gives no next value of the statistic ${missing}`);
  const other = Object.keys(statistics).find((name) => declared[name]?.role !== 'statistic');
  if (other !== undefined)
    throw new TypeError(`a step gives a next value of ${other}, which is declared no statistic`);
}

/** @param names - of all parameters, in the order of their declaration: a state from a checkpoint has another, and a sum over them is to be the same */
function update(
  names: readonly string[],
  current: Readonly<Record<string, Tensor>>,
  total: Tensor,
  statistics: Readonly<Record<string, Tensor>>,
  learningRate: Tensor,
  { optimizer, averageDecay, rateOf = () => 1, longestGradient }: ProgramOptions,
): Record<string, Tensor> {
  const next: Record<string, Tensor> = { ...current, ...statistics };
  const step = add(current[stepCounter] as Tensor, 1);
  next[stepCounter] = step;
  const corrections = biasCorrections(step, optimizer);
  const trained = names.filter((name) => current[firstMoment(name)] !== undefined);
  const raw = gradients(
    total,
    trained.map((name) => current[name] as Tensor),
  );
  const slopes = longestGradient === undefined ? raw : clippedTogether(raw, longestGradient);
  trained.forEach((name, index) => {
    const moments = {
      first: current[firstMoment(name)] as Tensor,
      second: current[secondMoment(name)] as Tensor,
      largest: current[largestMoment(name)],
    };
    const factor = rateOf(name);
    const updated = adamW(
      current[name] as Tensor,
      slopes[index] as Tensor,
      moments,
      factor === 1 ? learningRate : mul(learningRate, factor),
      corrections,
      optimizer,
    );
    next[name] = updated.parameter;
    next[firstMoment(name)] = updated.moments.first;
    next[secondMoment(name)] = updated.moments.second;
    if (updated.moments.largest) next[largestMoment(name)] = updated.moments.largest;
  });
  // An average of few steps shall not be half of the first, random weights: its memory grows with it.
  const decay = minimum(div(add(step, 1), add(step, 10)), averageDecay);
  for (const name of Object.keys(current)) {
    const average = current[averaged(name)];
    if (average) next[averaged(name)] = add(mul(average, decay), mul(next[name] as Tensor, sub(1, decay)));
  }
  return next;
}
