/** @file How alike maps of the teacher and of the student are: the cosine of their vectors, at each place or of an image as a whole. */
import {
  add,
  div,
  matmul,
  maximum,
  mean,
  mul,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from '../../graph/index.ts';

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

/**
 * The loss of each level, and their sum.
 * @param kind - see the option `cosine`
 */
export function distillationLosses(
  teacher: readonly Tensor[],
  student: readonly Tensor[],
  kind: 'whole' | 'places',
): { readonly total: Tensor } & Record<string, Tensor> {
  const losses = teacher.map((maps, level) => {
    const own = student[level] as Tensor;
    if (kind === 'places') return mean(distanceMap(maps, own));
    const flat = (x: Tensor) => reshape(x, [x.shape[0] as number, -1]);
    return mean(cosineDistance(flat(maps), flat(own), (x) => sum(x, { axes: [1] })));
  });
  const total = losses.reduce((all, each) => add(all, each));
  return { ...Object.fromEntries(losses.map((loss, at) => [`level${at + 1}`, loss])), total };
}
