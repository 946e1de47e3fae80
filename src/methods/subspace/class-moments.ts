/**
 * @file Mean and covariance of a class's patch features, with those of its images' folds, so that a subspace without a fold needs no second reading.
 *
 * Sums are kept in double precision, about a place near the mean, as differences of large sums would lose what the last components hold.
 */
import { CladError } from '../../core/errors.ts';
import { halvesToFloats } from '../../core/half.ts';
import { Graph, matmul } from '../../graph/index.ts';
import { type Engine, float32, floats, type Session } from '../../runtime/engine.ts';

/** Sums over patches, about `origin`. */
export interface Moments {
  count: number;
  /** [width] */
  readonly sums: Float64Array;
  /** Sums of products, [width, width]. */
  readonly products: Float64Array;
}

/** Moments of a class. */
export interface ClassMoments {
  /** What was taken from each feature before it was summed, [width]. */
  readonly origin: Float32Array;
  /** Of the images of each fold. */
  readonly folds: readonly Moments[];
  /** Mean feature of each image, in the order in which they were given. */
  readonly means: readonly Float32Array[];
}

/** Multiplies rows with themselves. */
export interface RowProducts {
  /** @param rows - [count, width]; @returns sums of products, [width, width] */
  run(rows: Float32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

export async function rowProducts(engine: Engine, width: number): Promise<RowProducts> {
  const graph = new Graph();
  const rows = graph.input('rows', 'float32', ['count', width]);
  graph.output('products', matmul(rows, rows, { transA: true }));
  const session: Session = await engine.load(graph.toBytes());
  return {
    run: async (data) => {
      const { products } = await session.run({ rows: float32(data, [data.length / width, width]) });
      return floats(products);
    },
    release: () => session.release(),
  };
}

/**
 * Sums up the images of a class.
 * @param images - patch features of each image in half precision, [patches, width], with the fold that it is in
 * @param folds - how many there are
 */
export async function classMoments(
  products: RowProducts,
  images: AsyncIterable<{ readonly fold: number; readonly features: Uint16Array }>,
  width: number,
  folds: number,
): Promise<ClassMoments> {
  const made = Array.from({ length: folds }, () => emptyMoments(width));
  const means: Float32Array[] = [];
  let origin: Float32Array | undefined;
  for await (const { fold, features } of images) {
    const rows = halvesToFloats(features);
    const count = rows.length / width;
    origin ??= meanOfRows(rows, width);
    const own = new Float64Array(width);
    for (let row = 0; row < rows.length; row += width)
      for (let axis = 0; axis < width; axis++) {
        const moved = rows[row + axis]! - origin[axis]!;
        rows[row + axis] = moved;
        own[axis]! += moved;
      }
    const moments = made[fold]!;
    moments.count += count;
    for (let axis = 0; axis < width; axis++) moments.sums[axis]! += own[axis]!;
    const sums = await products.run(rows);
    for (let at = 0; at < sums.length; at++) moments.products[at]! += sums[at]!;
    means.push(Float32Array.from(own, (sum, axis) => sum / count + origin![axis]!));
  }
  if (!origin) throw new CladError('INTERNAL', { reason: 'classMoments: a class without images.' });
  return { origin, folds: made, means };
}

function emptyMoments(width: number): Moments {
  return { count: 0, sums: new Float64Array(width), products: new Float64Array(width * width) };
}

function meanOfRows(rows: Float32Array, width: number): Float32Array {
  const sums = new Float64Array(width);
  for (let at = 0; at < rows.length; at++) sums[at % width]! += rows[at]!;
  return Float32Array.from(sums, (sum) => (sum * width) / rows.length);
}

/**
 * Mean and covariance over all folds, or all but one.
 * @returns the mean, [width], and the covariance, [width, width]
 */
export function momentsWithout({ origin, folds }: ClassMoments, left?: number) {
  const width = origin.length;
  const used = folds.filter((_, fold) => fold !== left);
  const count = used.reduce((sum, each) => sum + each.count, 0);
  const mean = new Float64Array(width);
  const covariance = new Float64Array(width * width);
  for (const { sums, products } of used) {
    for (let axis = 0; axis < width; axis++) mean[axis]! += sums[axis]! / count;
    for (let at = 0; at < products.length; at++) covariance[at]! += products[at]! / count;
  }
  for (let row = 0; row < width; row++)
    for (let axis = 0; axis < width; axis++) covariance[row * width + axis]! -= mean[row]! * mean[axis]!;
  return { mean: Float32Array.from(mean, (each, axis) => each + origin[axis]!), covariance };
}
