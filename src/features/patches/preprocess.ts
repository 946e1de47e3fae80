/**
 * @file From decoded bytes to what a backbone wants, as graph nodes: the one resize of the program. Feature extraction,
 * training and the detector file all begin with these nodes, so they cannot disagree.
 *
 * The resize is linear with half-pixel centres and an antialiasing filter, as torchvision's and PIL's.
 */
import { CladError } from '../../core/errors.ts';
import {
  cast,
  div,
  type Graph,
  resizeLinear,
  slice,
  sub,
  type Tensor,
  transpose,
} from '../../graph/index.ts';

/** How an image of any size becomes the network's square input. */
export interface InputGeometry {
  /** Side of the network's input, pixels; a multiple of the deepest layer's stride keeps every pixel in use. */
  readonly size: number;
  /**
   * Absent: the whole image is resized to `size` x `size`, so no border is lost. Otherwise it is resized to a square of
   * this side and the centre cut out (the paper, 4.1: 256, then 224).
   */
  readonly resizeTo?: number | undefined;
}

/** Mean and standard deviation by channel, of values 0..1. */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/**
 * Resizes decoded images.
 * @param image - uint8 [N, H, W, 3], any height and width
 * @returns float32 [N, size, size, 3], 0..255, not rounded
 */
export function resizeToInput(image: Tensor, { size, resizeTo }: InputGeometry): Tensor {
  const pixels = cast(image, 'float32');
  const resize = (side: number) => resizeLinear(pixels, [1, 2], [side, side], { antialias: true });
  if (resizeTo === undefined) return resize(size);
  if (resizeTo < size) {
    throw new CladError('OPTION_INVALID', {
      option: 'resize',
      expected: `at least the input size ${size}`,
      actual: resizeTo,
    });
  }
  return centreCrop(resize(resizeTo), resizeTo, size);
}

/** The middle `size` x `size` of square images; an odd remainder leaves one pixel more at the end. */
function centreCrop(pixels: Tensor, side: number, size: number): Tensor {
  const start = Math.floor((side - size) / 2);
  return slice(slice(pixels, 1, start, start + size), 2, start, start + size);
}

/**
 * The backbone's input from resized images.
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
