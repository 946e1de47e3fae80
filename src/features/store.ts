/**
 * @file The patch-feature store (section 3.2): features computed once, in half precision, in shards on disk, so that neither
 * stage has to hold them in memory.
 *
 * A store is a folder: `index.json`, and for each shard `shard-N.f16` (rows of `width` halves, little endian: first all patches of
 * its images, image by image in row-major grid order, then the patches inside synthetic masks) and `shard-N.json` (what
 * each row is). A shard is a random share of the images, whole; local anomalies stand with their own normal image. Shards are
 * written atomically, so an interrupted extraction goes on with the first one that is missing; `index.json` comes last.
 */
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CladError } from '../core/errors.ts';
import { replaceFile, writeFileAtomic } from '../core/files.ts';

/** What every shard of a store shares. */
export interface StoreHeader {
  /** Fingerprint of everything the features depend on; a store with another key is not ours. */
  readonly key: string;
  /** Width of a patch feature. */
  readonly width: number;
  /** Patches along one side of the grid. */
  readonly gridSide: number;
  readonly classes: readonly string[];
}

/** One image of a shard. */
export interface ShardImage {
  /** Number of the image in the whole store. */
  readonly id: number;
  /** Path below the data set's root, with forward slashes. */
  readonly path: string;
  /** Index into the header's classes. */
  readonly classIndex: number;
}

/** What the rows of a shard are. */
export interface ShardIndex {
  readonly key: string;
  readonly images: readonly ShardImage[];
  /** For each local-anomaly row: which image of the shard, which patch, how much of the patch the mask covers (0..1). */
  readonly local: {
    readonly image: readonly number[];
    readonly position: readonly number[];
    readonly coverage: readonly number[];
  };
}

/** A shard in memory. */
export interface Shard extends ShardIndex {
  /** Halves, [images * grid^2 + local rows, width]. */
  readonly features: Uint16Array;
}

export interface StoreIndex extends StoreHeader {
  readonly shards: readonly { readonly file: string; readonly images: number; readonly localRows: number }[];
}

const shardName = (number: number) => `shard-${String(number).padStart(5, '0')}`;

/** The folder of a store below one that holds many: named by its key, so that none takes another's place. */
export function storeFolder(parent: string, kind: string, key: string): string {
  return join(parent, `${kind}-${key.slice(0, 16)}`);
}

/** Reads and writes one store. */
export class FeatureStore {
  readonly folder: string;
  readonly header: StoreHeader;

  constructor(folder: string, header: StoreHeader) {
    this.folder = folder;
    this.header = header;
  }

  /** Whether shard `number` is on disk, whole, and of this store's key. */
  async hasShard(number: number): Promise<boolean> {
    try {
      const index = await this.readShardIndex(number);
      const { size } = await stat(join(this.folder, `${shardName(number)}.f16`));
      return index.key === this.header.key && size === this.#rows(index) * this.header.width * 2;
    } catch {
      // Not there, or not to be read: to be made again.
      return false;
    }
  }

  /** Rows of a shard: all patches of its images, and the local anomalies. */
  #rows({ images, local }: ShardIndex): number {
    return images.length * this.header.gridSide ** 2 + local.image.length;
  }

  /** Writes a shard: its features first, so that an index never speaks of rows that are not there. */
  async writeShard(number: number, shard: Shard): Promise<void> {
    const { features, ...index } = shard;
    const bytes = new Uint8Array(features.buffer, features.byteOffset, features.byteLength);
    await replaceFile(join(this.folder, `${shardName(number)}.f16`), (path) => writeFile(path, bytes));
    await writeFileAtomic(join(this.folder, `${shardName(number)}.json`), JSON.stringify(index));
  }

  /** Reads a whole shard. */
  async readShard(number: number): Promise<Shard> {
    const index = await this.readShardIndex(number);
    const bytes = await readFile(join(this.folder, `${shardName(number)}.f16`));
    const { width } = this.header;
    const rows = this.#rows(index);
    if (bytes.byteLength !== rows * width * 2) {
      throw new CladError('STORE_DAMAGED', { path: join(this.folder, `${shardName(number)}.f16`) });
    }
    return { ...index, features: new Uint16Array(bytes.buffer, bytes.byteOffset, rows * width) };
  }

  async readShardIndex(number: number): Promise<ShardIndex> {
    return JSON.parse(await readFile(join(this.folder, `${shardName(number)}.json`), 'utf8')) as ShardIndex;
  }

  /** Marks the store complete. */
  async finish(shards: number): Promise<StoreIndex> {
    const entries = [];
    for (let number = 0; number < shards; number++) {
      const { images, local } = await this.readShardIndex(number);
      entries.push({
        file: `${shardName(number)}.f16`,
        images: images.length,
        localRows: local.image.length,
      });
    }
    const index: StoreIndex = { ...this.header, shards: entries };
    await writeFileAtomic(join(this.folder, 'index.json'), `${JSON.stringify(index, null, 2)}\n`);
    return index;
  }

  /** The index of a complete store with this key; undefined where there is none, or where a shard of it has gone and is to be made again. */
  async completed(): Promise<StoreIndex | undefined> {
    const path = join(this.folder, 'index.json');
    if (!existsSync(path)) return undefined;
    const index = JSON.parse(await readFile(path, 'utf8')) as StoreIndex;
    if (index.key !== this.header.key) return undefined;
    for (const number of index.shards.keys()) if (!(await this.hasShard(number))) return undefined;
    return index;
  }
}
