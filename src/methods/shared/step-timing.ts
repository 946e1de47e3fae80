/** @file What `clad train --plan` measures of a training's steps: one of them, on numbers drawn by chance, on this machine as it is now. */
import { Random } from '../../core/random.ts';
import type { DType } from '../../graph/index.ts';
import type { DeclaredParameters } from '../../nn/parameters.ts';
import { type Engine, float32, int64, type TensorValue } from '../../runtime/engine.ts';
import {
  type BatchSpec,
  initialState,
  type ProgramOptions,
  type StepBuilder,
  trainingProgram,
} from '../../training/program.ts';

/**
 * Seconds of one step, the better of two.
 * @param numbers - whole numbers that are fed are below this one
 */
export async function timedStep(
  engine: Engine,
  declared: DeclaredParameters,
  {
    spec,
    step,
    optimizer,
  }: {
    readonly spec: BatchSpec;
    readonly step: StepBuilder;
    readonly optimizer: ProgramOptions['optimizer'] & { readonly averageDecay: number };
  },
  numbers: number,
): Promise<number> {
  const { averageDecay, ...settings } = optimizer;
  const state = initialState(declared, averageDecay > 0);
  const session = await engine.load(
    trainingProgram(declared, state, spec, step, { optimizer: settings, averageDecay }),
  );
  const feeds: Record<string, TensorValue> = {
    ...Object.fromEntries(
      Object.entries(state).map(([name, { shape, data }]) => [`${name}.in`, float32(data, shape)]),
    ),
    steps: int64([1], []),
    learning_rate: float32(new Float32Array(1), [1]),
    ...Object.fromEntries(
      Object.entries(spec).map(([name, { dtype, shape }]) => [
        name,
        drawnValue(dtype, [1, ...shape], numbers),
      ]),
    ),
  };
  try {
    return await fastest(2, () => session.run(feeds));
  } finally {
    await session.release();
  }
}

/** Numbers drawn by chance, as an input of a graph. @param numbers - whole numbers are below this one */
export function drawnValue(dtype: DType, shape: readonly number[], numbers = 256): TensorValue {
  const random = new Random('plan', shape.join());
  const count = shape.reduce((product, size) => product * size, 1);
  if (dtype === 'int64')
    return int64(
      Array.from({ length: count }, (_, row) => row % numbers),
      shape,
    );
  if (dtype === 'uint8')
    return { dtype, shape, data: Uint8Array.from({ length: count }, () => random.integer(numbers)) };
  if (dtype === 'float16')
    return {
      dtype,
      shape,
      data: Uint16Array.from({ length: count }, () => 0x3000 + random.integer(0x800)),
    };
  return float32(random.fillNormal(new Float32Array(count)), shape);
}

/** Seconds of the fastest of several times. */
export async function fastest(times: number, work: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < times; turn++) {
    const started = performance.now();
    await work();
    best = Math.min(best, (performance.now() - started) / 1000);
  }
  return best;
}
