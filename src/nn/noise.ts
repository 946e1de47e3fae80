/** @file Normal noise inside a training step that follows from a number which the step is fed (drawn-places.ts), by Box and Muller's transform. */
import { Random } from '../core/random.ts';
import { cast, concat, cos, log, maximum, mul, sin, slice, sqrt, type Tensor } from '../graph/index.ts';
import { drawnPlaces, prime } from './drawn-places.ts';

/**
 * Draws from N(0, 1); of two with the same place, draw and name one is the other.
 * @param draw - int64 [], below the prime of drawn-places.ts
 * @param name - others of the same step are other noise
 * @returns float32 [rows, columns]; the farthest are 6.6 deviations out
 */
export function normalNoise(rows: number, columns: number, draw: Tensor, name: string): Tensor {
  const pairs = Math.ceil(columns / 2);
  const part = (which: string) => {
    const places = drawnPlaces(draw, rows, pairs, new Random('noise', name, which));
    return mul(cast(places, 'float32'), 1 / prime);
  };
  // Of the share 0 there is no logarithm.
  const radius = sqrt(mul(log(maximum(part('radius'), 1 / prime)), -2));
  const angle = mul(part('angle'), 2 * Math.PI);
  const both = concat([mul(radius, cos(angle)), mul(radius, sin(angle))], 1);
  return columns === 2 * pairs ? both : slice(both, 1, 0, columns);
}
