/** @file Which class an image is of, by its mean patch feature: for methods that only score. */

import { relativeSquares } from '../../features/memory-bank/memory-bank.ts';
import {
  add,
  div,
  type Graph,
  maximum,
  neg,
  softmax,
  sqrt,
  square,
  sum,
  type Tensor,
} from '../../graph/index.ts';

import { sumOfPatches } from './patch-model.ts';

/** Where the classes lie. */
export interface ClassCentres {
  /** [classes, C] */
  readonly centres: Float32Array;
  /** Mean distance of an image to its own centre. */
  readonly spread: number;
  readonly classes: number;
  readonly width: number;
}

/** Mean feature of an image. */
export interface ImageMean {
  readonly classIndex: number;
  readonly mean: Float32Array;
}

/** Where the classes lie, from the mean features of their images. */
export function centresOf(seen: readonly ImageMean[], classes: number): ClassCentres {
  const width = seen[0]?.mean.length ?? 0;
  const centres = new Float32Array(classes * width);
  const counts = new Array<number>(classes).fill(0);
  for (const { classIndex } of seen) counts[classIndex]! += 1;
  for (const { classIndex, mean } of seen)
    for (let axis = 0; axis < width; axis++)
      centres[classIndex * width + axis]! += mean[axis]! / counts[classIndex]!;
  const distances = seen.map(({ classIndex, mean }) =>
    Math.hypot(...mean.map((value, axis) => value - centres[classIndex * width + axis]!)),
  );
  const spread = distances.reduce((sum, each) => sum + each, 0) / Math.max(1, distances.length);
  return { centres, spread: Math.max(spread, 1e-6), classes, width };
}

/**
 * Softmax over the classes of minus the distance to their centres, in units of how far images usually are from their own.
 * @param features - [N * patches, C]
 * @returns [N, classes]
 */
export function sharesOfCentres(
  graph: Graph,
  features: Tensor,
  patches: number,
  { centres, spread, classes, width }: ClassCentres,
): Tensor {
  const centre = graph.constant('class_centres', centres, [classes, width]);
  const image = div(sumOfPatches(features, patches, width), patches);
  const lengths = sum(square(centre), { axes: [1] });
  const own = sum(square(image), { axes: [1], keepDims: true });
  const squares = add(relativeSquares(image, centre, lengths), own);
  return softmax(neg(div(sqrt(maximum(squares, 0)), spread)));
}
