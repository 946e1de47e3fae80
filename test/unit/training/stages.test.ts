/** @file A training of more than two stages, of a network of one number: no method, no store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskStorage } from '../../../src/core/disk-storage.ts';
import { mul, neg, sum } from '../../../src/graph/index.ts';
import type { Parameters } from '../../../src/nn/parameters.ts';
import { float32 } from '../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../src/runtime/node.ts';
import { CheckpointFolder } from '../../../src/training/checkpoint.ts';
import { type TrainingLogEntry, type TrainOptions, trainStages } from '../../../src/training/trainer.ts';
import { bitsOf } from '../../helpers/made-store.ts';

const engine = await nodeEngine({ threads: 1 });
let folder = '';
let folders = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-stages-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const newFolder = () => new CheckpointFolder(diskStorage(join(folder, `checkpoint-${folders++}`)), 'key');

async function train(options: Pick<TrainOptions, 'parameters' | 'stages'> & Partial<TrainOptions>) {
  const log: TrainingLogEntry[] = [];
  const result = await trainStages({
    engine,
    optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, averageDecay: 0 },
    evaluations: 2,
    checkpoints: newFolder(),
    resume: false,
    log: (entry) => log.push(entry),
    ...options,
  });
  return { ...result, log };
}

describe('a training of three stages', () => {
  const names = ['warm-up', 'climb', 'polish'];
  /** x climbs by about the learning rate in every step; `base` is only read. */
  const climbing = (rates: readonly number[], steps = 4): Pick<TrainOptions, 'parameters' | 'stages'> => ({
    parameters: {
      x: { shape: [1], data: Float32Array.of(0), role: 'trained' },
      base: { shape: [1], data: Float32Array.of(1), role: 'frozen' },
    },
    stages: rates.map((learningRate, at) => ({
      name: names[at]!,
      schedule: { steps, epochs: null, learningRate, schedule: 'constant' },
      batches: {
        spec: { by: { dtype: 'float32', shape: [1] } },
        stepsPerEpoch: 7,
        batches: async (_, count) => ({ by: float32(new Float32Array(count).fill(1), [count, 1]) }),
      },
      step: ({ x, base }, { by }) => ({
        losses: { total: neg(sum(mul(mul(x!, base!), by!))) },
        statistics: {},
      }),
    })),
  });
  const rates = [1, 0.5, 0.1];

  /** Where x is at each validation, two a stage. */
  async function climb(values: readonly number[]) {
    const seen: number[] = [];
    const validate = async ({ x }: Parameters) => {
      seen.push(x!.data[0]!);
      return values[seen.length - 1]!;
    };
    const result = await train({ ...climbing(rates), validate });
    return { ...result, seen };
  }
  const expectNear = (found: readonly number[], expected: readonly number[]) => {
    expect(found).toHaveLength(expected.length);
    expected.forEach((value, at) => {
      expect(found[at], `${at}`).toBeCloseTo(value, 4);
    });
  };

  it('begins each stage with the best networks of the one before', async () => {
    const { seen, chosen, parameters, steps } = await climb([5, 1, 6, 2, 3, 4]);
    expectNear(seen, [2, 4, 3, 4, 3.2, 3.4]);
    expect(chosen).toEqual({ stage: 2, step: 2, value: 6 });
    expect(parameters.x!.data[0]).toBeCloseTo(3, 4);
    expect(parameters.base!.data).toEqual(Float32Array.of(1));
    expect(steps).toEqual([4, 4, 4]);
  });

  it("goes back to an earlier stage's best where the one before improved nothing", async () => {
    const { seen, chosen } = await climb([5, 1, 2, 3, 4, 7]);
    expectNear(seen, [2, 4, 3, 4, 2.2, 2.4]);
    expect(chosen).toEqual({ stage: 3, step: 4, value: 7 });
  });

  it('goes on from the last state without checkpoint selection', async () => {
    const { parameters, chosen } = await train(climbing(rates));
    expect(parameters.x!.data[0]).toBeCloseTo(4 + 2 + 0.4, 4);
    expect(chosen).toBeUndefined();
  });

  it('names its stages in progress and log, and is stopped and continued in the last', async () => {
    const long = climbing(rates, 60);
    const checkpoints = newFolder();
    const tasks = new Set<string>();
    const controller = new AbortController();
    const stopped = train({
      ...long,
      checkpoints,
      signal: controller.signal,
      onProgress: ({ task }) => {
        tasks.add(task);
        if (task === 'polish') controller.abort();
      },
    });
    await expect(stopped).rejects.toThrow(/Stopped in polish, step 25 of 60/);
    expect([...tasks]).toEqual(names);
    const whole = await train(long);
    const { parameters, log, steps } = await train({ ...long, checkpoints, resume: true });
    expect(log).toEqual(whole.log.filter(({ stage, step }) => stage === 3 && step > 25));
    expect(steps).toEqual([60, 60, 60]);
    expect(bitsOf(parameters.x!.data)).toEqual(bitsOf(whole.parameters.x!.data));
  });

  it('changes in a stage what the stage is about, and is stopped and continued with the rest as it was', async () => {
    const begin = (at: number) => ({ shape: [1], data: Float32Array.of(at), role: 'trained' as const });
    const two = (steps: number): Pick<TrainOptions, 'parameters' | 'stages'> => ({
      parameters: { x: begin(0), y: begin(10) },
      stages: climbing([1, 0.5], steps).stages.map((stage, at) => ({
        ...stage,
        concerns: (name) => name === 'xy'[at],
        // What a stage is not about is not there in its steps.
        step: (parameters, { by }) => {
          expect(Object.keys(parameters).filter((name) => name.length === 1)).toEqual(['xy'[at]]);
          return { losses: { total: neg(sum(mul(parameters['xy'[at]!]!, by!))) }, statistics: {} };
        },
      })),
    });
    const { parameters } = await train(two(4));
    expect(parameters.x!.data[0]).toBeCloseTo(4, 4);
    expect(parameters.y!.data[0]).toBeCloseTo(12, 4);

    const checkpoints = newFolder();
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    const stopped = train({ ...two(60), checkpoints, signal: controller.signal, onProgress });
    await expect(stopped).rejects.toThrow(/Stopped in warm-up, step 25 of 60/);
    const kept = await checkpoints.read();
    expect(Object.keys(kept!.state).sort()).toEqual(['step', 'x', 'x.exp_avg', 'x.exp_avg_sq', 'y']);
    const whole = await train(two(60));
    const continued = await train({ ...two(60), checkpoints, resume: true });
    for (const name of ['x', 'y'])
      expect(bitsOf(continued.parameters[name]!.data)).toEqual(bitsOf(whole.parameters[name]!.data));
  });

  it('that diverges reports in which stage', async () => {
    await expect(train(climbing([1, 1e38, 1], 3))).rejects.toThrow(/not finite in climb at step \d/);
  });
});
