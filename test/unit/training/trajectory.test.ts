import { describe, expect, it } from 'vitest';
import { add, equal, Graph, mul, square, sum } from '../../../src/graph/index.ts';
import { classificationLoss, hingeLoss, varianceLoss } from '../../../src/methods/clad/clad-losses.ts';
import { contrastLoss } from '../../../src/methods/clad/contrast.ts';
import { networksInference, networksTraining } from '../../../src/methods/clad/networks.ts';
import { oneHot } from '../../../src/nn/losses.ts';
import type { DeclaredParameters, Parameters } from '../../../src/nn/parameters.ts';
import { type Device, type Engine, float32, floats, int64 } from '../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../src/runtime/node.ts';
import { initialState, parametersOf, trainingProgram } from '../../../src/training/program.ts';
import { fixture } from '../../helpers/fixtures.ts';

type Nested = number[] | number[][];
interface Golden {
  initial: Record<string, Nested>;
  batches: { x: number[][]; labels: number[] }[];
  losses: number[];
  final: Record<string, Nested>;
  evaluation: { x: number[][]; z: number[][]; logits: number[][]; score: number[] };
}

const golden = fixture<Golden>('training.json');
const anomalyClass = 2;

function parametersFrom(values: Record<string, Nested>): DeclaredParameters {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([name]) => !name.endsWith('num_batches_tracked'))
      .map(([name, nested]) => {
        const shape = Array.isArray(nested[0]) ? [nested.length, nested[0].length] : [nested.length];
        const role = /running_(mean|var)$/.test(name) ? 'statistic' : 'trained';
        return [name, { shape, data: Float32Array.from(nested.flat()), role }];
      }),
  );
}

/** Five steps in one call, and the trained network on the golden evaluation rows. */
async function train(engine: Engine) {
  const parameters = parametersFrom(golden.initial);
  const state = initialState(parameters, false);
  const bytes = trainingProgram(
    parameters,
    state,
    { x: { dtype: 'float32', shape: [16, 10] }, labels: { dtype: 'int64', shape: [16] } },
    (weights, { x, labels }) => {
      const { outputs, statistics } = networksTraining(x!, weights);
      const membership = oneHot(labels!, 3);
      const anomalous = equal(labels!, labels!.graph.scalar(anomalyClass, 'int64'));
      const options = { margin: 3, alpha: 0.5, gamma: -0.8, epsilon: 1e-6, stopWeightGradient: false };
      const total = add(
        add(contrastLoss(outputs.embedding, labels!, options), varianceLoss(outputs.embedding, membership)),
        add(classificationLoss(outputs.logits, membership), hingeLoss(outputs.score, anomalous, 0.5)),
      );
      return { losses: { total }, statistics };
    },
    {
      // PyTorch's own.
      optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
      averageDecay: 0,
    },
  );
  const session = await engine.load(bytes);
  const feeds = Object.fromEntries(
    Object.entries(state).map(([name, { shape, data }]) => [`${name}.in`, float32(data, shape)]),
  );
  const result = await session.run({
    ...feeds,
    steps: int64([5], []),
    learning_rate: float32(new Float32Array(5).fill(1e-2), [5]),
    x: float32(Float32Array.from(golden.batches.flatMap(({ x }) => x.flat())), [5, 16, 10]),
    labels: int64(
      golden.batches.flatMap(({ labels }) => labels),
      [5, 16],
    ),
  });
  await session.release();
  const trained = parametersOf(
    Object.fromEntries(
      Object.entries(state).map(([name, { shape }]) => [
        name,
        { shape, data: floats(result[`${name}.out`]) },
      ]),
    ),
    parameters,
  );
  return { losses: floats(result['loss.total']), trained };
}

async function infer(engine: Engine, parameters: Parameters) {
  const graph = new Graph();
  const tensors = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, data }]) => [name, graph.constant(name, data, shape)]),
  );
  const outputs = networksInference(graph.input('x', 'float32', ['N', 10]), tensors);
  for (const [name, tensor] of Object.entries(outputs)) graph.output(name, tensor);
  const session = await engine.load(graph.toBytes());
  const { x } = golden.evaluation;
  const result = await session.run({ x: float32(Float32Array.from(x.flat()), [x.length, 10]) });
  await session.release();
  return result;
}

function expectRelative(actual: ArrayLike<number>, expected: number[], what: string) {
  const scale = Math.max(...expected.map(Math.abs), 1e-3);
  expect(actual.length, what).toBe(expected.length);
  expected.forEach((value, index) => {
    expect(Math.abs(actual[index]! - value), `${what}[${index}]`).toBeLessThan(1e-4 * scale);
  });
}

/** An engine, where this machine has the device; vitest.config.ts brings a software WebGPU where Chromium is installed. */
async function available(device: Device): Promise<Engine | undefined> {
  try {
    return await nodeEngine({ device, threads: 2 });
  } catch {
    return undefined;
  }
}

describe.each<Device>(['cpu', 'webgpu'])('five steps of PyTorch, on %s', async (device) => {
  const engine = await available(device);
  it.skipIf(!engine)(
    'has the same losses, weights, statistics and trained network to 1e-4',
    { timeout: 240_000 },
    async () => {
      const { losses, trained } = await train(engine!);
      expectRelative(losses, golden.losses, 'losses');
      for (const [name, nested] of Object.entries(golden.final)) {
        if (!name.endsWith('num_batches_tracked')) expectRelative(trained[name]!.data, nested.flat(), name);
      }
      const result = await infer(engine!, trained);
      const { z, logits, score } = golden.evaluation;
      expectRelative(floats(result.embedding), z.flat(), 'z');
      expectRelative(floats(result.logits), logits.flat(), 'logits');
      expectRelative(floats(result.score), score, 'score');
    },
  );
});

describe('averaged weights and learning rates of their own', () => {
  it('equal those of AdamW in plain loops', async () => {
    const optimizer = { beta1: 0.8, beta2: 0.9, epsilon: 1e-6, weightDecay: 0.1 };
    const [averageDecay, rates, fed] = [0.25, [0.1, 0.05, 0.2], [1, -2, 3]];
    const declared: DeclaredParameters = {
      'a.weight': { shape: [2], data: Float32Array.of(1, -2), role: 'trained' },
      'b.weight': { shape: [1], data: Float32Array.of(0.5), role: 'trained' },
    };
    const state = initialState(declared, true);
    const bytes = trainingProgram(
      declared,
      state,
      { x: { dtype: 'float32', shape: [1] } },
      (weights, { x }) => {
        const total = add(sum(square(weights['a.weight']!)), mul(sum(weights['b.weight']!), sum(x!)));
        return { losses: { total }, statistics: {} };
      },
      { optimizer, averageDecay, rateOf: (name) => (name === 'a.weight' ? 0.5 : 1) },
    );
    const session = await (await nodeEngine({ threads: 1 })).load(bytes);
    const result = await session.run({
      ...Object.fromEntries(
        Object.entries(state).map(([name, { shape, data }]) => [`${name}.in`, float32(data, shape)]),
      ),
      steps: int64([3], []),
      learning_rate: float32(Float32Array.from(rates), [3]),
      x: float32(Float32Array.from(fed), [3, 1]),
    });
    await session.release();
    const weights = [1, -2, 0.5];
    const averages = [...weights];
    const moments = weights.map(() => ({ first: 0, second: 0 }));
    rates.forEach((rate, step) => {
      const slopes = weights.map((value, at) => (at < 2 ? 2 * value : fed[step]!));
      slopes.forEach((slope, at) => {
        const { beta1, beta2, epsilon, weightDecay } = optimizer;
        const moment = moments[at]!;
        moment.first = beta1 * moment.first + (1 - beta1) * slope;
        moment.second = beta2 * moment.second + (1 - beta2) * slope ** 2;
        const root = Math.sqrt(moment.second / (1 - beta2 ** (step + 1))) + epsilon;
        const own = at < 2 ? rate / 2 : rate;
        weights[at]! *= 1 - own * weightDecay;
        weights[at]! -= (own * moment.first) / (1 - beta1 ** (step + 1)) / root;
        // The first step keeps 2 / 11 of the old, the others what was asked for.
        const decay = Math.min(averageDecay, (2 + step) / (11 + step));
        averages[at] = decay * averages[at]! + (1 - decay) * weights[at]!;
      });
    });
    const out = (ending: string) =>
      ['a.weight', 'b.weight'].flatMap((name) => Array.from(floats(result[`${name}${ending}.out`])));
    expectRelative(out(''), weights, 'weights');
    expectRelative(out('.ema'), averages, 'averages');
  });
});
