/** @file Lengths of rows, and rows of length 1. */
import { div, maximum, sqrt, square, sum, type Tensor } from '../graph/index.ts';

/** Euclidean length of each row, at least 1e-12: [rows, width] to [rows, 1]. */
export function rowLength(rows: Tensor): Tensor {
  return maximum(sqrt(sum(square(rows), { axes: [1], keepDims: true })), 1e-12);
}

/** Each row divided by its length. */
export function unit(rows: Tensor): Tensor {
  return div(rows, rowLength(rows));
}
