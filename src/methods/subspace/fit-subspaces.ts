/** @file The subspaces of all classes: of all their good images, and without each fold of them. */
import { Random } from '../../core/random.ts';
import {
  allComponents,
  type Components,
  leadingComponents,
} from '../../features/memory-bank/principal-components.ts';
import type { FitSource } from '../../features/store/sample-rows.ts';
import { imageReader } from '../../features/store/stored-image.ts';
import type { Engine } from '../../runtime/engine.ts';
import { type ClassCentres, centresOf, type ImageMean } from '../shared/class-centres.ts';
import { imagesOfClasses } from '../shared/images-of-classes.ts';
import { classMoments, momentsWithout, rowProducts } from './class-moments.ts';
import type { SubspaceOptions } from './subspace-options.ts';

/** What of one class, or of a part of its images, is normal. */
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
  readonly whole: readonly Subspace[];
  /** For each fold, of each class without the images of that fold. */
  readonly folds: readonly (readonly Subspace[])[];
  /** Fold of each training image, by its number. */
  readonly foldOf: readonly number[];
  readonly centres: ClassCentres;
}

/** What they are fitted by. */
export type SubspaceFit = Pick<SubspaceOptions, 'seed' | 'subspace'>;

type Progress = (done: number, total: number) => void;

/**
 * Reads each image once, class by class.
 * @param source - of all good images
 * @throws OPTION_INVALID for a class of one image, of which nothing says what a good image scores
 */
export async function fitSubspaces(
  engine: Engine,
  source: FitSource,
  { seed, subspace }: SubspaceFit,
  onProgress: Progress = () => {},
): Promise<FittedSubspaces> {
  const { width, classes } = source.index;
  const imagesOf = await imagesOfClasses(source);
  const folds = Math.min(subspace.folds, ...imagesOf.map(({ length }) => length));
  const foldOf: number[] = [];
  const seen: ImageMean[] = [];
  const whole: Subspace[] = [];
  const without: Subspace[][] = Array.from({ length: folds }, () => []);
  const read = imageReader(source.store, source.index);
  const products = await rowProducts(engine, width);
  const total = source.images.size;
  let done = 0;
  try {
    for (const [classIndex, ids] of imagesOf.entries()) {
      const name = classes[classIndex]!;
      for (const [at, id] of new Random(seed, 'folds', name).sample(ids, ids.length).entries())
        foldOf[id] = at % folds;
      const rows = async function* () {
        for (const id of ids) {
          yield { fold: foldOf[id]!, features: await read(id) };
          onProgress(++done, total);
        }
      };
      const moments = await classMoments(products, rows(), width, folds);
      for (const mean of moments.means) seen.push({ classIndex, mean });
      const random = () => new Random(seed, 'components', name);
      const all = momentsWithout(moments);
      const { own, components } = await subspaceOf(engine, all, subspace, random());
      whole.push(own);
      for (let fold = 0; fold < folds; fold++) {
        const rest = momentsWithout(moments, fold);
        // As many as of all images, so that scores are alike.
        const start = { wanted: own.components, components };
        without[fold]!.push((await subspaceOf(engine, rest, subspace, random(), start)).own);
      }
    }
  } finally {
    await products.release();
  }
  return { whole, folds: without, foldOf, centres: centresOf(seen, classes.length) };
}

/** Above this share of the features' width, all components are found at once. */
const nearlyAll = 0.5;

/**
 * The components that hold a share of the variance.
 * @param start - those of nearly the same images, and how many are wanted; absent: as many as `explained` asks for
 */
export async function subspaceOf(
  engine: Engine,
  { mean, covariance }: { readonly mean: Float32Array; readonly covariance: Float64Array },
  { explained, components: most }: Pick<SubspaceOptions['subspace'], 'explained' | 'components'>,
  random: Random,
  start?: { readonly wanted: number; readonly components: Components },
): Promise<{ readonly own: Subspace; readonly components: Components }> {
  const width = mean.length;
  let total = 0;
  for (let axis = 0; axis < width; axis++) total += covariance[axis * width + axis]!;
  const asked = start?.wanted ?? Math.min(most ?? width, width);
  const components =
    start || asked <= nearlyAll * width
      ? await leadingComponents(engine, covariance, {
          width,
          components: asked,
          random,
          start: start?.components,
        })
      : allComponents(covariance, width);
  const { matrix, variances } = components;
  let [count, kept] = [0, 0];
  while (count < asked && (start || kept < explained * total)) kept += Math.max(0, variances[count++]!);
  // Of images that are all the same, one component of nothing.
  count = Math.max(1, count);
  const narrow = columnsOf(matrix, width, variances.length, count);
  return {
    own: { mean, matrix: narrow, components: count, explained: total > 0 ? kept / total : 1 },
    components: { matrix: narrow, variances: variances.slice(0, count) },
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
