/** @file Gradients made smaller together where they are long (Pascanu et al. 2013), as PyTorch's clip_grad_norm_ does it. */
import { add, div, minimum, mul, sqrt, square, sum, type Tensor } from '../graph/index.ts';

/**
 * All of them times one factor, so that together they are at most so long.
 * @param slopes - at least one
 * @param longest - Euclidean length of all of them as one vector
 */
export function clippedTogether(slopes: readonly Tensor[], longest: number): Tensor[] {
  const squares = slopes.map((slope) => sum(square(slope)));
  const length = sqrt(squares.reduce((total, each) => add(total, each)));
  const factor = minimum(div(longest, add(length, 1e-6)), 1);
  return slopes.map((slope) => mul(slope, factor));
}
