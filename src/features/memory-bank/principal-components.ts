/**
 * @file Principal components of patch features: the projection that the default method works in.
 *
 * The leading eigenvectors of the covariance by block power iteration with Rayleigh and Ritz (Halko, Martinsson and Tropp
 * 2011, algorithm 4.4): the large products run in the engine, only d x d problems are solved here, in double
 * precision.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { ProgressListener } from '../../core/progress.ts';
import type { Random } from '../../core/random.ts';
import { Graph, matmul } from '../../graph/index.ts';
import type { Engine, Session, TensorValue } from '../../runtime/engine.ts';

/** x -> (x - mean) matrix */
export interface Projection {
  /** Mean of the features it was fitted on, [width]. */
  readonly mean: Float32Array;
  /** Orthonormal columns by falling variance, [width, components] row-major. */
  readonly matrix: Float32Array;
  readonly width: number;
  readonly components: number;
  /** Share of the total variance that the components hold, 0..1. */
  readonly explained: number;
}

const oversampling = 32;
const iterations = 8;

/**
 * Fits a projection.
 * @param rows - features [count, width] row-major
 * @param components - how many to keep; at most `width`
 */
export async function principalComponents(
  engine: Engine,
  rows: Float32Array,
  width: number,
  components: number,
  random: Random,
  onProgress?: ProgressListener,
): Promise<Projection> {
  const { mean, covariance } = await covarianceOf(engine, rows, width);
  const { matrix, variances } = await leadingComponents(
    engine,
    covariance,
    { width, components, random },
    onProgress,
  );
  let total = 0;
  for (let axis = 0; axis < width; axis++) total += covariance[axis * width + axis] as number;
  const kept = variances.reduce((sum, variance) => sum + Math.max(0, variance), 0);
  return { mean, matrix, width, components, explained: total > 0 ? kept / total : 1 };
}

/** Components of a covariance. */
export interface Components {
  /** Orthonormal columns by falling variance, [width, components] row-major. */
  readonly matrix: Float32Array;
  /** Variance along each. */
  readonly variances: readonly number[];
}

/** Which components are wanted. */
export interface ComponentsWanted {
  readonly width: number;
  /** How many; at most `width`. */
  readonly components: number;
  readonly random: Random;
}

/**
 * The leading eigenvectors of a covariance.
 * @param covariance - [width, width]
 */
export async function leadingComponents(
  engine: Engine,
  covariance: Float64Array,
  { width, components, random }: ComponentsWanted,
  onProgress?: ProgressListener,
): Promise<Components> {
  const block = Math.min(width, components + oversampling);
  const multiply = await multiplier(engine, width, block);
  try {
    let basis = orthonormal(random.fillNormal(new Float64Array(width * block)), width, block, random);
    for (let iteration = 0; iteration < iterations; iteration++) {
      basis = orthonormal(await multiply.apply(covariance, basis), width, block, random);
      const done = iteration + 1;
      onProgress?.({ task: 'principal components', done, total: iterations, unit: 'iterations' });
    }
    // Rayleigh and Ritz: within the basis, the covariance is small enough for a full decomposition.
    const image = new Matrix(nested(await multiply.apply(covariance, basis), width, block));
    const within = new Matrix(nested(basis, width, block)).transpose().mmul(image);
    const symmetric = within.clone().add(within.transpose()).mul(0.5);
    const { values, vectors, order } = eigen(symmetric);
    const chosen = order.slice(0, components);
    const matrix = await multiply.rotate(basis, vectors, chosen);
    return { matrix, variances: chosen.map((index) => values[index]!) };
  } finally {
    await multiply.release();
  }
}

/**
 * All eigenvectors of a covariance by a full decomposition: where most of them are wanted, that is quicker.
 * @param covariance - [width, width]
 */
export function allComponents(covariance: Float64Array, width: number): Components {
  const { values, vectors, order } = eigen(new Matrix(nested(covariance, width, width)));
  const matrix = new Float32Array(width * width);
  order.forEach((vector, column) => {
    for (let row = 0; row < width; row++) matrix[row * width + column] = vectors.get(row, vector);
  });
  return { matrix: facingUp(matrix, width), variances: order.map((index) => values[index]!) };
}

/** Eigenvalues and vectors of a symmetric matrix, and their order, largest first. */
function eigen(symmetric: Matrix) {
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(symmetric, {
    assumeSymmetric: true,
  });
  const order = values.map((_, index) => index).sort((a, b) => values[b]! - values[a]!);
  return { values, vectors, order };
}

/**
 * Mean and covariance, summed in double precision over blocks of rows.
 * @param about - what is taken from the rows: their mean, or nothing, so that products of rows are kept rather than differences
 */
export async function covarianceOf(
  engine: Engine,
  rows: Float32Array,
  width: number,
  about: 'mean' | 'zero' = 'mean',
): Promise<{ readonly mean: Float32Array; readonly covariance: Float64Array }> {
  const count = rows.length / width;
  const sums = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    for (let axis = 0; axis < width; axis++) sums[axis]! += rows[row * width + axis] as number;
  }
  const mean = Float32Array.from(sums, (sum) => (about === 'mean' ? sum / count : 0));
  const graph = new Graph();
  const block = graph.input('block', 'float32', ['rows', width]);
  graph.output('product', matmul(block, block, { transA: true }));
  const session = await engine.load(graph.toBytes());
  const covariance = new Float64Array(width * width);
  try {
    const blockRows = 4096;
    for (let start = 0; start < count; start += blockRows) {
      const end = Math.min(count, start + blockRows);
      const centred = rows.slice(start * width, end * width);
      for (let index = 0; index < centred.length; index++) centred[index]! -= mean[index % width] as number;
      const feed: TensorValue = { dtype: 'float32', shape: [end - start, width], data: centred };
      const product = (await session.run({ block: feed })).product?.data as Float32Array;
      for (let index = 0; index < product.length; index++) covariance[index]! += product[index]! / count;
    }
  } finally {
    await session.release();
  }
  return { mean, covariance };
}

/** Products of the wide matrices in the engine. */
async function multiplier(engine: Engine, width: number, block: number) {
  const sessions: Session[] = [];
  const build = async (columns: number | string, inner: number) => {
    const graph = new Graph();
    const left = graph.input('left', 'float64', [width, inner]);
    const right = graph.input('right', 'float64', [inner, columns]);
    graph.output('product', matmul(left, right));
    const session = await engine.load(graph.toBytes());
    sessions.push(session);
    return async (a: Float64Array, b: Float64Array, n: number) => {
      const product = await session.run({
        left: { dtype: 'float64', shape: [width, inner], data: a },
        right: { dtype: 'float64', shape: [inner, n], data: b },
      });
      return product.product?.data as Float64Array;
    };
  };
  const wide = await build(block, width);
  const narrow = await build('columns', block);
  return {
    apply: (covariance: Float64Array, basis: Float64Array) => wide(covariance, basis, block),
    /** basis times chosen eigenvectors, as float32 */
    async rotate(basis: Float64Array, vectors: Matrix, chosen: readonly number[]) {
      const rotation = new Float64Array(block * chosen.length);
      chosen.forEach((vector, column) => {
        for (let row = 0; row < block; row++)
          rotation[row * chosen.length + column] = vectors.get(row, vector);
      });
      return facingUp(Float32Array.from(await narrow(basis, rotation, chosen.length)), chosen.length);
    },
    async release() {
      for (const session of sessions) await session.release();
    },
  };
}

/** Columns with their largest number above zero: a component is as good either way round, and engines would disagree. In place. */
function facingUp(matrix: Float32Array, columns: number): Float32Array {
  for (let column = 0; column < columns; column++) {
    let largest = 0;
    for (let at = column; at < matrix.length; at += columns)
      if (Math.abs(matrix[at]!) > Math.abs(largest)) largest = matrix[at]!;
    if (largest >= 0) continue;
    for (let at = column; at < matrix.length; at += columns) matrix[at] = -matrix[at]!;
  }
  return matrix;
}

/** Below this share of its length a column is taken to lie in the span of those before it. */
const dependent = 1e-10;

/**
 * Orthonormal columns spanning the same space (modified Gram and Schmidt, twice for full precision). A column that depends on those before
 * it, as where the features have less rank than components are asked for, is replaced by a direction drawn at random.
 */
function orthonormal(x: Float64Array, rows: number, columns: number, random: Random): Float64Array {
  const basis: Float64Array[] = [];
  for (let column = 0; column < columns; column++) {
    let vector = Float64Array.from({ length: rows }, (_, row) => x[row * columns + column] as number);
    let before = lengthOf(vector);
    if (before > 0) orthogonalise(vector, basis);
    while (!(lengthOf(vector) > dependent * before) || before === 0) {
      vector = random.fillNormal(new Float64Array(rows));
      before = lengthOf(vector);
      orthogonalise(vector, basis);
    }
    scale(vector, 1 / lengthOf(vector));
    orthogonalise(vector, basis);
    scale(vector, 1 / lengthOf(vector));
    basis.push(vector);
  }
  const result = new Float64Array(rows * columns);
  basis.forEach((vector, column) => {
    for (let row = 0; row < rows; row++) result[row * columns + column] = vector[row] as number;
  });
  return result;
}

/** Takes away a vector's parts along orthonormal ones, in place. */
function orthogonalise(vector: Float64Array, basis: readonly Float64Array[]): void {
  for (const direction of basis) {
    let along = 0;
    for (let row = 0; row < vector.length; row++)
      along += (vector[row] as number) * (direction[row] as number);
    for (let row = 0; row < vector.length; row++) vector[row]! -= along * (direction[row] as number);
  }
}

function lengthOf(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}

function scale(vector: Float64Array, factor: number): void {
  for (let row = 0; row < vector.length; row++) vector[row]! *= factor;
}

function nested(values: Float64Array, rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(values.subarray(row * columns, (row + 1) * columns)),
  );
}
