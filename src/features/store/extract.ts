/**
 * @file Fills a feature store with the patch features of images and of the synthetic anomalies made of them. Shards that are already
 * there are kept, so an interrupted extraction goes on where it was.
 */

import { relative, sep } from 'node:path';
import { joined } from '../../core/arrays.ts';
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import { sha256 } from '../../core/sha256.ts';
import type { Storage } from '../../core/storage.ts';
import type { Sample } from '../../data/dataset.ts';
import { type Geometry, type Grid, patchCount } from '../../image/geometry.ts';
import type { Engine } from '../../runtime/engine.ts';
import type { Backbone } from '../backbones/loaded-backbone.ts';
import { Extractor, type FeaturePlan, featureWidthOf, patchGrid } from '../patches/extractor.ts';
import { type MadeStore, madeOnce } from './made-once.ts';
import type { Produced, ProducerJob, ProducerSetup } from './producer.ts';
import { produceAll } from './producer-pool.ts';
import { FeatureStore, type Shard, type ShardImage, type StoreIndex, storePlace } from './store.ts';

export interface ExtractOptions {
  readonly engine: Engine;
  readonly backbone: Backbone;
  readonly features: FeaturePlan;
  readonly setup: ProducerSetup;
  readonly samples: readonly Sample[];
  /** Absolute root of the data set. */
  readonly root: string;
  /** Product names; a sample's class is its position here. */
  readonly classes: readonly string[];
  /** Fingerprint of the images' contents. */
  readonly fingerprint: string;
  /** Fingerprint of the textures, where they come from files. */
  readonly texturesFingerprint: string;
  /** Holds stores; the store gets a place of its own in it. */
  readonly cache: Storage;
  /** Id of the first sample; others count on. Two stores whose ids must not meet start at different ones. @default 0 */
  readonly firstId?: number;
  /** Most bytes of a shard. @default 192e6 */
  readonly shardBytes?: number;
  readonly onProgress?: ProgressListener;
  /** Told of shards that are damaged and made again, and of waiting for another training. */
  readonly note?: (text: string) => void;
  readonly signal?: AbortSignal;
}

export type ExtractedStore = MadeStore;

/** The version of what extraction computes; raised when the same options give other numbers (with a crop: once more). */
const recipe = ({ resizeTo }: Geometry) => (resizeTo === undefined ? 1 : 2);

/** Extracts what is not there yet. */
export async function extractFeatures(options: ExtractOptions): Promise<ExtractedStore> {
  const { backbone, features, classes, cache } = options;
  const width = featureWidthOf(backbone, features);
  const grid = patchGrid(features);
  const key = await storeKey(options);
  const store = new FeatureStore(storePlace(cache, 'features', key), { key, width, grid, classes });
  return madeOnce(store, options, () => extractMissing(store, options));
}

/** Extracts the shards that are not there. */
async function extractMissing(store: FeatureStore, options: ExtractOptions): Promise<StoreIndex> {
  const { width, grid } = store.header;
  const shards = planShards(options, width, grid);
  const missing: number[] = [];
  for (const number of shards.keys()) if (!(await store.hasShard(number))) missing.push(number);
  const jobs = missing.flatMap((number) => shards[number]!.map(jobOf));
  const produced = produceAll(options.setup, jobs);
  const extractors = await Extractors.create(options);
  try {
    const total = shards.reduce((sum, { length }) => sum + length, 0);
    const done = { images: total - jobs.length, total };
    for (const number of missing)
      await store.writeShard(
        number,
        await extractShard(extractors, shards[number]!, produced, store, options, done),
      );
  } finally {
    await produced.return(undefined);
    await extractors.release();
  }
  return store.finish(shards.length);
}

/** For photographs as decoded, and for pictures with anomalies, which have been through resize and crop already. */
class Extractors {
  readonly photographs: Extractor;
  readonly anomalies: Extractor;

  private constructor(photographs: Extractor, anomalies: Extractor) {
    this.photographs = photographs;
    this.anomalies = anomalies;
  }

  static async create({ engine, backbone, features, setup }: ExtractOptions): Promise<Extractors> {
    const { width, height, resizeTo } = features.geometry;
    const photographs = await Extractor.create(engine, backbone, features);
    if (resizeTo === undefined || setup.perImage === 0) return new Extractors(photographs, photographs);
    const whole = await Extractor.create(engine, backbone, { ...features, geometry: { width, height } });
    return new Extractors(photographs, whole);
  }

  async release(): Promise<void> {
    await this.photographs.release();
    if (this.anomalies !== this.photographs) await this.anomalies.release();
  }
}

function jobOf({ sample, path }: PlannedImage): ProducerJob {
  return { path: sample.path, className: sample.className, key: path };
}

interface PlannedImage extends ShardImage {
  readonly sample: Sample;
}

/** Images dealt to shards at random. */
function planShards(options: ExtractOptions, width: number, grid: Grid): PlannedImage[][] {
  const { samples, root, classes, setup, firstId = 0, shardBytes = 192e6 } = options;
  const bytesPerImage = patchCount(grid) * width * 2 * (1 + setup.perImage / 4);
  const perShard = Math.max(1, Math.floor(shardBytes / bytesPerImage));
  const images = samples.map((sample, index) => ({
    id: firstId + index,
    path: relative(root, sample.path).split(sep).join('/'),
    classIndex: classes.indexOf(sample.className),
    sample,
  }));
  const order = new Random(setup.seed, 'shards of images').permutation(images.length);
  const shards: PlannedImage[][] = [];
  for (let start = 0; start < order.length; start += perShard)
    shards.push(Array.from(order.subarray(start, start + perShard), (index) => images[index]!));
  return shards;
}

async function extractShard(
  extractors: Extractors,
  images: readonly PlannedImage[],
  source: AsyncGenerator<Produced>,
  store: FeatureStore,
  { onProgress, signal }: ExtractOptions,
  done: { images: number; readonly total: number },
): Promise<Shard> {
  const { width } = store.header;
  const normal: Uint16Array[] = [];
  const local: Uint16Array[] = [];
  const rows: { image: number[]; position: number[]; coverage: number[] } = {
    image: [],
    position: [],
    coverage: [],
  };
  for (const image of images.keys()) {
    const { value: produced } = (await source.next()) as IteratorYieldResult<Produced>;
    if (signal?.aborted) {
      throw new CladError('INTERRUPTED', { where: `patch features, image ${done.images} of ${done.total}` });
    }
    normal.push(await extractors.photographs.extract([produced.image]));
    for (const { features, coverage } of await anomalousFeatures(extractors.anomalies, produced)) {
      for (let position = 0; position < coverage.length; position++) {
        if (coverage[position] === 0) continue;
        local.push(features.slice(position * width, (position + 1) * width));
        rows.image.push(image);
        rows.position.push(position);
        rows.coverage.push(coverage[position]!);
      }
    }
    onProgress?.({ task: 'patch features', done: ++done.images, total: done.total, unit: 'images' });
  }
  return {
    key: store.header.key,
    images: images.map(({ id, path, classIndex }) => ({ id, path, classIndex })),
    local: rows,
    features: joined(Uint16Array, [...normal, ...local]),
  };
}

async function anomalousFeatures(extractor: Extractor, { anomalies }: Produced) {
  if (anomalies.length === 0) return [];
  const all = await extractor.extract(anomalies.map(({ image }) => image));
  const perImage = all.length / anomalies.length;
  return anomalies.map(({ coverage }, index) => ({
    coverage,
    features: all.subarray(index * perImage, (index + 1) * perImage),
  }));
}

/** Everything the features depend on, as one hash. */
function storeKey(options: ExtractOptions): Promise<string> {
  const { backbone, features, setup, fingerprint, texturesFingerprint, engine } = options;
  const { firstId, shardBytes } = options;
  const { textures: _, ...synthesis } = setup;
  const parts = {
    recipe: recipe(features.geometry),
    backbone: [backbone.sha256, backbone.card.mean, backbone.card.std],
    features,
    synthesis,
    fingerprint,
    texturesFingerprint,
    device: engine.device,
    firstId,
    shardBytes,
  };
  return sha256(JSON.stringify(parts));
}
