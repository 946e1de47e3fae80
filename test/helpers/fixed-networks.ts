/** @file Small networks as exporters write them for one size of image: with sizes of that image as numbers in the file. */
import { Random } from '../../src/core/random.ts';
import {
  add,
  concat,
  conv,
  expand,
  Graph,
  type ModelProto,
  matmul,
  mean,
  mul,
  type Operator,
  padAxis,
  reshape,
  slice,
  softmax,
  type Tensor,
  transpose,
} from '../../src/graph/index.ts';

/** Sides of an image, pixels. */
export interface Sides {
  readonly height: number;
  readonly width: number;
}

/** Weights of one seed by name, so that the same network has the same for any size. */
function weight(graph: Graph, name: string, shape: readonly number[], scale = 1): Tensor {
  const count = shape.reduce((all, size) => all * size, 1);
  const values = new Random('fixed network', name).fillNormal(new Float32Array(count));
  const each = scale / Math.sqrt(shape.length > 1 ? count / (shape[0] as number) : 1);
  return graph.constant(
    name,
    values.map((value) => value * each),
    shape,
  );
}

/** A graph with an image of a size, and what a convolution makes of it: [1, channels, rows, columns]. */
function begun({ height, width }: Sides, channels: number, stride: number) {
  const graph = new Graph();
  const image = graph.input('image', 'float32', [1, 3, height, width]);
  const map = conv(image, weight(graph, 'patches', [channels, 3, stride, stride]), undefined, { stride });
  return { graph, map, rows: Math.floor(height / stride), columns: Math.floor(width / stride) };
}

const tokensOf = (map: Tensor, rows: number, columns: number) =>
  transpose(reshape(map, [1, map.shape[1] as number, rows * columns]), [0, 2, 1]);

/**
 * Each token with a mean of all, by how alike they are.
 * @param bias - of each pair of them
 * @param mask - of each pair in each window
 */
function attended(tokens: Tensor, bias?: Tensor, mask?: Tensor): Tensor {
  const alike = matmul(tokens, transpose(tokens, [0, 2, 1]));
  const biased = bias ? add(alike, bias) : alike;
  if (!mask) return matmul(softmax(biased), tokens);
  const windows = reshape(biased, [1, ...(alike.shape as number[])]);
  return matmul(softmax(reshape(add(windows, mask), alike.shape)), tokens);
}

export interface Windows {
  readonly channels: number;
  readonly window: number;
  /** Whether pairs of places in a window have biases. @default true */
  readonly biased?: boolean;
  /** In how many parts of the channels windows are attended to. @default 1 */
  readonly heads?: number;
  /** A table for each window, of any numbers. @default false */
  readonly masked?: boolean;
  /** By how many places the grid is rolled before it is cut into windows, with a mask of what may not see each other. @default 0 */
  readonly shift?: number;
}

/** As Swin makes it: places of a rolled grid by the region that they come from, and -100 where two are of different ones. */
function shiftMask(rows: number, columns: number, window: number, shift: number): Float32Array {
  const region = (at: number, sides: number) => (at < sides - window ? 0 : at < sides - shift ? 1 : 2);
  const [across, places] = [columns / window, window ** 2];
  return Float32Array.from({ length: (rows / window) * across * places ** 2 }, (_, at) => {
    const [windowAt, pair] = [Math.floor(at / places ** 2), at % places ** 2];
    const of = (place: number) =>
      3 * region(Math.floor(windowAt / across) * window + Math.floor(place / window), rows) +
      region((windowAt % across) * window + (place % window), columns);
    return of(Math.floor(pair / places)) === of(pair % places) ? 0 : -100;
  });
}

const rolled = (grid: Tensor, by: number) =>
  [1, 2].reduce((all, axis) => {
    const size = all.shape[axis] as number;
    const start = by < 0 ? -by : size - by;
    return concat([slice(all, axis, start, size), slice(all, axis, 0, start)], axis);
  }, grid);

/** A convolution, and attention within windows; the grid is padded to whole ones, where it needs that, and cut back. */
export function windowed(
  sides: Sides,
  { channels, window, biased = true, heads = 1, masked = false, shift = 0 }: Windows,
): ModelProto {
  const { graph, map, rows, columns } = begun(sides, channels, 4);
  const tokens = tokensOf(map, rows, columns);
  const [down, across] = [Math.ceil(rows / window), Math.ceil(columns / window)];
  const [more, wider] = [down * window - rows, across * window - columns];
  let grid = reshape(tokens, [1, rows, columns, channels]);
  if (more > 0) grid = padAxis(grid, 1, 0, more);
  if (wider > 0) grid = padAxis(grid, 2, 0, wider);
  if (shift > 0) grid = rolled(grid, -shift);
  const cut = reshape(grid, [1, down, window, across, window, channels]);
  const places = window * window;
  const windows = reshape(transpose(cut, [0, 1, 3, 2, 4, 5]), [down * across, places, channels]);
  const bias = biased ? weight(graph, 'bias', [1, places, places]) : undefined;
  const maskShape = [1, down * across, places, places];
  const mask =
    shift > 0
      ? graph.constant('mask', shiftMask(rows, columns, window, shift), maskShape)
      : masked
        ? weight(graph, 'mask', maskShape)
        : undefined;
  // Heads stand in one row with the windows, as in torch.nn.MultiheadAttention.
  const apart = reshape(windows, [down * across, places, heads, channels / heads]);
  const inHeads = reshape(transpose(apart, [0, 2, 1, 3]), [down * across * heads, places, channels / heads]);
  const parts = reshape(attended(inHeads, bias, mask), [down * across, heads, places, channels / heads]);
  const attendedTo = reshape(transpose(parts, [0, 2, 1, 3]), [down * across, places, channels]);
  const seen = add(attendedTo, weight(graph, 'shift', [channels]));
  const back = transpose(reshape(seen, [1, down, across, window, window, channels]), [0, 1, 3, 2, 4, 5]);
  let whole = reshape(back, [1, down * window, across * window, channels]);
  if (shift > 0) whole = rolled(whole, shift);
  if (more > 0) whole = slice(whole, 1, 0, rows);
  if (wider > 0) whole = slice(whole, 2, 0, columns);
  graph.output('layer', add(tokens, reshape(whole, [1, rows * columns, channels])));
  return graph.toModel();
}

/** Attention between the places that lie alike in their windows, as MobileViT has it. */
export function betweenWindows({ height, width }: Sides): ModelProto {
  const { graph, map, rows, columns } = begun({ height, width }, 5, 4);
  const [down, across] = [rows / 4, columns / 4];
  const cut = reshape(map, [1, 5, down, 4, across, 4]);
  const alike = reshape(transpose(cut, [0, 3, 5, 2, 4, 1]), [16, down * across, 5]);
  const back = transpose(reshape(attended(alike), [1, 4, 4, down, across, 5]), [0, 5, 3, 1, 4, 2]);
  graph.output('layer', add(map, reshape(back, [1, 5, rows, columns])));
  return graph.toModel();
}

/** Means of windows: nothing in the file tells which of two numbers is the window. */
export function averagedWindows({ height, width }: Sides): ModelProto {
  const { graph, map, rows, columns } = begun({ height, width }, 5, 4);
  const cut = reshape(map, [1, 5, rows / 4, 4, columns / 4, 4]);
  graph.output('layer', mean(cut, { axes: [3, 5] }));
  return graph.toModel();
}

/** What a network does with its table of positions. */
export interface Positions {
  readonly kind: 'tokens' | 'tokens with a class' | 'map' | 'map, channels last' | 'rotary';
  /** By row, column and channel. */
  readonly table: Float32Array;
}

const channels = 6;

/** A vision transformer of one block, with a table of positions for its own grid. */
export function positioned(sides: Sides, { kind, table }: Positions): ModelProto {
  const { graph, map, rows, columns } = begun(sides, channels, 8);
  const places = rows * columns;
  let tokens = tokensOf(map, rows, columns);
  let skipped = 0;
  if (kind === 'tokens') tokens = add(tokens, graph.constant('table', table, [1, places, channels]));
  else if (kind === 'rotary') tokens = mul(tokens, graph.constant('table', table, [1, places, channels]));
  else if (kind === 'tokens with a class') {
    skipped = 2;
    const first = new Float32Array(skipped * channels).fill(0.25);
    const all = new Float32Array(first.length + table.length);
    all.set(first);
    all.set(table, first.length);
    tokens = concat([weight(graph, 'class', [1, skipped, channels]), tokens], 1);
    tokens = add(tokens, graph.constant('table', all, [1, skipped + places, channels]));
  } else if (kind === 'map') {
    const first = table.map((_, at) => table[(at % places) * channels + Math.floor(at / places)] as number);
    tokens = tokensOf(add(map, graph.constant('table', first, [1, channels, rows, columns])), rows, columns);
  } else {
    const last = add(
      transpose(map, [0, 2, 3, 1]),
      graph.constant('table', table, [1, rows, columns, channels]),
    );
    tokens = reshape(last, [1, places, channels]);
  }
  const seen = add(tokens, attended(tokens));
  const grid = skipped === 0 ? seen : slice(seen, 1, skipped, skipped + places);
  graph.output('layer', reshape(transpose(grid, [0, 2, 1]), [1, channels, rows, columns]));
  return graph.toModel();
}

/** A mean of the whole map beside each place, and a coarse map brought to the sides of a finer one, each to baked sizes. */
export function pyramid(sides: Sides): ModelProto {
  const { graph, map, rows, columns } = begun(sides, 6, 4);
  const coarse = conv(map, weight(graph, 'coarse', [6, 6, 2, 2]), undefined, { stride: 2 });
  const all = mean(coarse, { axes: [2, 3], keepDims: true });
  const beside = concat([coarse, expand(all, coarse.shape)], 1);
  const mixed = conv(beside, weight(graph, 'mix', [6, 12, 1, 1]), undefined);
  const [finer] = graph.add(
    'Resize',
    [mixed, undefined, undefined, graph.integers([1, 6, rows, columns])],
    [{ dtype: 'float32', shape: map.shape }],
    { attributes: { mode: { string: 'linear' } } },
  );
  graph.output('layer', add(map, finer as Tensor));
  return graph.toModel();
}

/** Attention of all places as sums over letters. */
export function summed(sides: Sides): ModelProto {
  const { graph, map, rows, columns } = begun(sides, 6, 8);
  const tokens = tokensOf(map, rows, columns);
  const einsum = (equation: string, a: Tensor, b: Tensor, shape: readonly number[]) =>
    graph.add('Einsum' as Operator, [a, b], [{ dtype: 'float32', shape }], {
      attributes: { equation: { string: equation } },
    })[0] as Tensor;
  const alike = einsum('bic,bjc->bij', tokens, tokens, [1, rows * columns, rows * columns]);
  const seen = einsum('bij,bjc->bic', softmax(alike), tokens, tokens.shape as number[]);
  const grid = reshape(add(tokens, seen), [1, rows, columns, 6]);
  graph.output('layer', transpose(grid, [0, 3, 1, 2]));
  return graph.toModel();
}

/** Four neighbours become one, by slices of each second row and column, as Swin does it. */
export function merged(sides: Sides): ModelProto {
  const { graph, map, rows, columns } = begun(sides, 4, 4);
  const each = (axis: number, start: number, size: number) => (x: Tensor) =>
    graph.add(
      'Slice',
      [x, graph.integers([start]), graph.integers([size]), graph.integers([axis]), graph.integers([2])],
      [{ dtype: 'float32', shape: x.shape.with(axis, Math.ceil(((x.shape[axis] as number) - start) / 2)) }],
    )[0] as Tensor;
  const parts = [0, 1].flatMap((down) =>
    [0, 1].map((across) => each(3, across, columns)(each(2, down, rows)(map))),
  );
  const tokens = tokensOf(concat(parts, 1), rows / 2, columns / 2);
  graph.output('layer', matmul(tokens, weight(graph, 'merge', [16, 7])));
  return graph.toModel();
}

/** A mixer: weights for each place of the grid. */
export function mixed(sides: Sides): ModelProto {
  const { graph, map, rows, columns } = begun(sides, 4, 8);
  const mixing = weight(graph, 'mixing', [rows * columns, rows * columns]);
  graph.output('layer', matmul(reshape(map, [1, 4, rows * columns]), mixing));
  return graph.toModel();
}
