/** @file The subspaces of all classes, each of the images of its class alone. */
import { Random } from '../../core/random.ts';
import { allComponents, leadingComponents } from '../../features/memory-bank/principal-components.ts';
import type { FitSource } from '../../features/store/sample-rows.ts';
import { imageReader } from '../../features/store/stored-image.ts';
import type { Engine } from '../../runtime/engine.ts';
import { type ClassCentres, centresOf, type ImageMean } from '../shared/class-centres.ts';
import { imagesOfClasses } from '../shared/images-of-classes.ts';
import { classMoments, rowProducts } from './class-moments.ts';
import type { SubspaceOptions } from './subspace-options.ts';

/** What of one class is normal. */
export interface Subspace {
  /** [width] */
  readonly mean: Float32Array;
  /** Orthonormal columns, [width, components] row-major. */
  readonly matrix: Float32Array;
  readonly components: number;
  /** Share of the variance that they hold, 0..1. */
  readonly explained: number;
}

/** What is fitted. */
export interface FittedSubspaces {
  /** Of each class. */
  readonly subspaces: readonly Subspace[];
  readonly centres: ClassCentres;
}

/** What they are fitted by. */
export type SubspaceFit = Pick<SubspaceOptions, 'seed' | 'subspace'>;

/**
 * Reads each image once, class by class.
 * @param source - of the images to learn from
 * @throws OPTION_INVALID for a class without any
 */
export async function fitSubspaces(
  engine: Engine,
  source: FitSource,
  { seed, subspace }: SubspaceFit,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<FittedSubspaces> {
  const { width, classes } = source.index;
  const read = imageReader(source.store, source.index);
  const products = await rowProducts(engine, width);
  const total = source.images.size;
  const subspaces: Subspace[] = [];
  const seen: ImageMean[] = [];
  let done = 0;
  try {
    for (const [classIndex, ids] of (await imagesOfClasses(source, 1)).entries()) {
      const rows = async function* () {
        for (const id of ids) {
          yield await read(id);
          onProgress(++done, total);
        }
      };
      const moments = await classMoments(products, rows(), width);
      for (const mean of moments.means) seen.push({ classIndex, mean });
      const random = new Random(seed, 'components', classes[classIndex]!);
      subspaces.push(await subspaceOf(engine, moments, subspace, random));
    }
  } finally {
    await products.release();
  }
  return { subspaces, centres: centresOf(seen, classes.length) };
}

/** Above this share of the features' width, all components are found at once. */
const nearlyAll = 0.5;

/** The components that hold a share of the variance, as many as may be. */
export async function subspaceOf(
  engine: Engine,
  { mean, covariance }: { readonly mean: Float32Array; readonly covariance: Float64Array },
  { explained, components: most }: SubspaceOptions['subspace'],
  random: Random,
): Promise<Subspace> {
  const width = mean.length;
  let total = 0;
  for (let axis = 0; axis < width; axis++) total += covariance[axis * width + axis]!;
  const asked = Math.min(most ?? width, width);
  const { matrix, variances } =
    asked <= nearlyAll * width
      ? await leadingComponents(engine, covariance, { width, components: asked, random })
      : allComponents(covariance, width);
  let [count, kept] = [0, 0];
  while (count < asked && kept < explained * total) kept += Math.max(0, variances[count++]!);
  // Of images that are all the same, one component of nothing.
  count = Math.max(1, count);
  return {
    mean,
    matrix: columnsOf(matrix, width, variances.length, count),
    components: count,
    explained: total > 0 ? kept / total : 1,
  };
}

/** The first columns of a matrix [rows, columns]. */
function columnsOf(matrix: Float32Array, rows: number, columns: number, count: number): Float32Array {
  if (count === columns) return matrix;
  const narrow = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++)
    narrow.set(matrix.subarray(row * columns, row * columns + count), row * count);
  return narrow;
}
