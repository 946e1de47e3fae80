/**
 * @file Principal components of patch features: the projection that the default method works in.
 *
 * The leading eigenvectors of the covariance by block power iteration with Rayleigh and Ritz (Halko, Martinsson and Tropp
 * 2011, algorithm 4.4): the large products run in the engine, only d x d problems are solved here. In double precision, since
 * orthogonalisation by Cholesky squares the condition number.
 */
import { CholeskyDecomposition, EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { ProgressListener } from '../core/progress.ts';
import type { Random } from '../core/random.ts';
import { Graph, matmul } from '../graph/index.ts';
import type { Engine, Session, TensorValue } from '../runtime/engine.ts';

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
  const block = Math.min(width, components + oversampling);
  const multiply = await multiplier(engine, width, block);
  try {
    let basis = orthonormal(random.fillNormal(new Float64Array(width * block)), width, block);
    for (let iteration = 0; iteration < iterations; iteration++) {
      basis = orthonormal(await multiply.apply(covariance, basis), width, block);
      const done = iteration + 1;
      onProgress?.({ task: 'principal components', done, total: iterations, unit: 'iterations' });
    }
    // Rayleigh and Ritz: within the basis, the covariance is small enough for a full decomposition.
    const image = new Matrix(nested(await multiply.apply(covariance, basis), width, block));
    const within = new Matrix(nested(basis, width, block)).transpose().mmul(image);
    const symmetric = within.clone().add(within.transpose()).mul(0.5);
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, {
      assumeSymmetric: true,
    });
    const order = realEigenvalues
      .map((_, index) => index)
      .sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
    const chosen = order.slice(0, components);
    const matrix = await multiply.rotate(basis, eigenvectorMatrix, chosen);
    let total = 0;
    for (let axis = 0; axis < width; axis++) total += covariance[axis * width + axis] as number;
    const kept = chosen.reduce((sum, index) => sum + Math.max(0, realEigenvalues[index]!), 0);
    return { mean, matrix, width, components, explained: total > 0 ? kept / total : 1 };
  } finally {
    await multiply.release();
  }
}

/** Mean and covariance, summed in double precision over blocks of rows. */
async function covarianceOf(engine: Engine, rows: Float32Array, width: number) {
  const count = rows.length / width;
  const sums = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    for (let axis = 0; axis < width; axis++) sums[axis]! += rows[row * width + axis] as number;
  }
  const mean = Float32Array.from(sums, (sum) => sum / count);
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
      return Float32Array.from(await narrow(basis, rotation, chosen.length));
    },
    async release() {
      for (const session of sessions) await session.release();
    },
  };
}

/** Orthonormal columns spanning the same space: X R^-1 with R^T R = X^T X, done twice for full precision. */
function orthonormal(x: Float64Array, rows: number, columns: number): Float64Array {
  let result = x;
  for (let pass = 0; pass < 2; pass++) {
    const lower = new CholeskyDecomposition(gram(result, rows, columns)).lowerTriangularMatrix;
    // Y R = X with R = L^T upper triangular: forward substitution along each row of Y.
    const factor = Float64Array.from(lower.to1DArray());
    const y = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      const at = row * columns;
      for (let column = 0; column < columns; column++) {
        let value = result[at + column] as number;
        const factorRow = column * columns;
        for (let inner = 0; inner < column; inner++)
          value -= (y[at + inner] as number) * (factor[factorRow + inner] as number);
        y[at + column] = value / (factor[factorRow + column] as number);
      }
    }
    result = y;
  }
  return result;
}

function gram(x: Float64Array, rows: number, columns: number): Matrix {
  const product = new Float64Array(columns * columns);
  for (let row = 0; row < rows; row++) {
    const at = row * columns;
    for (let left = 0; left < columns; left++) {
      const value = x[at + left] as number;
      const target = left * columns;
      for (let right = 0; right <= left; right++)
        product[target + right]! += value * (x[at + right] as number);
    }
  }
  const matrix = Matrix.zeros(columns, columns);
  let trace = 0;
  for (let axis = 0; axis < columns; axis++) trace += product[axis * columns + axis] as number;
  for (let left = 0; left < columns; left++) {
    for (let right = 0; right <= left; right++) {
      // A whisper on the diagonal keeps a rank-deficient block positive definite.
      const value =
        (product[left * columns + right] as number) + (left === right ? (1e-14 * trace) / columns : 0);
      matrix.set(left, right, value);
      matrix.set(right, left, value);
    }
  }
  return matrix;
}

function nested(values: Float64Array, rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(values.subarray(row * columns, (row + 1) * columns)),
  );
}
