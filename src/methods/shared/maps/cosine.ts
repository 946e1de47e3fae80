/** @file How alike maps of the backbone and of a network are: the cosine of their vectors, at each place or of an image as a whole. */
import {
  div,
  matmul,
  maximum,
  mul,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from '../../../graph/index.ts';

/** Below this a length counts as this one, so that what has none has no gradient. */
const shortest = 1e-8;

/** 1 less the cosine of two vectors. @param along - sums over what the vectors lie along */
function cosineDistance(a: Tensor, b: Tensor, along: (x: Tensor) => Tensor): Tensor {
  const length = (x: Tensor) => sqrt(maximum(along(square(x)), shortest ** 2));
  return sub(1, div(along(mul(a, b)), mul(length(a), length(b))));
}

/**
 * The distance of each place. Sums over channels are products with ones: the engine's own sum goes another way for one image than for several, and would give
 * another last digit.
 * @param a - maps [N, C, H, W], as `b`
 * @returns [N, H * W]
 */
export function distanceMap(a: Tensor, b: Tensor): Tensor {
  const [, channels, rows, columns] = a.shape as [unknown, number, number, number];
  const places = rows * columns;
  const ones = a.graph.constant('ones', new Float32Array(channels).fill(1), [1, channels]);
  const flat = (x: Tensor) => reshape(x, [-1, channels, places], 'N');
  return cosineDistance(flat(a), flat(b), (x) => reshape(matmul(ones, x), [-1, places], 'N'));
}

/** The distance of each image's maps as one vector. @param a - maps [N, C, H, W], as `b`; N known @returns [N] */
export function wholeDistances(a: Tensor, b: Tensor): Tensor {
  const flat = (x: Tensor) => reshape(x, [x.shape[0] as number, -1]);
  return cosineDistance(flat(a), flat(b), (x) => sum(x, { axes: [1] }));
}
