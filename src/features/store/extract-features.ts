/**
 * @file Fills a feature store with the patch features of images and of the synthetic anomalies made of them: a training all of it, and each of several
 * machines a share. What is already there is kept, so an interrupted extraction goes on where it was.
 */

import { joined } from '../../core/arrays.ts';
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { runsOf } from '../../core/runs.ts';
import { sha256 } from '../../core/sha256.ts';
import { nameOfShare, type Share, wholeWork } from '../../core/share.ts';
import type { Storage } from '../../core/storage.ts';
import type { Sample } from '../../data/dataset.ts';
import { type Geometry, patchCount } from '../../image/geometry.ts';
import type { Engine } from '../../runtime/engine.ts';
import type { Backbone } from '../backbones/loaded-backbone.ts';
import { Extractor, type FeaturePlan, featureWidthOf, patchGrid } from '../patches/extractor.ts';
import { type Basis, joinShares } from './join-shares.ts';
import { type MadeStore, madeOnce } from './made-once.ts';
import { type Produce, type Produced, type ProducerJob, type ProducerSetup, regionOf } from './producer.ts';
import { isStored, type PlannedImage, partsOf, planShards, type ShardPart } from './shard-plan.ts';
import { readRecord, recordName, writeRecord } from './share-record.ts';
import { FeatureStore, type Shard, storePlace } from './store.ts';

export interface ExtractOptions {
  readonly engine: Engine;
  readonly backbone: Backbone;
  readonly features: FeaturePlan;
  readonly setup: ProducerSetup;
  readonly produce: Produce;
  readonly samples: readonly Sample[];
  /** Absolute root of the data set. */
  readonly root: string;
  /** Class names; a sample's class is its position here. */
  readonly classes: readonly string[];
  /** Pixels that are looked at of an image whose region follows the part, by its id; its class's count where undefined. */
  readonly insideOf?: ((id: number) => Uint8Array | undefined) | undefined;
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
  /** Whether all may be computed here although the cache has shards of other machines that do not fit or are not all there. @default false */
  readonly mayExtract?: boolean | undefined;
  readonly onProgress?: ProgressListener;
  /** Told of shards that are damaged and made again, and of waiting for another training. */
  readonly note?: (text: string) => void;
  readonly signal?: AbortSignal;
}

export type ExtractedStore = MadeStore;

/** The version of what extraction computes; raised when the same options give other numbers (with a crop: once more). */
const recipe = ({ resizeTo }: Geometry) => (resizeTo === undefined ? 1 : 2);

/** The whole store: of the shares that machines have put there, where they have, else made of what is not there yet. */
export async function extractFeatures(options: ExtractOptions): Promise<ExtractedStore> {
  const { store, basis } = await storeFor(options);
  const shards = plannedFor(store, options);
  return madeOnce(store, options, async () => {
    const { root, cache, mayExtract = false, note } = options;
    const made = await joinShares(store, shards, { root, cache, basis, mayExtract, ...(note && { note }) });
    if (made) return made;
    await extractParts(store, partsOf(shards, wholeWork), options);
    return store.finish(shards.length);
  });
}

/** A share that is there. */
export interface ExtractedShare {
  readonly store: FeatureStore;
  /** Images of the share, and of all shares. */
  readonly images: number;
  readonly total: number;
  /** Whether it was there already, and whole. */
  readonly reused: boolean;
}

/**
 * Makes one machine's share of a store, of which it does not wait for the others.
 * @param madeBy - version of the program, and processor
 */
export async function extractShare(
  options: ExtractOptions,
  share: Share,
  madeBy: string,
): Promise<ExtractedShare> {
  const { store, basis } = await storeFor(options);
  const { storage } = store;
  const shards = plannedFor(store, options);
  const parts = partsOf(shards, share);
  const images = parts.reduce((sum, part) => sum + part.images.length, 0);
  const made = { store, images, total: options.samples.length };
  const { note, signal } = options;
  const { key } = store.header;
  const keep = () => writeRecord(storage, { key, share, images, madeBy, basis });
  const written = async () => {
    const record = await readRecord(storage, share);
    return record?.key === key && nameOfShare(record.share) === nameOfShare(share);
  };
  if (share.count === 1) {
    const { reused } = await extractFeatures({ ...options, mayExtract: true });
    if (!(await written())) await keep();
    return { ...made, reused };
  }
  const onWait = (who: string) =>
    note?.(`Waiting for another process that makes shard ${nameOfShare(share)}: ${who}.`);
  return storage.inTurn(
    async () => {
      const missing = await missingOf(store, parts);
      if (missing.length === 0 && (await written())) return { ...made, reused: true };
      await storage.tidy();
      await extractParts(store, parts, options);
      await keep();
      for (const path of new Set(store.damaged)) note?.(`${path} was damaged, and was made again.`);
      return { ...made, reused: false };
    },
    { name: recordName(share), onWait, signal },
  );
}

async function storeFor(options: ExtractOptions): Promise<{ store: FeatureStore; basis: Basis }> {
  const { backbone, features, classes, cache } = options;
  const width = featureWidthOf(backbone, features);
  const grid = patchGrid(features);
  const basis = basisOf(options);
  const key = await sha256(JSON.stringify(basis));
  return {
    store: new FeatureStore(storePlace(cache, 'features', key), { key, width, grid, classes }),
    basis,
  };
}

function plannedFor({ header: { width, grid } }: FeatureStore, options: ExtractOptions): PlannedImage[][] {
  const { samples, root, classes, setup, firstId = 0, shardBytes = 192e6 } = options;
  const bytesPerImage = patchCount(grid) * width * 2 * (1 + setup.perImage / 4);
  const perShard = Math.max(1, Math.floor(shardBytes / bytesPerImage));
  return planShards({ samples, root, classes, seed: setup.seed, firstId, perShard });
}

async function missingOf(store: FeatureStore, parts: readonly ShardPart[]): Promise<ShardPart[]> {
  const missing: ShardPart[] = [];
  for (const part of parts) if (!(await isStored(store, part))) missing.push(part);
  return missing;
}

/** Extracts the parts that are not there. */
async function extractParts(
  store: FeatureStore,
  parts: readonly ShardPart[],
  options: ExtractOptions,
): Promise<void> {
  const missing = await missingOf(store, parts);
  const jobs = missing.flatMap(({ images }) => images.map((image) => jobOf(image, options)));
  if (jobs.length === 0) return;
  const produced = options.produce(options.setup, jobs);
  const extractors = await Extractors.create(options);
  try {
    const total = parts.reduce((sum, { images }) => sum + images.length, 0);
    const done = { images: total - jobs.length, total };
    for (const { name, images } of missing)
      await store.writePart(name, await extractPart(extractors, images, produced, store, options, done));
  } finally {
    await produced.return(undefined);
    await extractors.release();
  }
}

/** For photographs as decoded, and for images with anomalies, which have been through resize and crop already. */
class Extractors {
  readonly photographs: Extractor;
  readonly anomalies: Extractor;

  private constructor(photographs: Extractor, anomalies: Extractor) {
    this.photographs = photographs;
    this.anomalies = anomalies;
  }

  static async create({ engine, backbone, features, setup }: ExtractOptions): Promise<Extractors> {
    const { width, height, resizeTo } = features.geometry;
    const hides = setup.regions !== undefined;
    const photographs = await Extractor.create(engine, backbone, features, hides);
    if (resizeTo === undefined || setup.perImage === 0) return new Extractors(photographs, photographs);
    const whole = await Extractor.create(
      engine,
      backbone,
      { ...features, geometry: { width, height } },
      hides,
    );
    return new Extractors(photographs, whole);
  }

  async release(): Promise<void> {
    await this.photographs.release();
    if (this.anomalies !== this.photographs) await this.anomalies.release();
  }
}

function jobOf({ id, sample, path }: PlannedImage, { insideOf, setup }: ExtractOptions): ProducerJob {
  const inside = setup.perImage > 0 ? insideOf?.(id) : undefined;
  const { path: file, className } = sample;
  return { path: file, className, key: path, ...(inside && { inside: runsOf(inside) }) };
}

async function extractPart(
  extractors: Extractors,
  images: readonly PlannedImage[],
  source: AsyncGenerator<Produced>,
  store: FeatureStore,
  { onProgress, signal, setup, classes, insideOf }: ExtractOptions,
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
  for (const [image, { id, classIndex }] of images.entries()) {
    const inside = insideOf?.(id) ?? regionOf(setup, classes[classIndex] ?? '')?.data;
    const { value: produced } = (await source.next()) as IteratorYieldResult<Produced>;
    if (signal?.aborted) {
      throw new CladError('INTERRUPTED', { where: `patch features, image ${done.images} of ${done.total}` });
    }
    normal.push(await extractors.photographs.extract([produced.image], inside));
    for (const { features, coverage } of await anomalousFeatures(extractors.anomalies, produced, inside)) {
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

async function anomalousFeatures(
  extractor: Extractor,
  { anomalies }: Produced,
  inside: Uint8Array | undefined,
) {
  if (anomalies.length === 0) return [];
  const all = await extractor.extract(
    anomalies.map(({ image }) => image),
    inside,
  );
  const perImage = all.length / anomalies.length;
  return anomalies.map(({ coverage }, index) => ({
    coverage,
    features: all.subarray(index * perImage, (index + 1) * perImage),
  }));
}

/** Everything the features depend on. */
function basisOf(options: ExtractOptions): Basis {
  const { backbone, features, setup, fingerprint, texturesFingerprint, engine } = options;
  const { firstId, shardBytes } = options;
  const { textures: _, ...synthesis } = setup;
  return {
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
}
