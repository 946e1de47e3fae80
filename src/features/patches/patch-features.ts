/**
 * @file Patch features (section 3.2) as graph nodes behind a backbone: each level's 3 x 3 neighbourhoods, deeper levels
 * resized to the patches' grid and shallower ones averaged onto it, one row of features a patch.
 *
 * `pooled` gives the numbers of PatchCore, SimpleNet and GLASS: a neighbourhood is unfolded to C * 9 values, adaptively average-pooled
 * to C_d, the levels stacked and pooled again to C_d. They reach it by copying every map nine times; but all of it is linear, every
 * output is a weighted sum over a few neighbouring values of the unfolded order, and resizing commutes with sums over channels. So here each
 * channel is convolved (depthwise) with the few 3 x 3 kernels its outputs need, at the level's own grid, and the results are added.
 *
 * `concatenated` keeps all channels, each averaged over its neighbourhood: what the default method reduces by principal components.
 *
 * Tokens of a transformer have seen the whole image already: `plain` keeps all channels of each place alone (RAD), and `mean` averages layers of
 * as many channels each (SubspaceAD).
 */
import { CladError } from '../../core/errors.ts';
import {
  add,
  averagePool,
  concat,
  conv,
  type Dim,
  type Graph,
  gather,
  matmul,
  mul,
  reshape,
  resizeLinear,
  sum,
  type Tensor,
  transpose,
} from '../../graph/index.ts';

/** How the levels become one feature a patch. */
export type PatchFeatureOptions =
  | { readonly aggregation: 'pooled' /** C_d */; readonly width: number }
  | { readonly aggregation: 'concatenated' | 'plain' | 'mean' };

/** Neighbourhood of a patch, in places of its level's grid. */
const side = 3;
const places = side * side;

/**
 * Features of every patch.
 * @param levels - backbone outputs [N, C, H, W] from shallow to deep
 * @param base - which of them has the patches' grid
 * @returns [N * H * W, width] with the base's H and W, image by image, rows of the grid one after another
 * @throws OPTION_INVALID when a pooled width is not between 1 and the values there are, and when levels that are averaged have not as many channels each
 */
export function patchFeatures(
  graph: Graph,
  levels: readonly Tensor[],
  options: PatchFeatureOptions,
  base = 0,
): Tensor {
  const grid = levels[base];
  if (!grid) throw new CladError('INTERNAL', { reason: 'patchFeatures: no levels.' });
  const [, , height, width] = grid.shape as [Dim, Dim, number, number];
  const reduced = levels.map((level, index) => {
    const map = neighbourhoods(graph, level, levels.length, options);
    if (index < base) return averageOnto(map, [height, width]);
    return index === base ? map : resizeLinear(map, [2, 3], [height, width]);
  });
  const stacked = options.aggregation === 'mean' ? meanOf(reduced) : concat(reduced, 1);
  return reshape(transpose(stacked, [0, 2, 3, 1]), [-1, stacked.shape[1] as number], 'patches');
}

/** What a level gives each place. */
function neighbourhoods(graph: Graph, level: Tensor, levels: number, options: PatchFeatureOptions): Tensor {
  switch (options.aggregation) {
    case 'pooled':
      return pooledLevel(graph, level, levels, options.width);
    case 'concatenated':
      return averagePool(level, { kernel: side, padding: 1 });
    default:
      return level;
  }
}

/** The mean of maps of one shape. */
function meanOf(maps: readonly Tensor[]): Tensor {
  requireAlike(maps.map(({ shape }) => shape[1] as number));
  const [first, ...others] = maps as [Tensor, ...Tensor[]];
  return mul(
    others.reduce((sum, map) => add(sum, map), first),
    1 / maps.length,
  );
}

/** @throws OPTION_INVALID for layers that have not as many channels each */
function requireAlike(channels: readonly number[]): void {
  if (new Set(channels).size <= 1) return;
  throw new CladError('OPTION_INVALID', {
    option: 'features.aggregation',
    expected: 'concatenated or plain, since mean averages layers of as many channels each',
    actual: `mean, of layers with ${channels.join(', ')} channels`,
  });
}

/** A map [N, C, h, w] averaged onto a coarser grid, as PyTorch's adaptive average pooling does it. */
function averageOnto(map: Tensor, [height, width]: readonly [number, number]): Tensor {
  const columns = matmul(map, averages(map, map.shape[3] as number, width));
  const rows = matmul(transpose(columns, [0, 1, 3, 2]), averages(map, map.shape[2] as number, height));
  return transpose(rows, [0, 1, 3, 2]);
}

/** [from, to]: which neighbours each of `to` places averages. */
function averages({ graph }: Tensor, from: number, to: number): Tensor {
  const weights = new Float32Array(from * to);
  for (let place = 0; place < to; place++) {
    const { start, end } = adaptiveBin(place, to, from);
    for (let at = start; at < end; at++) weights[at * to + place] = 1 / (end - start);
  }
  return graph.constant('average', weights, [from, to]);
}

/**
 * Width of the features, from the levels' channels.
 * @throws OPTION_INVALID when levels that are averaged have not as many channels each
 */
export function patchFeatureWidth(channels: readonly number[], options: PatchFeatureOptions): number {
  if (options.aggregation === 'pooled') return options.width;
  if (options.aggregation !== 'mean') return channels.reduce((total, count) => total + count, 0);
  requireAlike(channels);
  return channels[0] ?? 0;
}

/** The part of the pooled features that one level gives: [N, outputs, H, W] at its own grid. */
function pooledLevel(graph: Graph, level: Tensor, levels: number, width: number): Tensor {
  const channels = level.shape[1] as number;
  const outputs = outputsOfLevel(channels * places, levels, width);
  const kernels = splitByChannel(outputs, channels);
  const convolved = conv(
    level,
    graph.constant('neighbourhood', kernels.weights, [channels * kernels.perChannel, 1, side, side]),
    undefined,
    { padding: 1, groups: channels },
  );
  const { perOutput, order } = kernels;
  const indices = graph.constant('parts', order, [order.length], 'int64');
  const [n, , height, columns] = level.shape as [Dim, Dim, number, number];
  const parts = gather(convolved, indices, 1);
  if (perOutput === 1) return parts;
  const grouped = reshape(parts, [n, outputs.length, perOutput, height, columns]);
  return sum(grouped, { axes: [2] });
}

/** Weights of one output over the unfolded values `start`, `start + 1`, ... of a level. */
interface PooledOutput {
  readonly start: number;
  readonly weights: readonly number[];
}

/**
 * A level's outputs, both poolings composed. Where the levels do not divide the width, some output would average two levels at once;
 * no published method uses such a width, and it is refused.
 */
function outputsOfLevel(unfolded: number, levels: number, width: number): PooledOutput[] {
  if (!Number.isInteger(width) || width < 1 || width % levels !== 0) {
    throw new CladError('OPTION_INVALID', {
      option: 'the patch-feature width',
      expected: `a positive multiple of the number of levels (${levels})`,
      actual: width,
    });
  }
  return Array.from({ length: width / levels }, (_, output) => {
    // Pooling the stack of `levels` x `width` values to `width` averages `levels` neighbours, all of one level.
    const sums = new Map<number, number>();
    for (let member = 0; member < levels; member++) {
      const bin = adaptiveBin(output * levels + member, width, unfolded);
      for (let at = bin.start; at < bin.end; at++)
        sums.set(at, (sums.get(at) ?? 0) + 1 / (levels * (bin.end - bin.start)));
    }
    const start = Math.min(...sums.keys());
    const end = Math.max(...sums.keys()) + 1;
    return { start, weights: Array.from({ length: end - start }, (_, at) => sums.get(start + at) ?? 0) };
  });
}

/** Which inputs the output `index` of adaptive average pooling averages, as PyTorch defines it. */
function adaptiveBin(index: number, outputs: number, inputs: number): { start: number; end: number } {
  return {
    start: Math.floor((index * inputs) / outputs),
    end: Math.ceil(((index + 1) * inputs) / outputs),
  };
}

/** Depthwise kernels, the same number for every channel, and which of them each output adds up. */
function splitByChannel(outputs: readonly PooledOutput[], channels: number) {
  const kernels: Float32Array[][] = Array.from({ length: channels }, () => []);
  const partsOf = outputs.map(({ start, weights }) => {
    const parts: { channel: number; kernel: number }[] = [];
    weights.forEach((weight, offset) => {
      const channel = Math.floor((start + offset) / places);
      const own = kernels[channel] as Float32Array[];
      if (parts.at(-1)?.channel !== channel) {
        parts.push({ channel, kernel: own.length });
        own.push(new Float32Array(places));
      }
      (own.at(-1) as Float32Array)[(start + offset) % places] = weight;
    });
    return parts;
  });
  const perOutput = Math.max(...partsOf.map((parts) => parts.length));
  const used = Math.max(...kernels.map((own) => own.length));
  // Outputs with fewer parts add a kernel of zeros: the last one of channel 0, which needs a place of its own.
  const padded = partsOf.some((parts) => parts.length < perOutput);
  const perChannel = padded && (kernels[0] as Float32Array[]).length === used ? used + 1 : used;
  const weights = new Float32Array(channels * perChannel * places);
  kernels.forEach((own, channel) => {
    own.forEach((kernel, at) => {
      weights.set(kernel, (channel * perChannel + at) * places);
    });
  });
  const order = partsOf.flatMap((parts) =>
    Array.from({ length: perOutput }, (_, at) => {
      const part = parts[at];
      return part ? part.channel * perChannel + part.kernel : perChannel - 1;
    }),
  );
  return { weights, perChannel, perOutput, order };
}
