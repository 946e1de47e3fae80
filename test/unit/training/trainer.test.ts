/** @file A whole training on made-up features: stopping and going on changes not a single bit of what comes out. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { diskStorage } from '../../../src/core/disk-storage.ts';
import { CladError } from '../../../src/core/errors.ts';
import { memoryStorage } from '../../../src/core/memory-storage.ts';
import { Random } from '../../../src/core/random.ts';
import { cladNetworks } from '../../../src/methods/clad/clad-networks.ts';
import { type CladOptions, cladPresets as presets } from '../../../src/methods/clad/clad-options.ts';
import { batchRows } from '../../../src/methods/shared/batch-rows.ts';
import { fitFeatureInput } from '../../../src/methods/shared/network-input/fit-input.ts';
import type { FittedInput } from '../../../src/methods/shared/network-input/network-input.ts';
import { PatchBatches } from '../../../src/methods/shared/patch-batches.ts';
import { taskOf } from '../../../src/methods/shared/train-networks.ts';
import type { Parameters } from '../../../src/nn/parameters.ts';
import { type Engine, floats } from '../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../src/runtime/node.ts';
import { CheckpointFolder } from '../../../src/training/checkpoint.ts';
import { type TrainingLogEntry, type TrainOptions, trainStages } from '../../../src/training/trainer.ts';
import { keepingSessions } from '../../helpers/kept-sessions.ts';
import { bitsOf, type MadeStore, makeStore, randomRows } from '../../helpers/made-store.ts';

const width = 8;
const engine = keepingSessions(await nodeEngine({ threads: 2 }));
let folder = '';
let source: MadeStore;
let fitted: FittedInput;
let folders = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-trainer-'));
  source = await makeStore(join(folder, 'store'), {
    width,
    gridSide: 4,
    classes: ['bolt', 'nut'],
    shards: [4, 3, 4],
    localOf: (id) => [0, 1, 2, 3].map((each) => ({ position: (id + 3 * each) % 16, coverage: 1 })),
    rowOf: randomRows(width),
  });
  fitted = await fitFeatureInput(engine, source, {
    seed: training.seed,
    noise: training.globalAnomalies.noise,
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const training: CladOptions = {
  ...presets.paper,
  seed: 3,
  adaptor: [16, 12, 6],
  discriminator: [8, 6],
  globalAnomalies: { ...presets.paper.globalAnomalies, noise: 0.6, noiseSpread: 1.5 },
  stage1: { steps: 60, epochs: null, batch: 64, learningRate: 3e-3, schedule: 'constant' },
  stage2: { steps: 40, epochs: null, batch: 96, learningRate: 3e-3, schedule: 'cosine' },
  optimizer: { ...presets.paper.optimizer, averageDecay: 0.8 },
  evaluations: 3,
};

/** A validate that prefers neither early nor late: what it says depends on the weights, and on nothing else. */
const capricious = async (parameters: Parameters) => {
  const bits = bitsOf(parameters['adaptor.0.weight']!.data);
  return (bits.reduce((sum, each) => (sum * 31 + each) >>> 0, 7) % 1000) / 1000;
};

function newFolder(): CheckpointFolder {
  return new CheckpointFolder(diskStorage(join(folder, `checkpoint-${folders++}`)), 'key');
}

/** CLAD's networks and stages on a store's features, as the trainer takes them. */
async function ofClad(
  options: CladOptions,
  from: MadeStore,
): Promise<Pick<TrainOptions, 'parameters' | 'stages' | 'optimizer' | 'evaluations'>> {
  const { seed, optimizer, evaluations, synthesis } = options;
  const { initial, stages, draws } = cladNetworks(options, fitted, from.index.classes.length);
  const hasLocal = from.index.shards.some(({ localRows }) => localRows > 0);
  return {
    parameters: initial(new Random(seed, 'parameters')),
    optimizer,
    evaluations,
    stages: await Promise.all(
      stages.map(async ({ name, schedule, step }, index) => {
        const rows = batchRows(schedule.batch, draws, hasLocal);
        const batches = await PatchBatches.open(from.store, from.index, {
          seed,
          stage: index + 1,
          rows,
          images: from.images,
          minCoverage: synthesis.minCoverage,
          drawBeta: draws.beta,
          noiseSpread: draws.noiseSpread,
        });
        return { name: taskOf(name), schedule, batches, step: step(rows) };
      }),
    ),
  };
}

interface RunOptions extends Partial<TrainOptions> {
  readonly training?: CladOptions;
  readonly source?: MadeStore;
}

async function run({ training: of = training, source: from = source, ...options }: RunOptions = {}) {
  const log: TrainingLogEntry[] = [];
  const result = await trainStages({
    engine,
    ...(await ofClad(of, from)),
    checkpoints: newFolder(),
    resume: false,
    validate: capricious,
    log: (entry) => log.push(entry),
    ...options,
  }).catch((error: unknown) => {
    if (error instanceof CladError && error.code === 'INTERRUPTED') return error;
    throw error;
  });
  return { result, log };
}

/** The result of a run that was not stopped. */
async function finished(options: RunOptions = {}) {
  const { result, log } = await run(options);
  if (result instanceof Error) throw result;
  return { ...result, log };
}

let uninterrupted: ReturnType<typeof finished> | undefined;

/** What the training gives when nothing stops it; made once. */
function undisturbed(): ReturnType<typeof finished> {
  uninterrupted ??= finished();
  return uninterrupted;
}

/** Stops once a stage has done so many steps. */
function stopAt(stage: 1 | 2, step: number): Pick<TrainOptions, 'signal' | 'onProgress'> {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onProgress: ({ task, done }) => {
      if (task === `stage ${stage}` && done >= step) controller.abort();
    },
  };
}

function expectSameBits(actual: Parameters, expected: Parameters) {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { shape, data }] of Object.entries(expected)) {
    expect(actual[name]?.shape, name).toEqual(shape);
    expect(bitsOf(actual[name]!.data), name).toEqual(bitsOf(data));
  }
}

describe('what else is measured', () => {
  it('is logged and told at each validation, with what was before, and chooses nothing', async () => {
    const told: number[] = [];
    const ownNoise = async (parameters: Parameters) => ({ ownNoise: 1 - (await capricious(parameters)) });
    const measured = await finished({
      measure: ownNoise,
      onValidated: (states) => told.push(states.length),
    });
    const plain = await finished();
    expect(told).toEqual([1, 2, 3, 4, 5, 6]);
    expect(measured.chosen).toEqual(plain.chosen);
    expect(bitsOf(measured.parameters['adaptor.0.weight']!.data)).toEqual(
      bitsOf(plain.parameters['adaptor.0.weight']!.data),
    );
    expect(measured.validated.map(({ stage, step }) => [stage, step])).toEqual([
      [1, 20],
      [1, 40],
      [1, 60],
      [2, 13],
      [2, 27],
      [2, 40],
    ]);
    for (const { value, measured: also } of measured.validated)
      expect(also).toEqual({ ownNoise: 1 - value! });
    expect(measured.log.filter((entry) => entry.measured).map((entry) => entry.measured)).toEqual(
      measured.validated.map((state) => state.measured),
    );
  });

  it('is measured where the last state is taken, too', async () => {
    const { chosen, validated } = await finished({
      validate: undefined,
      measure: async () => ({ ownNoise: 0.5 }),
    });
    expect(chosen).toBeUndefined();
    expect(validated).toHaveLength(6);
    expect(validated[0]).toEqual({ stage: 1, step: 20, measured: { ownNoise: 0.5 } });
  });

  it('of before is known to a training that goes on', async () => {
    const measure = async () => ({ ownNoise: 0.5 });
    const checkpoints = newFolder();
    await run({ checkpoints, measure, ...stopAt(2, 13) });
    const resumed = await finished({ checkpoints, measure, resume: true });
    expect(resumed.validated).toEqual((await finished({ measure })).validated);
  });
});

describe('a training that is stopped and continued', () => {
  it('in the middle of stage 1, and of stage 2, ends with the same bits and the same log', async () => {
    const whole = await undisturbed();
    const checkpoints = newFolder();
    const first = await run({ checkpoints, ...stopAt(1, 20) });
    expect(first.result).toBeInstanceOf(CladError);
    expect(String(first.result)).toMatch(
      /Stopped in stage 1, step 20 of 60\. Run the same command .*--resume/,
    );
    expect((await checkpoints.read())?.progress).toMatchObject({ stage: 1, step: 20 });
    const second = await run({ checkpoints, resume: true, ...stopAt(2, 13) });
    expect(String(second.result)).toMatch(/Stopped in stage 2, step 13 of 40/);
    expect((await checkpoints.read())?.progress).toMatchObject({ stage: 2, step: 13 });
    const third = await finished({ checkpoints, resume: true });
    expectSameBits(third.parameters, whole.parameters);
    expect(third.chosen).toEqual(whole.chosen);
    expect(third.steps).toEqual([60, 40]);
    expect([...first.log, ...second.log, ...third.log]).toEqual(whole.log);
  });

  it('with its checkpoint in memory ends with the same bits', async () => {
    const checkpoints = new CheckpointFolder(memoryStorage(), 'key');
    expect((await run({ checkpoints, ...stopAt(2, 13) })).result).toBeInstanceOf(CladError);
    const { parameters } = await finished({ checkpoints, resume: true });
    expectSameBits(parameters, (await undisturbed()).parameters);
    expect((await checkpoints.storage.list()).filter((name) => name.endsWith('.safetensors'))).not.toEqual(
      [],
    );
  });

  it('at every chance, again and again, ends with the same bits', async () => {
    const whole = await finished({ validate: undefined });
    const checkpoints = newFolder();
    let stops = 0;
    for (;;) {
      const controller = new AbortController();
      const { result } = await run({
        checkpoints,
        resume: true,
        validate: undefined,
        signal: controller.signal,
        onProgress: () => controller.abort(),
      });
      if (!(result instanceof Error)) {
        expectSameBits(result.parameters, whole.parameters);
        break;
      }
      expect(++stops).toBeLessThan(20);
    }
    expect(stops).toBeGreaterThanOrEqual(4);
  });

  it('by a crash goes on from the last checkpoint, with an engine of its own', async () => {
    const whole = await undisturbed();
    const checkpoints = newFolder();
    const crash = finished({
      checkpoints,
      log: ({ stage, step }) => {
        if (stage === 2 && step >= 20) throw new Error('the power went');
      },
    });
    await expect(crash).rejects.toThrow('the power went');
    expect((await checkpoints.read())?.progress).toMatchObject({ stage: 1, step: 60 });
    const again = new CheckpointFolder(checkpoints.storage, 'key');
    const { parameters, log } = await finished({
      checkpoints: again,
      resume: true,
      engine: await nodeEngine({ threads: 2 }),
    });
    expectSameBits(parameters, whole.parameters);
    expect(log).toEqual(whole.log.filter(({ stage }) => stage === 2));
  });

  it('goes on from a checkpoint that was read already, and does not read it again', async () => {
    const whole = await undisturbed();
    const checkpoints = newFolder();
    await run({ checkpoints, ...stopAt(1, 40) });
    const from = await checkpoints.read();
    expect(from?.progress).toMatchObject({ stage: 1, step: 40 });
    const read = vi.spyOn(checkpoints, 'read');
    const { parameters } = await finished({ checkpoints, from });
    expect(read).not.toHaveBeenCalled();
    expectSameBits(parameters, whole.parameters);
  });

  it('after its end does no more steps and gives the same', async () => {
    const checkpoints = newFolder();
    const whole = await finished({ checkpoints });
    const again = await finished({ checkpoints, resume: true });
    expectSameBits(again.parameters, whole.parameters);
    expect(again.log).toEqual([]);
  });

  it('begins anew where it is not to be continued, or is of another key', async () => {
    const checkpoints = newFolder();
    const whole = await finished({ checkpoints });
    expect((await run({ checkpoints, ...stopAt(1, 20) })).log).toEqual(whole.log.slice(0, 2));
    const other = new CheckpointFolder(checkpoints.storage, 'other');
    expect((await finished({ checkpoints: other, resume: true })).log).toEqual(whole.log);
  });

  it('before its first step trains none', async () => {
    const { result, log } = await run({ signal: AbortSignal.abort() });
    expect(String(result)).toMatch(/Stopped in stage 1, step 0 of 60/);
    expect(log).toEqual([]);
  });
});

describe('a training', () => {
  it('follows the schedule of its learning rate, step by step', async () => {
    const rates: number[] = [];
    const watching: Engine = {
      ...engine,
      load: async (model) => {
        const session = await engine.load(model);
        return {
          ...session,
          run: (feeds) => {
            rates.push(...floats(feeds.learning_rate));
            return session.run(feeds);
          },
        };
      },
    };
    await finished({ engine: watching });
    const falling = Array.from(
      { length: 40 },
      (_, step) => 3e-3 * (0.01 + (0.99 * (1 + Math.cos((Math.PI * step) / 40))) / 2),
    );
    const expected = [...new Array<number>(60).fill(3e-3), ...falling];
    expect(rates).toHaveLength(expected.length);
    expected.forEach((rate, step) => {
      expect(rates[step], `${step}`).toBeCloseTo(rate, 8);
    });
  });

  it('does not depend on how its steps are shared out over calls of the engine', async () => {
    const few = await finished({ validate: undefined });
    const many = await finished({ validate: undefined, training: { ...training, evaluations: 7 } });
    expect(many.log.length).toBeGreaterThan(few.log.length);
    expectSameBits(many.parameters, few.parameters);
  });

  it('logs every step once, in order, with the losses of its stage', async () => {
    const { log } = await undisturbed();
    const losses = log.filter(({ losses }) => losses);
    expect(losses.map(({ stage, step }) => [stage, step])).toEqual([
      [1, 20],
      [1, 40],
      [1, 60],
      [2, 13],
      [2, 27],
      [2, 40],
    ]);
    expect(Object.keys(losses[0]?.losses ?? {}).sort()).toEqual([
      'classification',
      'contrast',
      'score',
      'total',
      'variance',
    ]);
    expect(Object.keys(losses[5]?.losses ?? {}).sort()).toEqual(['classification', 'score', 'total']);
    expect(log.filter(({ selection }) => selection !== undefined)).toHaveLength(6);
  });

  it('gives other weights for another seed, and the same for the same', async () => {
    const first = await undisturbed();
    expectSameBits((await finished()).parameters, first.parameters);
    const other = await finished({ training: { ...training, seed: 4 } });
    expect(other.parameters['adaptor.0.weight']?.data).not.toEqual(
      first.parameters['adaptor.0.weight']?.data,
    );
  });

  it('learns: losses fall', async () => {
    const { log } = await undisturbed();
    const totals = (stage: number) =>
      log.filter((entry) => entry.stage === stage && entry.losses).map(({ losses }) => losses!.total!);
    expect(totals(1).at(-1)).toBeLessThan(0.7 * totals(1)[0]!);
    expect(totals(2).at(-1)).toBeLessThan(totals(2)[0]!);
  });

  it('takes the checkpoint with the best validation score, of either stage', async () => {
    const validated: { parameters: Parameters; value: number }[] = [];
    const result = await finished({
      validate: async (parameters) => {
        const value = await capricious(parameters);
        validated.push({ parameters, value });
        return value;
      },
    });
    const best = validated.reduce((high, each) => (each.value >= high.value ? each : high));
    expect(result.chosen?.value).toBe(best.value);
    expectSameBits(result.parameters, best.parameters);
  });

  it('takes the later of two checkpoints with the same validation score', async () => {
    const { chosen } = await finished({ validate: async () => 0.5 });
    expect(chosen).toEqual({ stage: 2, step: 40, value: 0.5 });
  });

  it('fine-tunes the best of stage 1 in stage 2', async () => {
    const validated: Parameters[] = [];
    const values = [0.1, 0.9, 0.2, 0.3, 0.4, 0.5];
    const only = { ...training.stage2, steps: 3, learningRate: 1e-12 };
    const { chosen } = await finished({
      training: { ...training, stage2: only, optimizer: { ...training.optimizer, weightDecay: 0 } },
      validate: async (parameters) => {
        validated.push(parameters);
        return values[validated.length - 1] as number;
      },
    });
    expect(chosen).toEqual({ stage: 1, step: 40, value: 0.9 });
    // With next to no learning rate, stage 2 stays where it began: at the second validation, not at the last one.
    const name = 'adaptor.0.weight';
    const apart = (one: Parameters, other: Parameters) =>
      Math.max(...one[name]!.data.map((value, at) => Math.abs(value - other[name]!.data[at]!)));
    expect(apart(validated[3]!, validated[1]!)).toBeLessThan(1e-6);
    expect(apart(validated[3]!, validated[2]!)).toBeGreaterThan(1e-3);
  });

  it('takes the last state without checkpoint selection', async () => {
    const { parameters, chosen, log } = await finished({ validate: undefined });
    expect(chosen).toBeUndefined();
    expect(log.every(({ selection }) => selection === undefined)).toBe(true);
    const shorter = await finished({
      validate: undefined,
      training: { ...training, stage2: { ...training.stage2, steps: 39 } },
    });
    expect(shorter.parameters['adaptor.0.weight']?.data).not.toEqual(parameters['adaptor.0.weight']?.data);
  });

  it.each([1, 2] as const)('leaves stage %d out where it has no steps', async (stage) => {
    const none = { ...training[`stage${stage}`], steps: 0 };
    const { log, steps } = await finished({ training: { ...training, [`stage${stage}`]: none } });
    expect(steps[stage - 1]).toBe(0);
    expect(new Set(log.map((entry) => entry.stage))).toEqual(new Set([3 - stage]));
  });

  it('works out its steps from epochs', async () => {
    const epochs = { ...training.stage1, steps: null, epochs: 2.5 };
    const { steps } = await finished({ training: { ...training, stage1: epochs } });
    // 11 images of 16 patches, 32 normal rows a batch: 5 batches an epoch.
    expect(steps[0]).toBe(Math.round(2.5 * 5));
  });

  it('trains without local anomalies where there are none', async () => {
    const bare = await makeStore(join(folder, 'bare'), {
      width,
      gridSide: 4,
      classes: ['bolt', 'nut'],
      shards: [3, 3],
      rowOf: randomRows(width),
    });
    const { log } = await finished({ source: bare });
    expect(log.at(-1)?.step).toBe(40);
  });

  it('that diverges is an error that names the stage and what to do, and leaves no checkpoint of it', async () => {
    const checkpoints = newFolder();
    const wild = { ...training, stage2: { ...training.stage2, learningRate: 1e30 } };
    await expect(finished({ training: wild, checkpoints })).rejects.toThrow(
      /not finite in stage 2 at step 13\. Lower the learningRate of that stage/,
    );
    expect((await checkpoints.read())?.progress).toMatchObject({ stage: 1, step: 60 });
  });

  it('that diverges in its very last step is refused before it is validated or kept', async () => {
    const checkpoints = newFolder();
    const wild = {
      ...training,
      evaluations: 1,
      stage1: { ...training.stage1, steps: 1, learningRate: 1e38 },
    };
    let validated = 0;
    const validate = async () => ++validated;
    await expect(finished({ training: wild, checkpoints, validate })).rejects.toThrow(
      /not finite in stage 1 at step 1\./,
    );
    expect(validated).toBe(0);
    expect(await checkpoints.read()).toBeUndefined();
  });
});
