/**
 * @file Dropout (Srivastava et al. 2014) whose masks follow from a number that each step is fed: a training that is resumed drops what another would have.
 * ONNX's own has a generator inside the engine, which starts anew with it.
 */
import { Random } from '../core/random.ts';
import { cast, greaterOrEqual, mul, reshape, type Tensor } from '../graph/index.ts';
import { drawnPlaces, prime } from './drawn-places.ts';

/** What is done to values on their way through a network, by a name of the place: dropout in training, nothing afterwards. */
export type Drop = (name: string, x: Tensor) => Tensor;

/** The number that a step is fed for its masks, a scalar of type int64. */
export function dropoutDraw(seed: number, stage: number, step: number): number {
  return new Random(seed, 'dropout', stage, step).integer(prime);
}

/**
 * Sets a share of the values to 0, and multiplies the others so that their mean stays.
 * @param x - [..., width], of known size
 * @param rate - the share, 0 to below 1
 * @param draw - as `dropoutDraw` makes it, int64 []
 * @param name - of the layer: others of the same step drop other values
 */
export function dropout(x: Tensor, rate: number, draw: Tensor, name: string): Tensor {
  if (rate === 0) return x;
  const sizes = x.shape as readonly number[];
  const width = sizes.at(-1) as number;
  const rows = sizes.slice(0, -1).reduce((product, size) => product * size, 1);
  const places = drawnPlaces(draw, rows, width, new Random('dropout', name));
  const kept = cast(greaterOrEqual(places, Math.round(rate * prime)), x.dtype);
  return mul(x, reshape(mul(kept, 1 / (1 - rate)), x.shape));
}
