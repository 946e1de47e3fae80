/** @file How long a step of a training takes on this machine as it is now, by values drawn by chance: for `clad train --plan`. */
import { Random } from '../../core/random.ts';
import type { DeclaredParameters } from '../../nn/parameters.ts';
import { type Engine, float32, int64, type TensorValue } from '../../runtime/engine.ts';
import type { AdamWOptions } from '../../training/adamw.ts';
import { type BatchSpec, initialState, type StepBuilder, trainingProgram } from '../../training/program.ts';
import { fastest } from './measured-times.ts';

/** What a step is of. */
export interface TimedProgram {
  readonly parameters: DeclaredParameters;
  readonly spec: BatchSpec;
  readonly step: StepBuilder;
  readonly optimizer: AdamWOptions & { readonly averageDecay: number };
  /** See `ProgramOptions`. */
  readonly longestGradient?: number | undefined;
}

/** A step that was measured. */
export interface TimedStep {
  /** Of its batch: rows, or images. */
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

/** Seconds of one step, the better of two. @param below - whole numbers that are fed are below this */
export async function oneStepSeconds(engine: Engine, program: TimedProgram, below: number): Promise<number> {
  const step = await openStep(engine, program, below);
  try {
    return await fastest(2, step.run);
  } finally {
    await step.release();
  }
}

/** A step that can be run again and again. */
export interface OpenStep {
  /** Runs all the steps of one call. */
  run(): Promise<void>;
  release(): Promise<void>;
}

/**
 * A step in the engine, as the trainer has it there. It is fed values by chance, and begins at the same state each time.
 * @param below - whole numbers that are fed are below this
 * @param steps - in one call
 */
export async function openStep(
  engine: Engine,
  { parameters, spec, step, optimizer: all, longestGradient }: TimedProgram,
  below: number,
  steps = 1,
): Promise<OpenStep> {
  const { averageDecay, ...optimizer } = all;
  const state = initialState(parameters, averageDecay > 0, parameters, all.amsgrad);
  const session = await engine.load(
    trainingProgram(parameters, state, spec, step, { optimizer, averageDecay, longestGradient }),
  );
  const feeds: Record<string, TensorValue> = {
    ...Object.fromEntries(
      Object.entries(state).map(([name, { shape, data }]) => [`${name}.in`, float32(data, shape)]),
    ),
    steps: int64([steps], []),
    learning_rate: float32(new Float32Array(steps), [steps]),
    ...Object.fromEntries(
      Object.entries(spec).map(([name, { dtype, shape }]) => [
        name,
        drawnValue(dtype, [steps, ...shape], below),
      ]),
    ),
  };
  return {
    async run() {
      await session.run(feeds);
    },
    release: () => session.release(),
  };
}

/** Values by chance: halves from 1/8 to 1/2, normal floats, bytes, whole numbers in turn. */
export function drawnValue(dtype: string, shape: readonly number[], below: number): TensorValue {
  const random = new Random('plan', shape.join());
  const count = shape.reduce((product, size) => product * size, 1);
  if (dtype === 'int64')
    return int64(
      Array.from({ length: count }, (_, row) => row % below),
      shape,
    );
  if (dtype === 'uint8')
    return { dtype, shape, data: Uint8Array.from({ length: count }, () => random.integer(256)) };
  if (dtype === 'float16')
    return {
      dtype: 'float16',
      shape,
      data: Uint16Array.from({ length: count }, () => 0x3000 + random.integer(0x800)),
    };
  return float32(random.fillNormal(new Float32Array(count)), shape);
}
