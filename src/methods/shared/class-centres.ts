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
