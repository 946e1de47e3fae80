/**
 * @file The memory of RAD: of each good image every patch, layer by layer, each of length 1, and one descriptor, by which images are retrieved.
 *
 * The descriptor is the class token, which the layer `class` has at every place; of a backbone without one, the mean of the deepest layer over its places.
 */
import { halvesToFloats } from '../../core/half.ts';
import { Random } from '../../core/random.ts';
import { covarianceOf, leadingComponents } from '../../features/memory-bank/principal-components.ts';
import { drawNormal, type FitSource } from '../../features/store/sample-rows.ts';
import { imageReader } from '../../features/store/stored-image.ts';
import { cast, div, Graph, matmul, reshape, slice, type Tensor } from '../../graph/index.ts';
import { type Grid, patchCount } from '../../image/geometry.ts';
import { unit } from '../../nn/row-length.ts';
import { type Engine, floats, type Session } from '../../runtime/engine.ts';
import { imagesOfClasses } from '../shared/images-of-classes.ts';
import { sumOfPatches } from '../shared/patch-model.ts';

/** Where a layer's values are in a patch feature. */
export interface LayerPlace {
  readonly start: number;
  readonly width: number;
}

/** How patch features are cut up. */
export interface RadLayout {
  readonly layers: readonly LayerPlace[];
  readonly descriptor: LayerPlace;
}

/** What is kept of a layer. */
export interface LayerMemory extends LayerPlace {
  /** Values kept. */
  readonly kept: number;
  /** Components that rows of length 1 are projected on, [width, kept]; absent where all values are kept. */
  readonly projection?: Float32Array | undefined;
  /** Halves [patches * images, kept]: all images of the first place, then of the second one. */
  readonly patches: Uint16Array;
}

export interface RadMemory {
  readonly grid: Grid;
  readonly layers: readonly LayerMemory[];
  readonly descriptor: LayerPlace;
  /** Descriptors of length 1, [images, width]. */
  readonly descriptors: Float32Array;
  /** Class of each image, never falling. */
  readonly imageClasses: readonly number[];
  /** Number of each image among the training images. */
  readonly images: readonly number[];
  readonly classes: number;
  /** Mean distance of a descriptor to the nearest other one of its class. */
  readonly spread: number;
}

/**
 * Cuts patch features up.
 * @param layers - the backbone's layers that they are made of, in their order, as many channels each
 * @param token - name of the layer that has the class token
 */
export function radLayout(
  layers: readonly { readonly name: string; readonly channels: number }[],
  token: string,
): RadLayout {
  let start = 0;
  const places = layers.map(({ name, channels: width }) => {
    const place = { name, start, width };
    start += width;
    return place;
  });
  const compared = places.filter(({ name }) => name !== token);
  const used = compared.length > 0 ? compared : places;
  return {
    layers: used.map(({ start: at, width }) => ({ start: at, width })),
    descriptor: places.find(({ name }) => name === token) ?? used.at(-1)!,
  };
}

/** A layer's part of patch features, each row of length 1, in the values that are kept. @returns [rows, kept] */
export function layerRows(
  features: Tensor,
  { start, width, kept, projection }: Omit<LayerMemory, 'patches'>,
): Tensor {
  const rows = unit(slice(features, 1, start, start + width));
  if (!projection) return rows;
  return matmul(rows, rows.graph.constant('rad_components', projection, [width, kept]));
}

/** Descriptors of images, each of length 1. @returns [N, width] */
export function descriptorRows(features: Tensor, patches: number, { start, width }: LayerPlace): Tensor {
  const own = slice(features, 1, start, start + width);
  return unit(div(sumOfPatches(own, patches, width), patches));
}

/** Patches of one layer that components are found from. */
const statisticsRows = 32_768;

/**
 * Fits the memory: reads each image once, and some patches before that where components are asked for.
 * @param source - of all good images
 * @param components - values kept of a patch and layer; null: all
 * @throws OPTION_INVALID for a class of one image, which would be judged by itself while thresholds are set
 */
export async function fitMemory(
  engine: Engine,
  source: FitSource,
  layout: RadLayout,
  { seed, components }: { readonly seed: number; readonly components: number | null },
  onProgress: (done: number, total: number) => void = () => {},
): Promise<RadMemory> {
  const { index } = source;
  const { width, grid, classes } = index;
  const members = (await imagesOfClasses(source, 2)).flatMap((ids, classIndex) =>
    ids.map((id) => ({ id, classIndex })),
  );
  const patches = patchCount(grid);
  const projections =
    components === null ? [] : await projectionsOf(engine, source, layout, components, seed);
  const layers = layout.layers.map((place, at): LayerMemory => {
    const projection = projections[at];
    const kept = projection ? projection.length / place.width : place.width;
    return { ...place, kept, projection, patches: new Uint16Array(patches * members.length * kept) };
  });
  const descriptors = new Float32Array(members.length * layout.descriptor.width);
  const session = await rowsSession(engine, layers, layout.descriptor, patches, width);
  const read = imageReader(source.store, index);
  try {
    for (const [image, { id }] of members.entries()) {
      const found = await session.run({
        features: { dtype: 'float16', shape: [patches, width], data: await read(id) },
      });
      descriptors.set(floats(found.descriptor), image * layout.descriptor.width);
      for (const [at, { kept, patches: memory }] of layers.entries()) {
        const rows = found[`layer${at}`]!.data as Uint16Array;
        for (let place = 0; place < patches; place++)
          memory.set(
            rows.subarray(place * kept, (place + 1) * kept),
            (place * members.length + image) * kept,
          );
      }
      onProgress(image + 1, members.length);
    }
  } finally {
    await session.release();
  }
  const imageClasses = members.map(({ classIndex }) => classIndex);
  return {
    grid,
    layers,
    descriptor: layout.descriptor,
    descriptors,
    imageClasses,
    images: members.map(({ id }) => id),
    classes: classes.length,
    spread: spreadOf(descriptors, imageClasses, layout.descriptor.width),
  };
}

/**
 * Of each layer the components that keep products of rows of length 1 best: eigenvectors of the mean of their products, not of their differences to a mean.
 * A row that lies beyond them grows shorter, so that it is less like any that is kept.
 */
async function projectionsOf(
  engine: Engine,
  source: FitSource,
  { layers }: RadLayout,
  components: number,
  seed: number,
): Promise<(Float32Array | undefined)[]> {
  const { width } = source.index;
  const { features } = await drawNormal(source, statisticsRows, new Random(seed, 'statistics'));
  const projections: (Float32Array | undefined)[] = [];
  for (const [at, place] of layers.entries()) {
    if (components >= place.width) {
      projections.push(undefined);
      continue;
    }
    const rows = unitRows(features, width, place);
    const { covariance } = await covarianceOf(engine, rows, place.width, 'zero');
    const random = new Random(seed, 'components', at);
    const { matrix } = await leadingComponents(engine, covariance, {
      width: place.width,
      components,
      random,
    });
    projections.push(matrix);
  }
  return projections;
}

/** A layer's part of rows in half precision, each of length 1. */
function unitRows(halves: Uint16Array, width: number, { start, width: own }: LayerPlace): Float32Array {
  const count = halves.length / width;
  const rows = new Float32Array(count * own);
  for (let row = 0; row < count; row++) {
    const part = rows.subarray(row * own, (row + 1) * own);
    halvesToFloats(halves.subarray(row * width + start, row * width + start + own), part);
    let square = 0;
    for (let axis = 0; axis < own; axis++) square += part[axis]! * part[axis]!;
    const length = Math.max(Math.sqrt(square), 1e-12);
    for (let axis = 0; axis < own; axis++) part[axis]! /= length;
  }
  return rows;
}

/** What is kept of one image: `layer0`, ... in halves [patches, kept], and `descriptor` [1, width]. */
export async function rowsSession(
  engine: Engine,
  layers: readonly Omit<LayerMemory, 'patches'>[],
  descriptor: LayerPlace,
  patches: number,
  width: number,
): Promise<Session> {
  const graph = new Graph();
  const stored = graph.input('features', 'float16', [patches, width]);
  const features = cast(stored, 'float32');
  for (const [at, layer] of layers.entries())
    graph.output(`layer${at}`, cast(layerRows(features, layer), 'float16'));
  graph.output('descriptor', reshape(descriptorRows(features, patches, descriptor), [1, descriptor.width]));
  return engine.load(graph.toBytes());
}

/** @param rows - of length 1 */
function spreadOf(rows: Float32Array, classes: readonly number[], width: number): number {
  const nearest = classes.map((own, image) => {
    let most = -1;
    for (const [other, classIndex] of classes.entries()) {
      if (other === image || classIndex !== own) continue;
      let product = 0;
      for (let axis = 0; axis < width; axis++)
        product += rows[image * width + axis]! * rows[other * width + axis]!;
      most = Math.max(most, product);
    }
    return 1 - most;
  });
  return Math.max(1e-6, nearest.reduce((sum, each) => sum + each, 0) / nearest.length);
}
