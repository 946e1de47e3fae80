/** @file What `clad train --plan` measures: a few images, steps and maps, drawn by chance, on this machine as it is now. */
import { Random } from '../../core/random.ts';
import { Evaluator } from '../../evaluation/evaluator.ts';
import type { ImageSize } from '../../image/limits.ts';
import { type Engine, float32, int64, type TensorValue } from '../../runtime/engine.ts';
import { initialState, trainingProgram } from '../../training/program.ts';
import { type BatchRows, batchRows, batchSpec } from '../shared/batch-rows.ts';
import { fastest } from '../shared/measured-times.ts';
import { cladNetworks } from './clad-networks.ts';
import type { CladOptions } from './clad-options.ts';

/**
 * Of one step, measured where its batch is small, else extrapolated from two smaller ones: by the rows and their square where rows are contrasted
 * (stage 1), by the rows and a fixed part elsewhere.
 */
export async function stepSeconds(
  engine: Engine,
  options: CladOptions,
  stage: 1 | 2,
  width: number,
  classes: number,
): Promise<number> {
  const { batch } = options[`stage${stage}`];
  const timed = (rows: number) => {
    const parts = batchRows(rows, options.batch, options.synthesis.perImage > 0);
    return oneStep(engine, options, stage, parts, width, classes);
  };
  const contrasted = stage === 1 && options.losses.contrast > 0;
  const [small, large] = contrasted ? ([1024, 4096] as const) : ([2048, 8192] as const);
  if (batch <= small) return timed(batch);
  const first = { rows: small, seconds: await timed(small) };
  const second = { rows: Math.min(batch, large), seconds: await timed(Math.min(batch, large)) };
  return extrapolated(first, second, batch, contrasted);
}

interface TimedStep {
  readonly rows: number;
  readonly seconds: number;
}

/** Seconds of a step of `rows` by those of two smaller ones. @param contrasted - whether time grows with the square of the rows as well */
export function extrapolated(first: TimedStep, second: TimedStep, rows: number, contrasted: boolean): number {
  if (rows === second.rows) return second.seconds;
  const between = second.rows - first.rows;
  if (!contrasted) {
    const each = Math.max(0, (second.seconds - first.seconds) / between);
    return second.seconds + each * (rows - second.rows);
  }
  // first = a s + b s^2, second = a l + b l^2
  const [low, high] = [first.seconds / first.rows, second.seconds / second.rows];
  const square = Math.max(0, (high - low) / between);
  const linear = Math.max(0, high - square * second.rows);
  return linear * rows + square * rows * rows;
}

async function oneStep(
  engine: Engine,
  options: CladOptions,
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
  const declared = networks.initial(new Random('plan'));
  const state = initialState(declared, false);
  const { step } = networks.stages[stage - 1]!;
  const spec = batchSpec(rows, width);
  const { averageDecay, ...optimizer } = options.optimizer;
  const session = await engine.load(
    trainingProgram(declared, state, spec, step(rows), { optimizer, averageDecay }),
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

/** All metrics of one test image, by drawn maps of this size. */
export function metricSeconds({ width, height }: ImageSize): number {
  const random = new Random('plan');
  const length = width * height;
  const drawnMap = () => Float32Array.from({ length }, () => random.uniform(0, 1));
  const data = Uint8Array.from({ length }, (_, pixel) => (pixel % width < width / 8 ? 1 : 0));
  const mask = { width, height, data };
  const images = Array.from({ length: 8 }, (_, number) => ({ map: drawnMap(), anomalous: number % 2 === 1 }));
  const started = performance.now();
  const evaluator = new Evaluator();
  for (const { map, anomalous } of images)
    evaluator.add({
      className: 'plan',
      anomalous,
      mask: anomalous ? mask : null,
      prediction: { score: map[0] ?? 0, map },
    });
  evaluator.result();
  return (performance.now() - started) / 1000 / images.length;
}
