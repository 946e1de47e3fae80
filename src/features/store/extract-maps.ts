/**
 * @file Whole feature maps of images in a feature store, for methods whose networks see more of an image than one patch: each image is one row of halves,
 * its layers' maps one after another. They are computed once, as patch features are, and an interrupted extraction goes on where it was.
 */
import { joined } from '../../core/arrays.ts';
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { sha256 } from '../../core/sha256.ts';
import { wholeWork } from '../../core/share.ts';
import type { Storage } from '../../core/storage.ts';
import type { Sample } from '../../data/dataset.ts';
import {
  cast,
  concat,
  Graph,
  matmul,
  meanOf,
  reshape,
  resizeLinear,
  slice,
  sub,
  type Tensor,
  transpose,
} from '../../graph/index.ts';
import type { Grid } from '../../image/geometry.ts';
import type { RgbImage } from '../../image/rgb.ts';
import { type SampleBits, wholeRange } from '../../image/samples.ts';
import type { Engine, Session } from '../../runtime/engine.ts';
import type { Backbone } from '../backbones/loaded-backbone.ts';
import { chosenLayers, type FeaturePlan, mapsOfPixels } from '../patches/extractor.ts';
import { resizeToInput } from '../patches/preprocess.ts';
import { type MadeStore, madeOnce } from './made-once.ts';
import type { Produce, Produced } from './producer.ts';
import { isStored, partsOf, planShards, type ShardPart } from './shard-plan.ts';
import { FeatureStore, storePlace } from './store.ts';

/** Maps of one layer. */
export interface MapLevel {
  readonly channels: number;
  readonly rows: number;
  readonly columns: number;
}

/** Some layers of a plan that become one level. */
export interface MapGroup {
  /** Their places among the plan's layers, at least one. */
  readonly layers: readonly number[];
  /** Averaged, of as many channels each, or channels one after another. */
  readonly as: 'mean' | 'joined';
  /** What is kept of the places: all, the first, of layers that say the same at each, or their mean. @default all */
  readonly onePlace?: boolean | 'mean';
}

/** What is taken off the values of a photograph: the smaller they are, the more digits has a half of them. */
export const middleGrey = 128;

/** Which maps a method takes of a photograph. */
export interface MapPlan {
  readonly features: FeaturePlan;
  /** Layers are brought to this grid and joined to one level, or to one of each of `groups`; absent: each is a level as it is. */
  readonly joined?: Grid | undefined;
  /** @default one of all layers, joined */
  readonly groups?: readonly MapGroup[] | undefined;
  /** Whether the photograph itself is a level, the last one: as it is resized, 0 to 255, less `middleGrey`. @default false */
  readonly photograph?: boolean | undefined;
}

/** The groups of a plan that has a grid. */
function groupsOf({ features, groups }: MapPlan): readonly MapGroup[] {
  return groups ?? [{ layers: [...features.grids.keys()], as: 'joined' }];
}

/** The levels of a plan, shallow to deep, and the photograph. */
export function levelsOf(backbone: Backbone, plan: MapPlan): MapLevel[] {
  const { width, height } = plan.features.geometry;
  const photograph = plan.photograph ? [{ channels: 3, rows: height, columns: width }] : [];
  return [...backboneLevels(backbone, plan), ...photograph];
}

function backboneLevels(backbone: Backbone, plan: MapPlan): MapLevel[] {
  const { features, joined } = plan;
  const levels = chosenLayers(backbone, features).map(({ channels }, at) => ({
    channels,
    ...features.grids[at]!,
  }));
  if (!joined) return levels;
  return groupsOf(plan).map(({ layers, as, onePlace }) => {
    const widths = layers.map((at) => levels[at]!.channels);
    const channels = as === 'mean' ? widths[0]! : widths.reduce((sum, width) => sum + width, 0);
    return { channels, ...(onePlace ? { rows: 1, columns: 1 } : joined) };
  });
}

/**
 * Maps of photographs.
 * @param image - uint8 [N, H, W, 3], any height and width
 * @returns float32 [N, channels, rows, columns] of each level
 */
export function mapsOfImages(graph: Graph, image: Tensor, backbone: Backbone, plan: MapPlan): Tensor[] {
  const pixels = resizeToInput(image, plan.features.geometry);
  const maps = mapsOfPixels(graph, pixels, backbone, plan.features);
  const levels = plan.joined ? groupedMaps(maps, plan.joined, groupsOf(plan)) : maps;
  return plan.photograph ? [...levels, sub(transpose(pixels, [0, 3, 1, 2]), middleGrey)] : levels;
}

/** Maps [N, C, h, w] of several sizes on one grid, bilinear with half-pixel centres, as one level of each group. */
export function groupedMaps(maps: readonly Tensor[], grid: Grid, groups: readonly MapGroup[]): Tensor[] {
  return groups.map(({ layers, as, onePlace }) => {
    const members = layers.map((at) => maps[at]!);
    const brought = members.map((map) => {
      if (onePlace === 'mean') return reshape(meanOfPlaces(map), [-1, map.shape[1] as number, 1, 1], 'N');
      return onePlace ? firstPlace(map) : onGrid(map, grid);
    });
    return as === 'mean' ? meanOf(brought) : concat(brought, 1);
  });
}

/** [N, C, h, w] to [N, C, 1, 1] */
const firstPlace = (map: Tensor) => slice(slice(map, 2, 0, 1), 3, 0, 1);

/**
 * Means over the places. By a product: the engine's own mean goes another way for one image than for several, and would give another last digit.
 * @param map - [N, channels, rows, columns]
 * @returns [N, channels]
 */
export function meanOfPlaces(map: Tensor): Tensor {
  const [, channels, rows, columns] = map.shape as [unknown, number, number, number];
  const places = rows * columns;
  const share = map.graph.constant('share', new Float32Array(places).fill(1 / places), [places, 1]);
  return reshape(matmul(reshape(map, [-1, channels, places], 'N'), share), [-1, channels], 'N');
}

function onGrid(map: Tensor, { rows, columns }: Grid): Tensor {
  const [, , height, width] = map.shape;
  return height === rows && width === columns ? map : resizeLinear(map, [2, 3], [rows, columns]);
}

const sizeOf = ({ channels, rows, columns }: MapLevel) => channels * rows * columns;

/** Values of an image. */
export function valuesOf(levels: readonly MapLevel[]): number {
  return levels.reduce((sum, level) => sum + sizeOf(level), 0);
}

/** A stored image's maps, or a batch's. @param stored - [N, values], of any floating type @returns float32 [N, channels, rows, columns] of each level */
export function mapsOfStored(stored: Tensor, levels: readonly MapLevel[]): Tensor[] {
  let start = 0;
  return levels.map((level) => {
    const { channels, rows, columns } = level;
    const part = slice(stored, 1, start, start + sizeOf(level));
    start += sizeOf(level);
    return cast(reshape(part, [-1, channels, rows, columns], 'N'), 'float32');
  });
}

export interface MapOptions extends MapPlan {
  readonly engine: Engine;
  readonly backbone: Backbone;
  readonly samples: readonly Sample[];
  readonly produce: Produce;
  /** How 16-bit files are read. */
  readonly bits: SampleBits;
  /** Absolute root of the data set. */
  readonly root: string;
  readonly classes: readonly string[];
  /** Fingerprint of the images' contents. */
  readonly fingerprint: string;
  readonly seed: number;
  /** Holds stores; this one gets a place of its own in it. */
  readonly cache: Storage;
  readonly onProgress?: ProgressListener | undefined;
  readonly note?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The version of what extraction computes; raised when the same options give other numbers. */
const recipe = 1;
/** Most bytes of a shard, so that little is lost where the extraction is stopped. */
const shardBytes = 96e6;

/**
 * The maps of all samples, of which the cache has some or all.
 * @throws INTERRUPTED when the signal is aborted
 */
export async function extractMaps(options: MapOptions): Promise<MadeStore> {
  const {
    backbone,
    features,
    joined,
    groups,
    photograph,
    classes,
    cache,
    samples,
    root,
    seed,
    engine,
    fingerprint,
    bits,
  } = options;
  const { mean, std } = backbone.card;
  const basis = {
    backbone: [backbone.sha256, mean, std],
    features,
    fingerprint,
    seed,
    bits,
    joined,
    groups,
    photograph,
  };
  const key = await sha256(JSON.stringify({ recipe, ...basis, device: engine.device, shardBytes }));
  const width = valuesOf(levelsOf(backbone, options));
  const header = { key, width, grid: { rows: 1, columns: 1 }, classes };
  const store = new FeatureStore(storePlace(cache, 'maps', key), header);
  const perShard = Math.max(1, Math.floor(shardBytes / (2 * width)));
  const shards = planShards({ samples, root, classes, seed, firstId: 0, perShard });
  return madeOnce(store, options, async () => {
    const missing: ShardPart[] = [];
    for (const part of partsOf(shards, wholeWork)) if (!(await isStored(store, part))) missing.push(part);
    await extractParts(store, missing, samples.length, options);
    return store.finish(shards.length);
  });
}

async function extractParts(
  store: FeatureStore,
  missing: readonly ShardPart[],
  total: number,
  options: MapOptions,
): Promise<void> {
  const { engine, backbone, features, produce, bits, seed, onProgress, signal } = options;
  const jobs = missing.flatMap(({ images }) =>
    images.map(({ sample, path }) => ({ path: sample.path, className: sample.className, key: path })),
  );
  if (jobs.length === 0) return;
  const setup = {
    geometry: features.geometry,
    ...(bits !== wholeRange && { bits }),
    seed,
    // Nothing is made of the photographs.
    perImage: 0,
    synthesis: {},
    textures: null,
    foregroundClasses: [],
  };
  const produced = produce(setup, jobs);
  let done = total - jobs.length;
  const session = await engine.load(mapsGraph(backbone, options).toBytes());
  try {
    for (const { name, images } of missing) {
      const maps: Uint16Array[] = [];
      for (const _ of images) {
        const { value } = (await produced.next()) as IteratorYieldResult<Produced>;
        if (signal?.aborted)
          throw new CladError('INTERRUPTED', { where: `feature maps, image ${done} of ${total}` });
        maps.push(await mapsOf(session, value.image));
        onProgress?.({ task: 'feature maps', done: ++done, total, unit: 'images' });
      }
      await store.writePart(name, {
        key: store.header.key,
        images: images.map(({ id, path, classIndex }) => ({ id, path, classIndex })),
        local: { image: [], position: [], coverage: [] },
        features: joined(Uint16Array, maps),
      });
    }
  } finally {
    await produced.return(undefined);
    await session.release();
  }
}

/** Photograph, `image` as `mapsOfImages` takes it, to `maps`, its row of halves. */
export function mapsGraph(backbone: Backbone, plan: MapPlan): Graph {
  const graph = new Graph();
  const image = graph.input('image', 'uint8', ['N', 'H', 'W', 3]);
  const maps = mapsOfImages(graph, image, backbone, plan);
  const levels = levelsOf(backbone, plan);
  const rows = maps.map((map, at) => reshape(map, ['N', sizeOf(levels[at]!)]));
  graph.output('maps', cast(concat(rows, 1), 'float16'));
  return graph;
}

async function mapsOf(session: Session, { width, height, data }: RgbImage): Promise<Uint16Array> {
  const { maps } = await session.run({ image: { dtype: 'uint8', shape: [1, height, width, 3], data } });
  if (maps?.data instanceof Uint16Array) return maps.data;
  throw new CladError('INTERNAL', { reason: `Feature maps came as ${maps?.dtype}.` });
}
