/** @file The patch features of a store, image by image. */
import { halvesToFloats } from '../../core/half.ts';
import { patchCount } from '../../image/geometry.ts';
import type { FitSource } from './sample-rows.ts';
import type { ShardImage } from './store.ts';

/** One image's patch features. */
export interface ImageFeatures extends ShardImage {
  /** [patches, C], row by row of the grid. */
  readonly features: Float32Array;
}

/** Reads the whole store once, a shard at a time; only images that `source.images` has. */
export async function* imageFeatures({ store, index, images }: FitSource): AsyncGenerator<ImageFeatures> {
  const size = patchCount(index.grid) * index.width;
  for (let shard = 0; shard < index.shards.length; shard++) {
    const { images: members, features } = await store.readShard(shard);
    for (const [number, member] of members.entries()) {
      if (!images.has(member.id)) continue;
      yield { ...member, features: halvesToFloats(features.subarray(number * size, (number + 1) * size)) };
    }
  }
}
