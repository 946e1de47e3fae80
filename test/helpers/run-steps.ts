/** @file All steps of a training program (src/training/program.ts) in one call of the engine. */

import type { Parameters } from '../../src/nn/parameters.ts';
import { type Engine, float32, int64, type TensorValue } from '../../src/runtime/engine.ts';

export interface Steps {
  readonly count: number;
  /** Learning rate of each. */
  readonly rate: number;
  /** What each is fed, [count, ...]. */
  readonly fed: Readonly<Record<string, TensorValue>>;
}

/** @param state - before the first step @returns what the program gives, the state after the last step among it as `NAME.out` */
export async function runSteps(
  engine: Engine,
  program: Uint8Array,
  state: Parameters,
  { count, rate, fed }: Steps,
): Promise<Readonly<Record<string, TensorValue>>> {
  const session = await engine.load(program);
  const result = await session.run({
    ...Object.fromEntries(
      Object.entries(state).map(([name, { shape, data }]) => [`${name}.in`, float32(data, shape)]),
    ),
    ...fed,
    steps: int64([count], []),
    learning_rate: float32(new Float32Array(count).fill(rate), [count]),
  });
  await session.release();
  return result;
}
