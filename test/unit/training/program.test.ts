/** @file What a training program does with a parameter is said by its role, whatever it is called. */
import { describe, expect, it } from 'vitest';
import { add, mean, mul, type Tensor } from '../../../src/graph/index.ts';
import type { DeclaredParameter, DeclaredParameters, Role } from '../../../src/nn/parameters.ts';
import { float32, floats } from '../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../src/runtime/node.ts';
import {
  initialState,
  parametersOf,
  type StepResult,
  trainingProgram,
} from '../../../src/training/program.ts';
import { uniform } from '../../helpers/golden-weights.ts';
import { bitsOf } from '../../helpers/made-store.ts';
import { runSteps } from '../../helpers/run-steps.ts';

const parameter = (role: Role, ...values: number[]): DeclaredParameter => ({
  shape: [values.length],
  data: Float32Array.from(values),
  role,
});
/** None is called as weights and statistics usually are. */
const declared: DeclaredParameters = {
  query: parameter('trained', 1, -2),
  'list.running_mean': parameter('trained', 0.5, 0.25),
  'base.weight': parameter('frozen', 0.1, 1 / 3),
  seen: parameter('statistic', 4, 8),
};
const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.05 };
const spec = { x: { dtype: 'float32', shape: [2] } } as const;

type Values = Readonly<Record<string, Tensor>>;
/** Every parameter has a slope; the statistic halves. */
function build(
  values: Values,
  { x }: Values,
  statistics: Values = { seen: mul(values.seen!, 0.5) },
): StepResult {
  const all = mul(
    mul(values.query!, values['list.running_mean']!),
    mul(values['base.weight']!, values.seen!),
  );
  return { losses: { total: mean(add(all, mul(values.query!, x!))) }, statistics };
}

async function afterSteps(steps: number, averageDecay = 0) {
  const state = initialState(declared, averageDecay > 0);
  const program = trainingProgram(declared, state, spec, (values, batch) => build(values, batch), {
    optimizer,
    averageDecay,
  });
  const fed = { x: float32(new Float32Array(2 * steps).fill(1), [steps, 2]) };
  const engine = await nodeEngine({ threads: 1 });
  const outputs = await runSteps(engine, program, state, { count: steps, rate: 0.01, fed });
  return Object.fromEntries(
    Object.entries(state).map(([name, { shape }]) => [name, { shape, data: floats(outputs[`${name}.out`]) }]),
  );
}

describe('the roles of parameters', () => {
  it('trained: it changes, whatever its name', async () => {
    const state = await afterSteps(3);
    for (const name of ['query', 'list.running_mean'])
      state[name]!.data.forEach((value, at) => {
        expect(Math.abs(value - declared[name]!.data[at]!), name).toBeGreaterThan(0.005);
      });
    expect(Object.keys(state)).toContain('query.exp_avg');
  });

  it('frozen: it stays the same bit for bit, without moments and average', async () => {
    for (const averageDecay of [0, 0.5]) {
      const state = await afterSteps(3, averageDecay);
      expect(bitsOf(state['base.weight']!.data)).toEqual(bitsOf(declared['base.weight']!.data));
      expect(Object.keys(state).filter((name) => name.startsWith('base.weight'))).toEqual(['base.weight']);
      expect(bitsOf(parametersOf(state, declared)['base.weight']!.data)).toEqual(
        bitsOf(declared['base.weight']!.data),
      );
    }
  });

  it('statistic: it is what each step gives, without moments; its average is kept where one is wanted', async () => {
    const state = await afterSteps(3);
    expect([...state.seen!.data]).toEqual([0.5, 1]);
    expect(Object.keys(state)).not.toContain('seen.exp_avg');
    const averaged = await afterSteps(1, 0.125);
    // The first step keeps an eighth of the old.
    expect(averaged['seen.ema']!.data[0]).toBeCloseTo(0.125 * 4 + 0.875 * 2, 5);
    expect(parametersOf(averaged, declared).seen!.data).toEqual(averaged['seen.ema']!.data);
    expect(Object.keys(parametersOf(averaged, declared))).toEqual(Object.keys(declared));
  });
});

describe('a step of the program', () => {
  const programOf = (statistics: (values: Values) => Values) =>
    trainingProgram(
      declared,
      initialState(declared, false),
      spec,
      (values, batch) => build(values, batch, statistics(values)),
      { optimizer, averageDecay: 0 },
    );

  it('that leaves a statistic unset, or sets anything else, is refused', () => {
    expect(() => programOf(() => ({}))).toThrow('a step gives no next value of the statistic seen');
    for (const name of ['query', 'base.weight', 'unknown'])
      expect(() => programOf((values) => ({ seen: values.seen!, [name]: values.query! }))).toThrow(
        `a step gives a next value of ${name}, which is declared no statistic`,
      );
  });
});

describe('the state of a training that goes on', () => {
  it('gives the same bits in whatever order it was read, where all gradients are shortened together', async () => {
    const names = Array.from({ length: 40 }, (_, at) => `layer.${at}`);
    const many: DeclaredParameters = Object.fromEntries(
      names.map((name) => [name, parameter('trained', ...uniform(name, 8))]),
    );
    const fresh = initialState(many, false);
    const reversed = Object.fromEntries(Object.entries(fresh).reverse());
    const bitsAfter = async (state: typeof fresh) => {
      const bytes = trainingProgram(
        many,
        state,
        { x: { dtype: 'float32', shape: [8] } },
        (values, { x }) => {
          const terms = names.map((name) => mean(mul(mul(values[name]!, values[name]!), x!)));
          return { losses: { total: terms.reduce((sum, each) => add(sum, each)) }, statistics: {} };
        },
        { optimizer: { ...optimizer, epsilon: 1e-3 }, averageDecay: 0, longestGradient: 0.3 },
      );
      const fed = { x: float32(Float32Array.from(uniform('x', 40)), [5, 8]) };
      const engine = await nodeEngine({ threads: 1 });
      const outputs = await runSteps(engine, bytes, state, { count: 5, rate: 0.1, fed });
      return names.map((name) => bitsOf(floats(outputs[`${name}.out`])));
    };
    expect(await bitsAfter(reversed)).toEqual(await bitsAfter(fresh));
  });
});

describe('names of the training state', () => {
  it.each(['step', 'query.exp_avg', 'query.ema'])('that two values would share are refused: %s', (name) => {
    expect(() => initialState({ ...declared, [name]: parameter('frozen', 1) }, true)).toThrow(
      `two values of a training's state are called ${name}`,
    );
  });
});
