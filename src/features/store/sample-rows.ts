/** @file Rows drawn from a store of patch features, for statistics and for the memory bank. */
import { joined } from '../../core/arrays.ts';
import type { Random } from '../../core/random.ts';
import { type Grid, patchCount } from '../../image/geometry.ts';
import {
  patchAt,
  patchesInside,
  type RegionOfInterest,
  type Regions,
  regionOfImage,
} from '../../image/roi/region-of-interest.ts';
import type { FeatureStore, StoreIndex } from './store.ts';

/** What a training is fitted on. */
export interface FitSource {
  readonly store: FeatureStore;
  readonly index: StoreIndex;
  /** Ids of the images to fit on. */
  readonly images: ReadonlySet<number>;
  /** Regions of interest of the classes, outside which no row is drawn; absent where no class has one. */
  readonly regions?: Regions | undefined;
}

/** Rows drawn from a store. */
export interface DrawnRows {
  /** [count, width] */
  readonly features: Uint16Array;
  /** Image id of each row. */
  readonly images: Uint32Array;
  /** Class index of each row. */
  readonly classes: Uint16Array;
}

/**
 * Which normal rows of each shard are taken, in the order of the rows: all where there are no more than wanted, else at
 * random, and as many of each class as there are for it up to an equal share.
 */
export async function planNormal(
  { store, index, images, regions }: FitSource,
  count: number,
  random: Random,
): Promise<number[][]> {
  const perImage = patchCount(index.grid);
  const byClass = index.classes.map((): Place[] => []);
  for (let shard = 0; shard < index.shards.length; shard++) {
    const shardIndex = await store.readShardIndex(shard);
    for (const [image, { id, classIndex }] of shardIndex.images.entries())
      if (images.has(id))
        byClass[classIndex]?.push({ shard, image, region: regionOfImage(regions, classIndex, id) });
  }
  const plan = index.shards.map((): number[] => []);
  const shares = fairShares(
    byClass.map((places) => rowsInside(places, index.grid).total),
    count,
  );
  for (const [classIndex, places] of byClass.entries()) {
    const { total, imageOf, first } = rowsInside(places, index.grid);
    for (const row of random.permutation(total).subarray(0, shares[classIndex])) {
      const at = imageOf(row);
      const { shard, image, region } = places[at]!;
      plan[shard]?.push(image * perImage + patchAt(region, row - first[at]!));
    }
  }
  for (const rows of plan) rows.sort((a, b) => a - b);
  return plan;
}

/** An image in a store, and where it is looked at. */
interface Place {
  readonly shard: number;
  readonly image: number;
  readonly region: RegionOfInterest | undefined;
}

/** The rows of images that are inside, one image after another. */
function rowsInside(places: readonly Place[], grid: Grid) {
  let total = 0;
  const first = places.map(({ region }) => {
    const before = total;
    total += patchesInside(region, grid);
    return before;
  });
  /** The last image that begins at the row or before. */
  const imageOf = (row: number) => {
    let [low, high] = [0, first.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (first[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return { total, first, imageOf };
}

/** Divides a count over parts of given sizes: equally, and what a small part cannot take goes to the others. */
function fairShares(sizes: readonly number[], count: number): number[] {
  const shares = sizes.map(() => 0);
  let left = Math.min(
    count,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  while (left > 0) {
    const open = sizes.flatMap((size, part) => (shares[part]! < size ? [part] : []));
    const each = Math.max(1, Math.floor(left / open.length));
    for (const part of open) {
      const more = Math.min(each, sizes[part]! - shares[part]!, left);
      shares[part]! += more;
      left -= more;
    }
  }
  return shares;
}

/** Normal patches in random order, of all classes alike (see `planNormal`). */
export async function drawNormal(source: FitSource, count: number, random: Random): Promise<DrawnRows> {
  const { store, index } = source;
  const plan = await planNormal(source, count, random);
  const total = plan.reduce((sum, rows) => sum + rows.length, 0);
  const order = random.permutation(total);
  const features = new Uint16Array(total * index.width);
  const ids = new Uint32Array(total);
  const classes = new Uint16Array(total);
  let next = 0;
  for (const [shard, rows] of plan.entries()) {
    if (rows.length === 0) continue;
    const { features: all, images: infos } = await store.readShard(shard);
    for (const row of rows) {
      const slot = order[next++]!;
      features.set(all.subarray(row * index.width, (row + 1) * index.width), slot * index.width);
      const { id, classIndex } = infos[Math.floor(row / patchCount(index.grid))]!;
      ids[slot] = id;
      classes[slot] = classIndex;
    }
  }
  return { features, images: ids, classes };
}

/** Local-anomaly patches of images to fit on, from as few shards as give enough. Halves [rows, width]. */
export async function drawLocal({ store, index, images, regions }: FitSource, count: number, random: Random) {
  const { width } = index;
  const rows: Uint16Array[] = [];
  for (const shard of random.permutation(index.shards.length)) {
    if (rows.length >= count) break;
    const { features, images: infos, local } = await store.readShard(shard);
    const first = infos.length * patchCount(index.grid);
    for (const [row, image] of local.image.entries()) {
      const { id = -1, classIndex = 0 } = infos[image] ?? {};
      if (rows.length >= count || !images.has(id)) continue;
      if (regionOfImage(regions, classIndex, id)?.patches[local.position[row]!] === 0) continue;
      rows.push(features.slice((first + row) * width, (first + row + 1) * width));
    }
  }
  return joined(Uint16Array, rows);
}
