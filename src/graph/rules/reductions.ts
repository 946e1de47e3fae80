/** @file Gradients of sums, means and extrema along axes. */
import type { Node } from '../node.ts';
import { cast, div, equal, greater, mul, where } from '../ops/elementwise.ts';
import { sum } from '../ops/reduce.ts';
import type { Tensor } from '../tensor.ts';
import { apply, type GradientRule, input, type Rules, unary } from './rule.ts';
import { expandLike, reducedAxes, withAxesKept } from './sizes.ts';

type AxesOf = (node: Node) => number[];

/** The axes behind batch and channels. */
const spatialAxes: AxesOf = (node) => [...input(node, 0).shape.keys()].slice(2);

/** How many elements go into each of the result, where sizes are known only when the graph runs. */
function countBetween(x: Tensor, result: Tensor, dtype: Tensor['dtype']): Tensor {
  const [all, left] = [x, result].map((each) =>
    cast(apply('Size', [each], { dtype: 'int64', shape: [] }), dtype),
  ) as [Tensor, Tensor];
  return div(all, left);
}

function meanOver(axesOf: AxesOf): GradientRule {
  return unary((upstream, x, output, node) => {
    const axes = axesOf(node);
    const spread = expandLike(withAxesKept(upstream, x, axes), x);
    const sizes = axes.map((axis) => x.shape[axis]);
    if (sizes.every((size) => typeof size === 'number'))
      return mul(spread, 1 / sizes.reduce((product, size) => product * size, 1));
    return div(spread, countBetween(x, output, x.dtype));
  });
}

/** Equal extrema share the gradient. */
function extremum(axesOf: AxesOf): GradientRule {
  return unary((upstream, x, output, node) => {
    const axes = axesOf(node);
    const extreme = withAxesKept(output, x, axes);
    const chosen = cast(equal(x, extreme), upstream.dtype);
    const share = div(withAxesKept(upstream, x, axes), sum(chosen, { axes, keepDims: true }));
    return mul(chosen, share);
  });
}

const index = { constant: 'its result is an index' };

export const reductionRules = {
  ArgMax: index,
  ArgMin: index,
  GlobalAveragePool: meanOver(spatialAxes),
  GlobalMaxPool: extremum(spatialAxes),
  /** x / length; 0 where there is no length. */
  ReduceL2: unary((upstream, x, length, node) => {
    const long = greater(length, 0);
    const share = where(long, div(upstream, where(long, length, 1)), 0);
    return mul(x, withAxesKept(share, x, reducedAxes(node)));
  }),
  ReduceMax: extremum(reducedAxes),
  ReduceMean: meanOver(reducedAxes),
  ReduceMin: extremum(reducedAxes),
  ReduceSum: unary((upstream, x, _, node) => expandLike(withAxesKept(upstream, x, reducedAxes(node)), x)),
} satisfies Rules;
