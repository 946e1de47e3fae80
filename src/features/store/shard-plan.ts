/**
 * @file Which images each shard of a store holds, and which parts of shards are one machine's share. Both follow from images, seed and size alone,
 * so that every machine finds the same without asking another.
 *
 * The shards are those of a store that one machine makes alone: a training that reads them draws the same rows. A share is a stretch of all
 * images in the order of the shards, so it has whole shards inside and a part of one at either end.
 */
import { Random } from '../../core/random.ts';
import { nameOfShare, type Share, stretchOf } from '../../core/share.ts';
import { pathBelow, type Sample } from '../../data/dataset.ts';
import { type FeatureStore, type ShardImage, shardName } from './store.ts';

export interface PlannedImage extends ShardImage {
  readonly sample: Sample;
}

/** Images of one shard that one machine extracts. */
export interface ShardPart {
  /** Of its files, without their endings. */
  readonly name: string;
  /** Number of the shard. */
  readonly shard: number;
  readonly images: readonly PlannedImage[];
}

export interface ShardPlanOptions {
  readonly samples: readonly Sample[];
  readonly root: string;
  readonly classes: readonly string[];
  readonly seed: number;
  readonly firstId: number;
  /** Images of a shard; the last may have fewer. */
  readonly perShard: number;
}

/** Images dealt to shards at random. */
export function planShards(options: ShardPlanOptions): PlannedImage[][] {
  const { samples, root, classes, seed, firstId, perShard } = options;
  const images = samples.map((sample, index) => ({
    id: firstId + index,
    path: pathBelow(root, sample.path),
    classIndex: classes.indexOf(sample.className),
    sample,
  }));
  const order = new Random(seed, 'shards of images').permutation(images.length);
  const shards: PlannedImage[][] = [];
  for (let start = 0; start < order.length; start += perShard)
    shards.push(Array.from(order.subarray(start, start + perShard), (index) => images[index]!));
  return shards;
}

/** The parts of a share; of the only share, whole shards under their own names. */
export function partsOf(shards: readonly (readonly PlannedImage[])[], share: Share): ShardPart[] {
  const total = shards.reduce((sum, { length }) => sum + length, 0);
  const { from, to } = stretchOf(share, total);
  const ending = share.count === 1 ? '' : `-${nameOfShare(share).replace('/', '-of-')}`;
  let first = 0;
  return shards.flatMap((all, shard) => {
    const images = all.slice(Math.max(0, from - first), Math.max(0, to - first));
    first += all.length;
    return images.length === 0 ? [] : [{ name: `${shardName(shard)}${ending}`, shard, images }];
  });
}

/** Whether a part is in the store, whole, and of these images: a file may have been copied to another's name. */
export async function isStored(store: FeatureStore, { name, images }: ShardPart): Promise<boolean> {
  if (!(await store.hasPart(name))) return false;
  const { images: stored } = await store.readPartIndex(name);
  return (
    stored.length === images.length &&
    stored.every(({ id, path }, at) => id === images[at]!.id && path === images[at]!.path)
  );
}
