/** @file Rotations drawn at random, every one as likely as every other. */
import type { Random } from '../core/random.ts';

/**
 * A matrix of SO(width), from Haar's measure: reflections that take the first axis to a direction drawn at random, in the last two dimensions, in the last three, and so on
 * (Stewart, SIAM J. Numer. Anal. 17, 1980). Takes about 4/3 width^3 multiplications: seconds at 1024.
 * @returns [width, width], row by row; its transpose is its inverse, and its determinant 1
 */
export function randomRotation(width: number, random: Random): Float32Array {
  const matrix = new Float64Array(width * width);
  for (let at = 0; at < width; at++) matrix[at * width + at] = 1;
  for (let first = width - 2; first >= 0; first--) {
    const normal = reflectionNormal(random.fillNormal(new Float64Array(width - first)));
    if (normal) reflect(matrix, width, first, normal);
  }
  // Each reflection turned the sign of the determinant over.
  if (width % 2 === 0) for (let column = 0; column < width; column++) matrix[column]! *= -1;
  return Float32Array.from(matrix);
}

/** The unit vector whose reflection takes the first axis to a direction; undefined where that is the first axis, which does not happen by chance. */
function reflectionNormal(direction: Float64Array): Float64Array | undefined {
  const length = norm(direction);
  for (let at = 0; at < direction.length; at++) direction[at]! /= length;
  direction[0]! -= 1;
  const apart = norm(direction);
  if (apart === 0) return undefined;
  for (let at = 0; at < direction.length; at++) direction[at]! /= apart;
  return direction;
}

function norm(vector: Float64Array): number {
  let squares = 0;
  for (const value of vector) squares += value * value;
  return Math.sqrt(squares);
}

/** (1 - 2 v v^T) times the block of a matrix from row and column `first` on. */
function reflect(matrix: Float64Array, width: number, first: number, normal: Float64Array): void {
  const along = new Float64Array(width - first);
  for (const [row, share] of normal.entries()) {
    const start = (first + row) * width + first;
    for (let column = 0; column < along.length; column++) along[column]! += share * matrix[start + column]!;
  }
  for (const [row, share] of normal.entries()) {
    const start = (first + row) * width + first;
    for (let column = 0; column < along.length; column++)
      matrix[start + column]! -= 2 * share * along[column]!;
  }
}
