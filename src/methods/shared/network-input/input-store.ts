/**
 * @file The networks' input of every patch, computed once: the patch-feature store itself where the input is the feature, else
 * a second store of the same build. Matching against the memory bank is the expensive part of a training step, and it never changes.
 */

import { CladError } from '../../../core/errors.ts';
import type { ProgressListener } from '../../../core/progress.ts';
import { sha256 } from '../../../core/sha256.ts';
import type { Storage } from '../../../core/storage.ts';
import { madeOnce } from '../../../features/store/made-once.ts';
import { FeatureStore, type ShardIndex, type StoreIndex, storePlace } from '../../../features/store/store.ts';
import { patchCount } from '../../../image/geometry.ts';
import type { Engine } from '../../../runtime/engine.ts';
import { inputSession, type RowImages } from './input-session.ts';
import type { FittedInput, FittedResidual } from './network-input.ts';

export interface InputStoreOptions {
  readonly engine: Engine;
  readonly features: { readonly store: FeatureStore; readonly index: StoreIndex };
  readonly fitted: FittedInput;
  /** Names the fit, so that inputs of another one are not taken for it. */
  readonly fitKey: string;
  /** Holds stores. */
  readonly cache: Storage;
  readonly onProgress?: ProgressListener;
  /** Told of shards that are damaged and made again, and of waiting for another training. */
  readonly note?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** The store of inputs; shards that are already there are kept. */
export async function inputStore(
  options: InputStoreOptions,
): Promise<{ store: FeatureStore; index: StoreIndex }> {
  const { features, fitted, fitKey, cache } = options;
  if (fitted.kind === 'feature') return features;
  const { header } = features.store;
  const key = await sha256(`${header.key} ${fitKey}`);
  const store = new FeatureStore(storePlace(cache, 'inputs', key), { ...header, key, width: fitted.width });
  return madeOnce(store, options, () => matchMissing(store, options));
}

/** What the rows of a shard are of. */
function rowImages({ images, local }: Pick<ShardIndex, 'images' | 'local'>, perImage: number): RowImages {
  const first = images.length * perImage;
  const ofRow = (row: number) =>
    images[row < first ? Math.floor(row / perImage) : local.image[row - first]!]!;
  const rows = Array.from({ length: first + local.image.length }, (_, row) => ofRow(row));
  return {
    images: Uint32Array.from(rows, ({ id }) => id),
    classes: Uint16Array.from(rows, ({ classIndex }) => classIndex),
  };
}

/** Makes the shards that are not there. */
async function matchMissing(store: FeatureStore, options: InputStoreOptions): Promise<StoreIndex> {
  const { engine, features, onProgress, signal } = options;
  const fitted = options.fitted as FittedResidual;
  const { header } = features.store;
  const { key } = store.header;
  const session = await inputSession(engine, header.width, fitted);
  const perImage = patchCount(header.grid);
  const total = features.index.shards.reduce((sum, { images }) => sum + images, 0);
  let done = 0;
  try {
    for (let shard = 0; shard < features.index.shards.length; shard++) {
      if (!(await store.hasShard(shard))) {
        if (signal?.aborted)
          throw new CladError('INTERRUPTED', { where: 'matching patches to the memory bank' });
        const { features: halves, ...index } = await features.store.readShard(shard);
        const { rows } = await session.run(halves, rowImages(index, perImage));
        await store.writeShard(shard, { ...index, key, features: rows });
      }
      done += features.index.shards[shard]!.images;
      onProgress?.({ task: 'matching to the memory bank', done, total, unit: 'images' });
    }
  } finally {
    await session.release();
  }
  return store.finish(features.index.shards.length);
}
