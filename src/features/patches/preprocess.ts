/**
 * @file From decoded bytes to what a backbone wants, as graph nodes: the one resize of the program. Feature extraction,
 * training and the detector file all begin with these nodes, so they cannot disagree.
 *
 * The resize is linear with half-pixel centres and an antialiasing filter, as torchvision's and PIL's.
 */
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
import { cutOut, type Geometry, resizedSize } from '../../image/geometry.ts';
import { resizeInBands } from './resize-in-bands.ts';

/** Mean and standard deviation by channel, of values 0..1. */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/**
 * Resizes decoded images.
 * @param image - uint8 [N, H, W, 3], any height and width
 * @param inBands - with less memory for large photographs, which takes longer; the numbers are the same
 * @returns float32 [N, height, width, 3] of the geometry, 0..255, not rounded
 * @throws OPTION_INVALID where less would be left than is cut out
 */
export function resizeToInput(image: Tensor, geometry: Geometry, inBands = false): Tensor {
  const { x, y, width, height } = cutOut(geometry);
  const resized = resizedSize(geometry);
  const pixels = inBands
    ? resizeInBands(image, resized)
    : resizeLinear(cast(image, 'float32'), [1, 2], [resized.height, resized.width], { antialias: true });
  if (geometry.resizeTo === undefined) return pixels;
  return slice(slice(pixels, 1, y, y + height), 2, x, x + width);
}

/**
 * The backbone's input from resized images.
 * @param pixels - float32 [N, H, W, 3], 0..255
 * @returns float32 [N, 3, H, W]: value / 255, less the mean, over the standard deviation
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
