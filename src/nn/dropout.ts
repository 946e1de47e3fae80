/**
 * @file Dropout (Srivastava et al. 2014) whose masks follow from a number that each step is fed: a training that is resumed drops what another would have.
 * ONNX's own has a generator inside the engine, which starts anew with it.
 */
import { Random } from '../core/random.ts';
import { add, cast, greaterOrEqual, mod, mul, reshape, type Tensor } from '../graph/index.ts';

/** A prime: products of two numbers below it fit into 64 bits. */
const prime = 2 ** 31 - 1;

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
  const random = new Random('dropout', name);
  // Each row and each column has a number of its own, and each place the product of its two: what is costly is done once for each place.
  const places = mod(
    mul(numbers(draw, rows, [rows, 1], random), numbers(draw, width, [1, width], random)),
    prime,
  );
  const kept = cast(greaterOrEqual(places, Math.round(rate * prime)), x.dtype);
  return mul(x, reshape(mul(kept, 1 / (1 - rate)), x.shape));
}

/** Numbers below the prime that a draw gives, as good as random: x (x + k), several times over. */
function numbers(draw: Tensor, count: number, shape: readonly number[], random: Random): Tensor {
  const first = Float64Array.from({ length: count }, () => random.integer(prime));
  let x = mod(add(draw.graph.constant('dropped', first, shape, 'int64'), draw), prime);
  for (let round = 0; round < 3; round++) x = mod(mul(x, add(x, random.integer(prime))), prime);
  return x;
}
