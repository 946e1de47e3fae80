/** @file What a step of UniAD is fed beside maps: the number that noise and dropout follow from, and how large the noise is. */
import { Random } from '../../core/random.ts';
import { dropoutDraw } from '../../nn/dropout.ts';
import { float32, int64, type TensorValue } from '../../runtime/engine.ts';
import type { Batches } from '../../training/stage.ts';
import type { UniadOptions } from './uniad-options.ts';

/** The same batches, with `draw` and `scale` of each step beside. */
export function withJitter(
  maps: Batches,
  { scale, probability }: UniadOptions['jitter'],
  seed: number,
): Batches {
  return {
    spec: {
      ...maps.spec,
      draw: { dtype: 'int64', shape: [] },
      scale: { dtype: 'float32', shape: [] },
    },
    stepsPerEpoch: maps.stepsPerEpoch,
    async batches(from: number, steps: number): Promise<Record<string, TensorValue>> {
      const numbers = Array.from({ length: steps }, (_, at) => from + at);
      const scales = numbers.map((step) =>
        new Random(seed, 'jitter', step).uniform() < probability ? scale : 0,
      );
      return {
        ...(await maps.batches(from, steps)),
        draw: int64(
          numbers.map((step) => dropoutDraw(seed, 1, step)),
          [steps],
        ),
        scale: float32(Float32Array.from(scales), [steps]),
      };
    },
  };
}
