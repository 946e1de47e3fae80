/**
 * @file Mean and covariance of a class's patch features. Sums are kept in double precision, about a place near the mean, as differences of large sums would
 * lose what the last components hold.
 */
import { CladError } from '../../core/errors.ts';
import { halvesToFloats } from '../../core/half.ts';
import { Graph, matmul } from '../../graph/index.ts';
import { type Engine, float32, floats } from '../../runtime/engine.ts';

/** Moments of a class. */
export interface ClassMoments {
  /** [width] */
  readonly mean: Float32Array;
  /** [width, width] */
  readonly covariance: Float64Array;
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
  const session = await engine.load(graph.toBytes());
  return {
    run: async (data) => {
      const { products } = await session.run({ rows: float32(data, [data.length / width, width]) });
      return floats(products);
    },
    release: () => session.release(),
  };
}

/**
 * Reads the images of a class once.
 * @param images - patch features of each image in half precision, [patches, width]
 */
export async function classMoments(
  products: RowProducts,
  images: AsyncIterable<Uint16Array>,
  width: number,
): Promise<ClassMoments> {
  const sums = new Float64Array(width);
  const squares = new Float64Array(width * width);
  const means: Float32Array[] = [];
  let origin: Float32Array | undefined;
  let count = 0;
  for await (const halves of images) {
    const rows = halvesToFloats(halves);
    const patches = rows.length / width;
    origin ??= meanOfRows(rows, width);
    const own = new Float64Array(width);
    for (let row = 0; row < rows.length; row += width)
      for (let axis = 0; axis < width; axis++) {
        const moved = rows[row + axis]! - origin[axis]!;
        rows[row + axis] = moved;
        own[axis]! += moved;
      }
    count += patches;
    for (let axis = 0; axis < width; axis++) sums[axis]! += own[axis]!;
    const found = await products.run(rows);
    for (let at = 0; at < found.length; at++) squares[at]! += found[at]!;
    means.push(Float32Array.from(own, (sum, axis) => sum / patches + origin![axis]!));
  }
  if (!origin) throw new CladError('INTERNAL', { reason: 'classMoments: a class without images.' });
  const moved = sums.map((sum) => sum / count);
  for (let row = 0; row < width; row++)
    for (let axis = 0; axis < width; axis++) {
      const at = row * width + axis;
      squares[at] = squares[at]! / count - moved[row]! * moved[axis]!;
    }
  const mean = Float32Array.from(moved, (each, axis) => each + origin![axis]!);
  return { mean, covariance: squares, means };
}

function meanOfRows(rows: Float32Array, width: number): Float32Array {
  const sums = new Float64Array(width);
  for (let at = 0; at < rows.length; at++) sums[at % width]! += rows[at]!;
  return Float32Array.from(sums, (sum) => (sum * width) / rows.length);
}
