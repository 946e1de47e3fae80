/**
 * @file Learnt positions resized to as many patches as an image has, bicubically as PyTorch does it, as two products with matrices that the
 * graph works out. ONNX's Resize would give the same, but takes ten times as long without antialiasing, and is not to be had on every device.
 */
import {
  add,
  cast,
  div,
  gather,
  greater,
  matmul,
  maximum,
  mul,
  type Operand,
  reshape,
  sub,
  sum,
  type Tensor,
  transpose,
  where,
} from '../../../graph/index.ts';
import { absolute, single, sizesOf } from './transformer-parts.ts';

/** PyTorch's kernels differ: without and with antialiasing. */
const sharpness = { plain: -0.75, antialias: -0.5 };

/** Without antialiasing the table goes on beyond its border with what is there, as far as the kernel reaches. */
const beyond = 2;

/**
 * Adds positions to patches.
 * @param map - [N, width, rows, columns]
 * @param table - of `grid` by `grid` places, [places, width]
 * @param antialias - widen the kernel where there are fewer patches than places
 */
export function withPositions(map: Tensor, table: Float32Array, grid: number, antialias: boolean): Tensor {
  const { graph } = map;
  const width = map.shape[1] as number;
  const margin = antialias ? 0 : beyond;
  const side = grid + 2 * margin;
  const values = new Float32Array(width * side * side);
  const inside = (at: number) => Math.min(Math.max(at - margin, 0), grid - 1);
  for (let channel = 0, at = 0; channel < width; channel++) {
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++, at++) {
        values[at] = table[(inside(row) * grid + inside(column)) * width + channel] as number;
      }
    }
  }
  const places = graph.constant('pos_embed', values, [width, side, side]);
  const sizes = sizesOf(map);
  const [rows, columns] = [2, 3].map((axis) => {
    const count = cast(gather(sizes, graph.scalar(axis, 'int64')), 'float32');
    return weightsAlong(count, map.shape[axis] as string, grid, margin, antialias);
  }) as [Tensor, Tensor];
  return add(map, matmul(matmul(rows, places), transpose(columns, [1, 0])));
}

/** How much of each place each patch gets along one side, [patches, places]. @param count - of patches, float32 [] */
function weightsAlong(count: Tensor, name: string, grid: number, margin: number, antialias: boolean): Tensor {
  const { graph } = count;
  const middles = single(count, 'Range', [graph.scalar(0.5), count, graph.scalar(1)], [name]);
  const step = div(grid, count);
  const own = Float32Array.from({ length: grid + 2 * margin }, (_, place) => place - margin + 0.5);
  const away = sub(
    reshape(mul(middles, step), [-1, 1], name),
    graph.constant('places', own, [1, own.length]),
  );
  const distance = absolute(antialias ? div(away, maximum(step, 1)) : away);
  const weights = cubic(distance, antialias ? sharpness.antialias : sharpness.plain);
  return div(weights, sum(weights, { axes: [1], keepDims: true }));
}

/** Keys' kernel at distances that are at least 0; nothing from 2 on. Source: Keys 1981. */
function cubic(distance: Tensor, a: number): Tensor {
  const polynomial = (...factors: readonly [number, ...number[]]) =>
    factors.slice(1).reduce<Operand>((all, factor) => add(mul(all, distance), factor), factors[0]) as Tensor;
  const far = where(greater(distance, 2), 0, polynomial(a, -5 * a, 8 * a, -4 * a));
  return where(greater(distance, 1), far, polynomial(a + 2, -a - 3, 0, 1));
}
