/**
 * @file Patch scores to an anomaly map and an image score: bilinear to the input size, Gaussian blur, maximum or mean of the top.
 *
 * Both resizing and blurring are linear, in rows and in columns by themselves, so map = R scores C^T with one matrix for the rows, R [height, rows],
 * and one for the columns, C [width, columns], each the product of the blur's and the interpolation's; that takes a hundredth of the time of
 * resizing first and then convolving.
 */
import { gaussian, mirroredPlace } from '../../core/gaussian.ts';
import { matmul, mean, reduceMax, reshape, type Tensor, topK, transpose } from '../../graph/index.ts';
import type { Grid } from '../../image/geometry.ts';
import type { ImageSize } from '../../image/limits.ts';

/** Pixels of the map, and its blur. */
export interface MapOptions extends ImageSize {
  /** Standard deviation of the Gaussian, pixels; 0: none. */
  readonly blurSigma: number;
}

/**
 * The matrix that takes a line of patch scores to a line of the map, [size, grid] row-major. Interpolation with half-pixel
 * centres, clamped (as torch's bilinear with align_corners false); blur truncated at 4 sigma, mirrored with the edge repeated (as
 * scipy's gaussian_filter).
 * @param grid - patches along the line
 * @param size - pixels along it
 */
export function mapMatrix(grid: number, size: number, blurSigma: number): Float32Array {
  const interpolation = Array.from({ length: size }, (_, pixel) => {
    const place = Math.max(0, ((pixel + 0.5) * grid) / size - 0.5);
    const lower = Math.min(grid - 1, Math.floor(place));
    const upper = Math.min(grid - 1, lower + 1);
    return { lower, upper, share: place - lower };
  });
  const kernel = gaussian(blurSigma);
  const radius = (kernel.length - 1) / 2;
  const matrix = new Float64Array(size * grid);
  for (let pixel = 0; pixel < size; pixel++) {
    kernel.forEach((weight, tap) => {
      const { lower, upper, share } = interpolation[
        mirroredPlace(pixel + tap - radius, size)
      ] as (typeof interpolation)[0];
      matrix[pixel * grid + lower]! += weight * (1 - share);
      matrix[pixel * grid + upper]! += weight * share;
    });
  }
  return Float32Array.from(matrix);
}

/**
 * Anomaly maps of images.
 * @param scores - [N * rows * columns]
 * @returns [N, height, width]
 */
export function anomalyMap(
  scores: Tensor,
  { rows, columns }: Grid,
  { width, height, blurSigma }: MapOptions,
): Tensor {
  const matrix = (name: string, grid: number, size: number) =>
    scores.graph.constant(name, mapMatrix(grid, size, blurSigma), [size, grid]);
  const down = matrix('map_rows', rows, height);
  // Of a square the file holds one.
  const across = rows === columns && width === height ? down : matrix('map_columns', columns, width);
  return matmul(matmul(down, reshape(scores, [-1, rows, columns], 'N')), transpose(across, [1, 0]));
}

/**
 * One score an image.
 * @param map - [N, height, width]
 * @param topShare - mean of this share of the highest pixels; 0: the maximum
 * @returns [N]
 */
export function imageScore(map: Tensor, { width, height }: ImageSize, topShare: number): Tensor {
  const pixels = reshape(map, [-1, width * height], 'N');
  const count = Math.max(1, Math.round(topShare * width * height));
  if (count === 1) return reduceMax(pixels, { axes: [1] });
  return mean(topK(pixels, count).values, { axes: [1] });
}
