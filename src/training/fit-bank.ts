/**
 * @file Fitting the residual input: principal components, memory bank (a greedy coreset), whitening, and how long noise has to be.
 * All statistics are of training images, with the patch's own image left out of the bank.
 */

import { halvesToFloats } from '../core/half.ts';
import type { ProgressListener } from '../core/progress.ts';
import { Random } from '../core/random.ts';
import { coreset } from '../features/coreset.ts';
import { principalComponents } from '../features/principal-components.ts';
import type { FeatureStore, StoreIndex } from '../features/store.ts';
import { cast, Graph } from '../graph/index.ts';
import { projectFeatures } from '../model/memory-bank.ts';
import { type FittedInput, networkInput } from '../model/network-input.ts';
import { type Engine, floats, int64 } from '../runtime/engine.ts';
import type { TrainingOptions } from './options.ts';

/** Rows that principal components and whitening are measured on. */
const statisticsRows = 32_768;

export interface FitSource {
  readonly store: FeatureStore;
  readonly index: StoreIndex;
  /** Ids of the images to fit on. */
  readonly images: ReadonlySet<number>;
}

/** Rows drawn from a store. */
interface Sample {
  /** [count, width] */
  readonly features: Uint16Array;
  readonly classes: Uint16Array;
  readonly images: Uint32Array;
}

/** Standard deviations of the features' dimensions: what the paper's input scales its noise by. */
export async function fitFeatureInput(source: FitSource, training: TrainingOptions): Promise<FittedInput> {
  const { width } = source.index;
  const { features } = await drawNormal(source, statisticsRows, new Random(training.seed, 'statistics'));
  const rows = halvesToFloats(features);
  const { deviation } = moments(rows, width);
  return {
    kind: 'feature',
    width,
    noiseDeviation: deviation.map((each) => each * training.globalAnomalies.noise),
  };
}

/** Fits the residual input. */
export async function fitResidualInput(
  engine: Engine,
  source: FitSource,
  training: TrainingOptions,
  onProgress?: ProgressListener,
): Promise<FittedInput> {
  const { seed, input } = training;
  const { width } = source.index;
  const candidates = await drawNormal(source, input.candidates, new Random(seed, 'candidates'));
  const local = await drawLocal(source, statisticsRows / 4, new Random(seed, 'local statistics'));
  const sampled = Math.min(statisticsRows, candidates.images.length);
  const forComponents = new Float32Array(sampled * width + local.length);
  halvesToFloats(
    candidates.features.subarray(0, sampled * width),
    forComponents.subarray(0, sampled * width),
  );
  halvesToFloats(local, forComponents.subarray(sampled * width));
  const components = Math.min(input.components, width, forComponents.length / width - 1);
  const projection = await principalComponents(
    engine,
    forComponents,
    width,
    components,
    new Random(seed, 'components'),
  );
  const reduction = {
    mean: { shape: [width], data: projection.mean },
    projection: { shape: [width, components], data: projection.matrix },
  };
  const projected = await project(engine, candidates.features, width, reduction);
  const chosen = await coreset(engine, projected, components, new Random(seed, 'coreset'), {
    size: input.members,
    ...(onProgress && { onProgress }),
  });
  const members = new Float32Array(chosen.length * components);
  const norms = new Float32Array(chosen.length);
  chosen.forEach((row, member) => {
    const values = projected.subarray(row * components, (row + 1) * components);
    members.set(values, member * components);
    norms[member] = values.reduce((total, each) => total + each * each, 0);
  });
  const neighbours = Math.min(input.neighbours, chosen.length);
  const unwhitened: FittedInput & { kind: 'residual' } = {
    kind: 'residual',
    width: components,
    neighbours,
    arrays: {
      ...reduction,
      members: { shape: [chosen.length, components], data: members },
      norms: { shape: [chosen.length], data: norms },
      whitening: { shape: [components], data: new Float32Array(components).fill(1) },
    },
    memberClasses: Array.from(chosen, (row) => candidates.classes[row] as number),
    memberImages: Array.from(chosen, (row) => candidates.images[row] as number),
    noiseDeviation: new Float32Array(components),
  };
  const count = Math.min(sampled, candidates.images.length);
  const session = await inputSession(engine, width, unwhitened);
  try {
    const { rows, distance } = await session.run(
      candidates.features.subarray(0, count * width),
      candidates.images.subarray(0, count),
    );
    const { variance } = moments(halvesToFloats(rows), components);
    const meanVariance = variance.reduce((total, each) => total + each, 0) / components;
    const whitening = variance.map((each) => 1 / Math.sqrt(each + input.whiteningFloor * meanVariance));
    const meanDistance = distance.reduce((total, each) => total + each, 0) / distance.length;
    // Isotropic before whitening, with an expected length of about `noise` mean distances.
    const deviation = (training.globalAnomalies.noise * meanDistance) / Math.sqrt(components);
    return {
      ...unwhitened,
      arrays: { ...unwhitened.arrays, whitening: { shape: [components], data: whitening } },
      noiseDeviation: whitening.map((each) => each * deviation),
    };
  } finally {
    await session.release();
  }
}

/** Turns rows of patch features into the networks' input, blocks at a time. */
export async function inputSession(engine: Engine, width: number, fitted: FittedInput) {
  const graph = new Graph();
  const features = graph.input('features', 'float16', ['rows', width]);
  const images = graph.input('images', 'int64', ['rows']);
  const { rows, match } = networkInput(graph, cast(features, 'float32'), fitted, images);
  graph.output('rows', cast(rows, 'float16'));
  if (match) graph.output('distance', match.distance);
  const session = await engine.load(graph.toBytes());
  return {
    /**
     * @param halves - [count, width]
     * @param imageIds - image of each row
     * @returns halves [count, fitted.width], and distances to the nearest member [count] (residual)
     */
    async run(halves: Uint16Array, imageIds: ArrayLike<number>) {
      const count = halves.length / width;
      const result = new Uint16Array(count * fitted.width);
      const distances = new Float32Array(match ? count : 0);
      for (let start = 0; start < count; start += blockRows) {
        const end = Math.min(count, start + blockRows);
        const outputs = await session.run({
          features: {
            dtype: 'float16',
            shape: [end - start, width],
            data: halves.subarray(start * width, end * width),
          },
          images: int64(Array.prototype.slice.call(imageIds, start, end), [end - start]),
        });
        result.set(outputs.rows?.data as Uint16Array, start * fitted.width);
        if (match) distances.set(floats(outputs.distance), start);
      }
      return { rows: result, distance: distances };
    },
    release: () => session.release(),
  };
}

/** A block's similarities to 16 384 members take 64 MB. */
const blockRows = 1024;

async function project(
  engine: Engine,
  halves: Uint16Array,
  width: number,
  reduction: Pick<(FittedInput & { kind: 'residual' })['arrays'], 'mean' | 'projection'>,
): Promise<Float32Array> {
  const graph = new Graph();
  const features = graph.input('features', 'float16', ['rows', width]);
  const projected = projectFeatures(cast(features, 'float32'), {
    mean: graph.constant('mean', reduction.mean.data, reduction.mean.shape),
    projection: graph.constant('projection', reduction.projection.data, reduction.projection.shape),
  });
  graph.output('projected', projected);
  const session = await engine.load(graph.toBytes());
  const components = reduction.projection.shape[1] as number;
  const count = halves.length / width;
  const result = new Float32Array(count * components);
  try {
    for (let start = 0; start < count; start += blockRows) {
      const end = Math.min(count, start + blockRows);
      const block = halves.subarray(start * width, end * width);
      const outputs = await session.run({
        features: { dtype: 'float16', shape: [end - start, width], data: block },
      });
      result.set(floats(outputs.projected), start * components);
    }
  } finally {
    await session.release();
  }
  return result;
}

/** Normal patches, as many of each class as there are for it up to an equal share, in random order. */
async function drawNormal(
  { store, index, images }: FitSource,
  count: number,
  random: Random,
): Promise<Sample> {
  const perImage = index.gridSide ** 2;
  const byClass = index.classes.map((): { shard: number; image: number }[] => []);
  const indices = [];
  for (let shard = 0; shard < index.shards.length; shard++) {
    const shardIndex = await store.readShardIndex(shard);
    indices.push(shardIndex);
    for (const [image, { id, classIndex }] of shardIndex.images.entries())
      if (images.has(id)) byClass[classIndex]?.push({ shard, image });
  }
  const present = byClass.filter((each) => each.length > 0).length;
  const wanted = index.shards.map((): number[] => []);
  for (const places of byClass) {
    const share = Math.min(Math.ceil(count / present), places.length * perImage);
    const taken = random.permutation(places.length * perImage).subarray(0, share);
    for (const row of taken) {
      const { shard, image } = places[Math.floor(row / perImage)] as { shard: number; image: number };
      wanted[shard]?.push(image * perImage + (row % perImage));
    }
  }
  const total = wanted.reduce((sum, rows) => sum + rows.length, 0);
  const order = random.permutation(total);
  const features = new Uint16Array(total * index.width);
  const classes = new Uint16Array(total);
  const ids = new Uint32Array(total);
  let next = 0;
  for (const [shard, rows] of wanted.entries()) {
    if (rows.length === 0) continue;
    const { features: all, images: infos } = await store.readShard(shard);
    for (const row of rows) {
      const slot = order[next++] as number;
      const info = infos[Math.floor(row / perImage)];
      features.set(all.subarray(row * index.width, (row + 1) * index.width), slot * index.width);
      classes[slot] = info?.classIndex ?? 0;
      ids[slot] = info?.id ?? 0;
    }
  }
  return { features, classes, images: ids };
}

/** Local-anomaly patches of images to fit on, from as few shards as give enough. Halves [rows, width]. */
async function drawLocal({ store, index, images }: FitSource, count: number, random: Random) {
  const { width } = index;
  const rows: Uint16Array[] = [];
  for (const shard of random.permutation(index.shards.length)) {
    if (rows.length >= count) break;
    const { features, images: infos, local } = await store.readShard(shard);
    const first = infos.length * index.gridSide ** 2;
    for (const [row, image] of local.image.entries()) {
      if (rows.length >= count || !images.has(infos[image]?.id ?? -1)) continue;
      rows.push(features.slice((first + row) * width, (first + row + 1) * width));
    }
  }
  const joined = new Uint16Array(rows.length * width);
  rows.forEach((row, at) => {
    joined.set(row, at * width);
  });
  return joined;
}

/** Mean, variance and standard deviation of each dimension, summed in double precision. */
function moments(rows: Float32Array, width: number) {
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  for (let at = 0; at < rows.length; at++) {
    const dimension = at % width;
    const each = rows[at] as number;
    sums[dimension] = (sums[dimension] as number) + each;
    squares[dimension] = (squares[dimension] as number) + each * each;
  }
  const count = rows.length / width;
  const variance = Float32Array.from(squares, (square, dimension) =>
    Math.max(0, square / count - ((sums[dimension] as number) / count) ** 2),
  );
  return { variance, deviation: variance.map(Math.sqrt) };
}
