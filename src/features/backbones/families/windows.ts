/**
 * @file Cutting a map into square windows and joining these again, in the running graph: a map of any size is filled up with zeros behind to whole windows, and
 * what was filled in is cut off again.
 */
import { add, concat, div, mul, slice, sub, type Tensor, transpose } from '../../../graph/index.ts';
import { single, sizesOf } from './transformer-parts.ts';

/**
 * Something done to the windows of a map, each by itself.
 * @param x - [N, H, W, C]
 * @param side - of a window
 * @param use - on [windows, side * side, C], for as many channels
 */
export function inWindows(x: Tensor, side: number, use: (tokens: Tensor) => Tensor): Tensor {
  const { graph } = x;
  const [n = 'N', , , channels] = x.shape;
  const width = channels as number;
  const sizes = sizesOf(x);
  const many = slice(sizes, 0, 0, 1);
  const whole = slice(sizes, 0, 1, 3);
  const counts = div(add(whole, side - 1), side);
  const [rows, columns] = [slice(counts, 0, 0, 1), slice(counts, 0, 1, 2)];
  const full = mul(counts, side);
  const missing = sub(full, whole);
  const none = (count: number) => graph.integers(new Array<number>(count).fill(0));
  const filled = single(x, 'Pad', [x, concat([none(5), missing, none(1)], 0)], [n, 'fullH', 'fullW', width]);
  const part = graph.integers([side]);
  const last = graph.integers([width]);
  const cutShape = [n, 'rows', side, 'columns', side, width];
  const cut = single(x, 'Reshape', [filled, concat([many, rows, part, columns, part, last], 0)], cutShape);
  const tokens = single(
    x,
    'Reshape',
    [transpose(cut, [0, 1, 3, 2, 4, 5]), graph.integers([-1, side * side, width])],
    ['windows', side * side, width],
  );
  const grid = concat([many, rows, columns, part, part, last], 0);
  const placed = single(x, 'Reshape', [use(tokens), grid], [n, 'rows', 'columns', side, side, width]);
  const joined = single(
    x,
    'Reshape',
    [transpose(placed, [0, 1, 3, 2, 4, 5]), concat([many, full, last], 0)],
    [n, 'fullH', 'fullW', width],
  );
  return single(x, 'Slice', [joined, none(2), whole, graph.integers([1, 2])], x.shape);
}
