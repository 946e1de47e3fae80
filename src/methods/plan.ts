/**
 * @file What a training will cost, before it is begun: disk, memory and time. Times are measured here and now on a few pictures and a few
 * small steps, and scaled; sizes follow from the options.
 */
import { CladError } from '../core/errors.ts';
import { Random } from '../core/random.ts';
import { Extractor, featureWidthOf, gridSideOf } from '../features/extractor.ts';
import { Graph, matmul } from '../graph/index.ts';
import { type Engine, float32, int64, type TensorValue } from '../runtime/engine.ts';
import { mostWindowBytes } from '../training/batches.ts';
import { selectionWidth } from '../training/choose-members.ts';
import { cladNetworks } from '../training/clad-networks.ts';
import type { TrainingOptions } from '../training/options.ts';
import { initialState, trainingProgram } from '../training/program.ts';
import { type BatchRows, batchRows, batchSpec } from '../training/step.ts';
import { imagesToJudge } from './good-images.ts';
import { readAll, type TrainRequest } from './train-work.ts';

/** What is expected of a training. */
export interface TrainingPlan {
  readonly images: number;
  readonly classes: number;
  readonly heldOut: number;
  /** Normal patches that are trained on. */
  readonly patches: number;
  readonly steps: { readonly stage1: number; readonly stage2: number };
  /** Bytes; with `--cache` they stay. */
  readonly disk: { readonly features: number; readonly inputs: number };
  /** Bytes at the highest. */
  readonly memory: number;
  /** Seconds. */
  readonly time: {
    readonly features: number;
    readonly matching: number;
    readonly stage1: number;
    readonly stage2: number;
    readonly thresholds: number;
  };
}

/** Synthetic anomalies keep only the patches they cover: so much of a picture, measured on four products. */
const coveredShare = 0.1;
/** Bytes of a step for every float of the widths a row passes through; measured at 100 000 rows. */
const bytesPerActivation = 35;
/** Similarities of a block of rows, or of a picture's, to a member. */
const matchingBytes = (perImage: number) => Math.max(512, perImage) * 4;
/** Of the program, the engine, the backbone and the networks, bytes; four products take 1.73 GB with `fast`, 1.77 GB with `accurate`. */
const base = 1e9;

/** @throws what reading and checking the data, the backbone and the options throw */
export async function planTraining(request: TrainRequest): Promise<TrainingPlan> {
  if (request.method !== 'clad') {
    throw new CladError('OPTION_INVALID', {
      option: '--plan',
      expected: 'asked of method clad',
      actual: `--method ${request.method}`,
    });
  }
  const { engine, backbone, features, split, training, dataset } = await readAll(request);
  const { options } = request;
  const width = featureWidthOf(backbone, features);
  const perImage = gridSideOf(features) ** 2;
  const images = training.length;
  const rows = Math.round(images * perImage * (1 + options.synthesis.perImage * coveredShare));
  const residual = options.input.kind === 'residual';
  const inputWidth = residual ? Math.min(options.input.components, width) : width;
  const disk = { features: rows * width * 2, inputs: residual ? rows * inputWidth * 2 : 0 };
  const patches = split.fit.size * perImage;
  const steps = { stage1: stepsOf(options, 1, patches), stage2: stepsOf(options, 2, patches) };
  const classes = dataset.classes.length;
  const seconds = (stage: 1 | 2) =>
    steps[`stage${stage}`] === 0 ? 0 : stepSeconds(engine, options, stage, inputWidth, classes);
  const extractor = await Extractor.create(engine, backbone, features);
  const pictureSeconds = await extractionSeconds(extractor, features.geometry.size);
  await extractor.release();
  const members = Math.min(options.input.members, images * perImage);
  const secondsPerPatch = residual ? (2 * members * inputWidth) / (await productRate(engine)) : 0;
  const judged = [...imagesToJudge(training, split, options.falseAlarmRate, options.seed).values()].flat();
  return {
    images,
    classes,
    heldOut: split.heldOut.size,
    patches,
    steps,
    disk,
    memory: memoryOf(options, inputWidth, disk, perImage),
    time: {
      features: images * (1 + options.synthesis.perImage) * pictureSeconds,
      matching: rows * secondsPerPatch,
      stage1: steps.stage1 * (await seconds(1)),
      stage2: steps.stage2 * (await seconds(2)),
      thresholds: judged.length * (pictureSeconds + perImage * secondsPerPatch),
    },
  };
}

function stepsOf(options: TrainingOptions, stage: 1 | 2, patches: number): number {
  const { steps, epochs, batch } = options[`stage${stage}`];
  const { normal } = batchRows(batch, options.batch, options.synthesis.perImage > 0);
  return steps ?? Math.round((epochs ?? 0) * Math.max(1, Math.floor(patches / normal)));
}

function memoryOf(
  { input, adaptor, discriminator, ...options }: TrainingOptions,
  width: number,
  disk: TrainingPlan['disk'],
  perImage: number,
) {
  const floats = [width, ...adaptor, ...discriminator].reduce((sum, each) => sum + each, 0);
  const batch = Math.max(
    ...([1, 2] as const).map((stage) =>
      options[`stage${stage}`].steps === 0 ? 0 : options[`stage${stage}`].batch,
    ),
  );
  const bank =
    input.kind === 'residual'
      ? input.candidates * selectionWidth * 4 + input.members * (width * 4 * 2 + matchingBytes(perImage))
      : 0;
  return (
    base +
    bank +
    Math.min(mostWindowBytes, disk.inputs || disk.features) +
    batch * floats * bytesPerActivation
  );
}

/** Of one picture, the best of three: decoding and drawing run beside it. */
async function extractionSeconds(extractor: Extractor, side: number): Promise<number> {
  const random = new Random('plan');
  const data = Uint8Array.from({ length: side * side * 3 }, () => random.integer(256));
  return fastest(3, () => extractor.extract([{ width: side, height: side, data }]));
}

/** Of one step: its time grows with the rows, and with their square where rows are contrasted. */
async function stepSeconds(
  engine: Engine,
  options: TrainingOptions,
  stage: 1 | 2,
  width: number,
  classes: number,
): Promise<number> {
  const { batch } = options[`stage${stage}`];
  const timed = async (rows: number) => {
    const parts = batchRows(rows, options.batch, options.synthesis.perImage > 0);
    return oneStep(engine, options, stage, parts, width, classes);
  };
  const small = Math.min(batch, 512);
  const first = await timed(small);
  if (small === batch) return first;
  const large = Math.min(batch, 2 * small);
  const second = await timed(large);
  // first = a s + b s^2, second = a l + b l^2
  const square = Math.max(0, (second / large - first / small) / (large - small));
  const linear = Math.max(0, second / large - square * large);
  return linear * batch + square * batch * batch;
}

async function oneStep(
  engine: Engine,
  options: TrainingOptions,
  stage: 1 | 2,
  rows: BatchRows,
  width: number,
  classes: number,
): Promise<number> {
  const networks = cladNetworks(
    options,
    { width, noiseDeviation: new Float32Array(width).fill(0.1) },
    classes,
  );
  const state = initialState(networks.initial(new Random('plan')), false);
  const spec = batchSpec(rows, width);
  const { averageDecay, ...optimizer } = options.optimizer;
  const session = await engine.load(
    trainingProgram(state, spec, networks.step(stage, rows), { optimizer, averageDecay }),
  );
  const feeds: Record<string, TensorValue> = {
    ...Object.fromEntries(
      Object.entries(state).map(([name, { shape, data }]) => [`${name}.in`, float32(data, shape)]),
    ),
    steps: int64([1], []),
    learning_rate: float32(new Float32Array(1), [1]),
    ...Object.fromEntries(
      Object.entries(spec).map(([name, { dtype, shape }]) => [name, drawn(dtype, [1, ...shape], classes)]),
    ),
  };
  try {
    return await fastest(2, () => session.run(feeds));
  } finally {
    await session.release();
  }
}

function drawn(dtype: string, shape: readonly number[], classes: number): TensorValue {
  const random = new Random('plan', shape.join());
  const count = shape.reduce((product, size) => product * size, 1);
  if (dtype === 'int64')
    return int64(
      Array.from({ length: count }, (_, row) => row % classes),
      shape,
    );
  if (dtype === 'float16')
    return {
      dtype: 'float16',
      shape,
      data: Uint16Array.from({ length: count }, () => 0x3000 + random.integer(0x800)),
    };
  return float32(random.fillNormal(new Float32Array(count)), shape);
}

/** Multiplications and additions a second in a product of matrices. */
async function productRate(engine: Engine): Promise<number> {
  const graph = new Graph();
  const side = 1024;
  const left = graph.input('left', 'float32', [side, side]);
  graph.output('product', matmul(left, left, { transB: true }));
  const session = await engine.load(graph.toBytes());
  const value = float32(new Random('plan').fillNormal(new Float32Array(side * side)), [side, side]);
  const seconds = await fastest(3, () => session.run({ left: value }));
  await session.release();
  return (2 * side ** 3) / seconds;
}

async function fastest(times: number, work: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < times; turn++) {
    const started = performance.now();
    await work();
    best = Math.min(best, (performance.now() - started) / 1000);
  }
  return best;
}
