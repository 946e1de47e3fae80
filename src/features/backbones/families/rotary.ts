/**
 * @file Rotary positions in two dimensions, as DINOv3 has them: queries and keys are turned by angles that grow with the place of their patch, in
 * parts of the image's height and width, from -1 to 1. Tokens before the patches stay as they are.
 *
 * Source: Su et al. 2021 (arXiv 2104.09864); Siméoni et al. 2025 (2508.10104).
 */
import {
  add,
  cast,
  concat,
  div,
  gather,
  mul,
  reshape,
  slice,
  sub,
  type Tensor,
} from '../../../graph/index.ts';
import { type Rotate, single, sizesOf } from './transformer-parts.ts';

/** Periods of DINOv3, where its file has none: from 1 to just below 100. @param count - a quarter of a head's width */
export function usualPeriods(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => 100 ** (index / count));
}

/**
 * What turns queries and keys [N, heads, leading + T, 4 periods].
 * @param map - the patches, [N, width, rows, columns]
 * @param leading - tokens before those of patches
 */
export function rotaryPositions(map: Tensor, leading: number, periods: Float32Array): Rotate {
  const { graph } = map;
  const quarter = periods.length;
  const half = 2 * quarter;
  const sizes = sizesOf(map);
  const turns = graph.constant(
    'turns',
    Float32Array.from(periods, (period) => (2 * Math.PI) / period),
    [1, 1, quarter],
  );
  const grid = concat([slice(sizes, 0, 2, 4), graph.integers([quarter])], 0);
  const angles = [2, 3].map((axis) => {
    const places = placesAlong(sizes, axis);
    const column = reshape(places, axis === 2 ? [-1, 1, 1] : [1, -1, 1], axis === 2 ? 'rows' : 'columns');
    return single(map, 'Expand', [mul(column, turns), grid], ['rows', 'columns', quarter]);
  });
  const one = reshape(concat(angles, 2), [-1, half], 'T');
  const both = concat([one, one], 1);
  const [cosine, sine] = (['Cos', 'Sin'] as const).map((operation) => {
    const patches = single(both, operation, [both], both.shape);
    if (leading === 0) return patches;
    const still = new Float32Array(leading * 2 * half).fill(operation === 'Cos' ? 1 : 0);
    return concat([graph.constant('still', still, [leading, 2 * half]), patches], 0);
  }) as [Tensor, Tensor];
  const signs = Float32Array.from({ length: 2 * half }, (_, index) => (index < half ? -1 : 1));
  const signed = mul(sine, graph.constant('signs', signs, [2 * half]));
  return (x) => {
    const swapped = concat([slice(x, -1, half, 2 * half), slice(x, -1, 0, half)], -1);
    return add(mul(x, cosine), mul(swapped, signed));
  };
}

/** The middles of as many equal parts of -1 to 1 as a map has places along an axis. */
function placesAlong(sizes: Tensor, axis: number): Tensor {
  const { graph } = sizes;
  const count = cast(gather(sizes, graph.scalar(axis, 'int64')), 'float32');
  const middles = single(count, 'Range', [graph.scalar(0.5), count, graph.scalar(1)], [`places${axis}`]);
  return sub(mul(div(middles, count), 2), 1);
}
