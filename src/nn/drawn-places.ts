/**
 * @file Numbers by chance inside a training step, of every place of a table, that follow from one number that the step is fed: dropout's masks and noise.
 * Each row and each column has a number of its own, and each place the product of its two: what is costly is done once for each row and column.
 */
import type { Random } from '../core/random.ts';
import { add, mod, mul, type Tensor } from '../graph/index.ts';

/** Numbers are below this, a prime: products of two of them fit into 64 bits. */
export const prime = 2 ** 31 - 1;

/**
 * A number for each place.
 * @param draw - int64 [], below the prime
 * @param random - gives what is the same in every step, by the layer's name
 * @returns int64 [rows, columns]
 */
export function drawnPlaces(draw: Tensor, rows: number, columns: number, random: Random): Tensor {
  const ofRows = numbers(draw, rows, [rows, 1], random);
  return mod(mul(ofRows, numbers(draw, columns, [1, columns], random)), prime);
}

/** Numbers below the prime that a draw gives, as good as random: x (x + k), several times over. */
function numbers(draw: Tensor, count: number, shape: readonly number[], random: Random): Tensor {
  const first = Float64Array.from({ length: count }, () => random.integer(prime));
  let x = mod(add(draw.graph.constant('dropped', first, shape, 'int64'), draw), prime);
  for (let round = 0; round < 3; round++) x = mod(mul(x, add(x, random.integer(prime))), prime);
  return x;
}
