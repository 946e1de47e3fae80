/**
 * @file The level of an image's scores around each patch: their mean with the weights of a Gaussian (docs/decisions/0069-the-whole-beside-tiles.md). It is taken
 * off the patch, so that what is small stands out of what a part differs by as a whole, its dye, its light or its weave. Pure.
 */
import { gaussian, mirroredPlace } from '../../core/gaussian.ts';
import { type Grid, patchCount } from '../../image/geometry.ts';

/** Standard deviation of the Gaussian, patches. */
export const levelSigma = 3;

/**
 * The matrix that blurs a line of patches; beyond its ends it is mirrored.
 * @param count - of patches
 * @returns [count, count], each row adding up to 1
 */
export function levelMatrix(count: number): Float32Array {
  const kernel = gaussian(levelSigma);
  const radius = (kernel.length - 1) / 2;
  const matrix = new Float64Array(count * count);
  for (let place = 0; place < count; place++)
    kernel.forEach((weight, tap) => {
      matrix[place * count + mirroredPlace(place + tap - radius, count)]! += weight;
    });
  return Float32Array.from(matrix);
}

/** Matrix with rows for columns. @param matrix - [count, count] */
export function turned(matrix: Float32Array, count: number): Float32Array {
  return matrix.map((_, at) => matrix[(at % count) * count + Math.floor(at / count)]!);
}

/**
 * The level around each patch, of those inside alone.
 * @param scores - of an image's patches, row by row, [patches]
 * @param inside - 1 or 0, [patches]; all where absent
 * @returns [patches]; anything where no patch nearby is inside
 */
export function localLevels(
  scores: Float32Array,
  grid: Grid,
  inside: Uint8Array = new Uint8Array(patchCount(grid)).fill(1),
): Float32Array {
  const blurred = blur(
    scores.map((score, patch) => (inside[patch] === 0 ? 0 : score)),
    grid,
  );
  const weights = blur(Float32Array.from(inside), grid);
  return blurred.map((value, patch) => value / Math.max(weights[patch]!, leastWeight));
}

/** Of what is inside around a patch: less is nothing. */
export const leastWeight = 1e-6;

function blur(values: Float32Array, { rows, columns }: Grid): Float32Array {
  const across = levelMatrix(columns);
  const down = levelMatrix(rows);
  const lines = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let to = 0; to < columns; to++) {
      let sum = 0;
      for (let from = 0; from < columns; from++)
        sum += across[to * columns + from]! * values[row * columns + from]!;
      lines[row * columns + to] = sum;
    }
  const blurred = new Float64Array(rows * columns);
  for (let to = 0; to < rows; to++)
    for (let from = 0; from < rows; from++) {
      const weight = down[to * rows + from]!;
      if (weight === 0) continue;
      for (let column = 0; column < columns; column++)
        blurred[to * columns + column]! += weight * lines[from * columns + column]!;
    }
  return Float32Array.from(blurred);
}
