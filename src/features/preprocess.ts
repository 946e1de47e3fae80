/**
 * @file From decoded bytes to what a backbone wants, as graph nodes: the one resize of the program. Feature extraction,
 * training and the detector file all begin with these nodes, so they cannot disagree.
 *
 * The resize is linear with half-pixel centres and an antialiasing filter, as torchvision's and PIL's.
 */
import { CladError } from '../core/errors.ts';
import {
  cast,
  clip,
  div,
  type Graph,
  resizeLinear,
  round,
  sub,
  type Tensor,
  transpose,
} from '../graph/index.ts';

/** How an image of any size becomes the network's square input. */
export interface InputGeometry {
  /** Side of the network's input, pixels; a multiple of the deepest layer's stride keeps every pixel in use. */
  readonly size: number;
  /**
   * Absent: the whole image is resized to `size` x `size`, so no border is lost. Otherwise the shorter side is resized to
   * this many pixels and the centre cut out (the paper: 256, then 224).
   */
  readonly resizeShorterTo?: number | undefined;
}

/** Mean and standard deviation by channel, of values 0..1. */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/**
 * Resizes decoded pictures.
 * @param image - uint8 [N, H, W, 3], any height and width
 * @returns float32 [N, size, size, 3], 0..255, not rounded
 */
export function resizeToInput(image: Tensor, { size, resizeShorterTo }: InputGeometry): Tensor {
  const pixels = cast(image, 'float32');
  if (resizeShorterTo === undefined) return resizeLinear(pixels, [1, 2], [size, size], { antialias: true });
  if (resizeShorterTo < size) {
    throw new CladError('OPTION_INVALID', {
      option: 'resize',
      expected: `at least the input size ${size}`,
      actual: resizeShorterTo,
    });
  }
  return centreCrop(resizeShorter(pixels, resizeShorterTo), size);
}

/** Keeps the proportions; the shorter side becomes `side`, the longer one is rounded down, as torchvision's. */
function resizeShorter(pixels: Tensor, side: number): Tensor {
  const { graph } = pixels;
  const integer = (operation: string, inputs: readonly Tensor[], shape: readonly number[]) =>
    graph.add(operation, inputs, [{ dtype: 'int64', shape }], { constant: true })[0] as Tensor;
  const shape = sidesOf(pixels);
  const shorter = integer('ReduceMin', [shape], [1]);
  const sizes = integer('Div', [integer('Mul', [shape, graph.integers([side])], [2]), shorter], [2]);
  return graph.add(
    'Resize',
    [pixels, undefined, undefined, sizes],
    [{ dtype: 'float32', shape: [pixels.shape[0] ?? 'N', 'resized_height', 'resized_width', 3] }],
    {
      attributes: {
        mode: { string: 'linear' },
        coordinate_transformation_mode: { string: 'half_pixel' },
        antialias: { int: 1 },
        exclude_outside: { int: 1 },
        axes: { ints: [1, 2] },
      },
      onCpu: true,
    },
  )[0] as Tensor;
}

/** Height and width, int64 [2]. */
function sidesOf(pixels: Tensor): Tensor {
  return pixels.graph.add('Shape', [pixels], [{ dtype: 'int64', shape: [2] }], {
    attributes: { start: { int: 1 }, end: { int: 3 } },
    constant: true,
  })[0] as Tensor;
}

/** The middle `size` x `size` of pictures at least that large; an odd remainder leaves one pixel more at the end. */
function centreCrop(pixels: Tensor, size: number): Tensor {
  const { graph } = pixels;
  const shape = sidesOf(pixels);
  const half = graph.integers([2, 2]);
  const start = div(sub(shape, graph.integers([size, size])), half);
  const end = graph.add(
    'Add',
    [start, graph.integers([size, size])],
    [{ dtype: 'int64', shape: [2] }],
  )[0] as Tensor;
  return graph.add(
    'Slice',
    [pixels, start, end, graph.integers([1, 2])],
    [{ dtype: 'float32', shape: [pixels.shape[0] ?? 'N', size, size, 3] }],
  )[0] as Tensor;
}

/** Float pictures as bytes again, for synthesis and pictures. [N, S, S, 3] */
export function toBytes(pixels: Tensor): Tensor {
  return cast(clip(round(pixels), 0, 255), 'uint8');
}

/**
 * The backbone's input from resized pictures.
 * @param pixels - float32 [N, S, S, 3], 0..255
 * @returns float32 [N, 3, S, S]: value / 255, less the mean, over the standard deviation
 */
export function normalize(graph: Graph, pixels: Tensor, { mean, std }: Normalization): Tensor {
  const offset = graph.constant(
    'mean',
    mean.map((value) => value * 255),
    [3],
  );
  const scale = graph.constant(
    'std',
    std.map((value) => value * 255),
    [3],
  );
  return transpose(div(sub(pixels, offset), scale), [0, 3, 1, 2]);
}
