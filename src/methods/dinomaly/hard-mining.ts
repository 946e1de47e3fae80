/**
 * @file Hard places count more: the gradients of places that are reconstructed well already are damped. Which are well is told in each step by the share of
 * the batch's places that shall count as such; it grows over the first steps, so that all are learnt from while nothing is known.
 */
import {
  add,
  cast,
  gather,
  less,
  mul,
  reshape,
  stopGradient,
  sub,
  type Tensor,
  topK,
} from '../../graph/index.ts';
import { dropoutDraw } from '../../nn/dropout.ts';
import { int64, type TensorValue } from '../../runtime/engine.ts';
import type { Batches } from '../../training/stage.ts';
import type { DinomalyOptions } from './dinomaly-options.ts';

/**
 * What is left of each place's gradient: 1, or `damping` where the place is nearer than the one of a rank.
 * @param distances - [N, places], of known size
 * @param rank - int64 [], of the distance that still counts, the largest has 0
 */
export function gradientShares(distances: Tensor, rank: Tensor, damping: number): Tensor {
  const count = (distances.shape as number[]).reduce((product, size) => product * size, 1);
  const held = stopGradient(distances);
  const sorted = topK(reshape(held, [count]), count).values;
  const easy = cast(less(held, gather(sorted, rank)), 'float32');
  return sub(1, mul(easy, 1 - damping));
}

/** The same maps, through which a share of each place's gradient passes. @param maps - [N, C, rows, columns] @param shares - [N, places] */
export function damped(maps: Tensor, shares: Tensor): Tensor {
  const [images, , rows, columns] = maps.shape as [number, number, number, number];
  const held = stopGradient(maps);
  // To the last bit the same: what is multiplied is 0.
  return add(held, mul(sub(maps, held), reshape(shares, [images, 1, rows, columns])));
}

/** The rank of a step. @param places - of a batch */
export function rankAt(step: number, places: number, { easy, warmUp }: DinomalyOptions['mining']): number {
  const share = warmUp === 0 ? easy : Math.min((easy * step) / warmUp, easy);
  return Math.max(0, Math.floor(places * (1 - share)) - 1);
}

/** The same batches, with `draw` and `rank` of each step beside. @param places - of an image */
export function withMining(
  maps: Batches,
  places: number,
  mining: DinomalyOptions['mining'],
  seed: number,
): Batches {
  const count = places * (maps.spec.maps?.shape[0] ?? 1);
  return {
    spec: { ...maps.spec, draw: { dtype: 'int64', shape: [] }, rank: { dtype: 'int64', shape: [] } },
    stepsPerEpoch: maps.stepsPerEpoch,
    async batches(from: number, steps: number): Promise<Record<string, TensorValue>> {
      const numbers = Array.from({ length: steps }, (_, at) => from + at);
      const each = (value: (step: number) => number) => int64(numbers.map(value), [steps]);
      return {
        ...(await maps.batches(from, steps)),
        draw: each((step) => dropoutDraw(seed, 1, step)),
        rank: each((step) => rankAt(step, count, mining)),
      };
    },
  };
}
