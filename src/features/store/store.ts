/**
 * @file The patch-feature store (section 3.2): features computed once, in half precision, in shards in a storage, so that
 * neither stage has to hold them in memory.
 *
 * A store is a place of its own: `index.json`, and for each shard `shard-N.f16` (rows of `width` halves, little endian: first all patches of
 * its images, image by image in row-major grid order, then the patches inside synthetic masks) and `shard-N.json` (what
 * each row is, with a checksum of the rows and of itself). A shard is a random share of the images, whole; local anomalies stand with their own
 * normal image. Shards are written atomically, so an interrupted extraction goes on with the first one that is missing; `index.json` comes last.
 * A shard that is found is read once to see whether it is whole, and each time it is used; an image that is read alone is compared with what it was then.
 *
 * Where several machines made a store, a shard may lie in parts, of consecutive images each (shard-plan.ts): two files like those of a
 * shard, read as if they were one.
 */

import { checksumOf, crc32 } from '../../core/crc32.ts';
import { CladError } from '../../core/errors.ts';
import { openSealed, sealedJson } from '../../core/sealed-json.ts';
import { type Storage, textOf } from '../../core/storage.ts';
import { type Grid, patchCount } from '../../image/geometry.ts';
import { joinedIndex, joinedShard } from './joined-parts.ts';
import { PartChecksums } from './part-checksums.ts';

/** What every shard of a store shares. */
export interface StoreHeader {
  /** Fingerprint of everything the features depend on; a store with another key is not ours. */
  readonly key: string;
  /** Width of a patch feature. */
  readonly width: number;
  /** Patches of an image. */
  readonly grid: Grid;
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

/** `shard-N.json`. */
interface WrittenIndex extends ShardIndex {
  /** Checksum of `shard-N.f16`. */
  readonly features: string;
}

/** A shard in memory. */
export interface Shard extends ShardIndex {
  /** Halves, [images * patches + local rows, width]. */
  readonly features: Uint16Array;
}

export interface StoreIndex extends StoreHeader {
  readonly shards: readonly StoredShard[];
}

/** A shard of a complete store. */
export interface StoredShard {
  /** Its features; of several parts, those of the first. */
  readonly file: string;
  /** Names of its parts, in the order of their images; absent where it is whole. */
  readonly parts?: readonly string[];
  readonly images: number;
  readonly localRows: number;
}

/** The place of a store within one that holds many: named by its key, so that none takes another's place. */
export function storePlace(parent: Storage, kind: string, key: string): Storage {
  return parent.folder(`${kind}-${key.slice(0, 16)}`);
}

const indexName = 'index.json';

/** The name of a whole shard. */
export function shardName(number: number): string {
  return `shard-${String(number).padStart(5, '0')}`;
}

/** Reads and writes one store. */
export class FeatureStore {
  readonly storage: Storage;
  readonly header: StoreHeader;
  /** Parts that have been written or looked at and were whole, each with the checksums of its images. */
  readonly #whole = new Map<string, Uint32Array>();
  /** Names of the parts of each shard, where there are several machines' in the store. */
  #parts: readonly (readonly string[] | undefined)[] = [];
  /** Files that were looked at and were not as they were written. */
  readonly damaged: string[] = [];

  /** @param storage - a place of the store's own */
  constructor(storage: Storage, header: StoreHeader) {
    this.storage = storage;
    this.header = header;
  }

  /** Whether shard `number` is there, of this store's key, and as it was written; read through the first time it is asked for. */
  async hasShard(number: number): Promise<boolean> {
    for (const name of this.partsOf(number)) if (!(await this.hasPart(name))) return false;
    return true;
  }

  /** The same of a part. */
  async hasPart(name: string): Promise<boolean> {
    if (this.#whole.has(name)) return true;
    const { storage } = this;
    const { index, features } = filesOf(name);
    if (!(await storage.stat(index)) || !(await storage.stat(features))) return false;
    const written = await this.#readIndex(name).catch(() => undefined);
    if (written && written.key !== this.header.key) return false;
    const found = written && (await this.#checksumsOf(name, written).catch(() => undefined));
    if (!written || found?.whole !== written.features) {
      this.damaged.push(storage.pathOf(written ? features : index));
      return false;
    }
    this.#whole.set(name, found.images);
    return true;
  }

  /** Names of the parts of a shard; its own where it is whole. */
  partsOf(number: number): readonly string[] {
    return this.#parts[number] ?? [shardName(number)];
  }

  /** Rows of a shard: all patches of its images, and the local anomalies. */
  #rows({ images, local }: ShardIndex): number {
    return images.length * patchCount(this.header.grid) + local.image.length;
  }

  /** Halves of one image. */
  get #imageLength(): number {
    return patchCount(this.header.grid) * this.header.width;
  }

  /** Writes a whole shard. */
  writeShard(number: number, shard: Shard): Promise<void> {
    return this.writePart(shardName(number), shard);
  }

  /** Writes a part: its features first, so that an index never speaks of rows that are not there. */
  async writePart(name: string, shard: Shard): Promise<void> {
    const { features, ...index } = shard;
    const files = filesOf(name);
    const bytes = new Uint8Array(features.buffer, features.byteOffset, features.byteLength);
    await this.storage.write(files.features, bytes, { lasting: false });
    const checksums = this.#checksumsFor(index);
    if (!this.storage.own) checksums.add(bytes);
    const written: WrittenIndex = { ...index, features: checksums.whole };
    await this.storage.write(files.index, sealedJson(written, false));
    this.#whole.set(name, checksums.images);
  }

  /**
   * Reads a whole shard.
   * @throws STORE_DAMAGED where it is not as it was written
   */
  async readShard(number: number): Promise<Shard> {
    const parts: Shard[] = [];
    for (const name of this.partsOf(number)) parts.push(await this.#readPart(name));
    return parts.length === 1 ? (parts[0] as Shard) : joinedShard(parts, this.#imageLength);
  }

  async #readPart(part: string): Promise<Shard> {
    const { features: checksum, ...index } = await this.#readIndex(part);
    const name = filesOf(part).features;
    const bytes = await this.#read(name);
    const { width } = this.header;
    const rows = this.#rows(index);
    const asWritten = () => this.storage.own || checksumOf(bytes) === checksum;
    if (bytes.byteLength !== rows * width * 2 || !asWritten()) throw this.#damagedFile(name);
    return { ...index, features: new Uint16Array(bytes.buffer, bytes.byteOffset, rows * width) };
  }

  /**
   * The features of one image alone.
   * @param part - the part it is in
   * @param number - its place among the images there
   * @returns halves [patches, width]
   * @throws STORE_DAMAGED where they are not as they were when the whole part was written or looked at
   */
  async readImage(part: string, number: number): Promise<Uint16Array> {
    const name = filesOf(part).features;
    const checksum = (await this.hasPart(part)) ? this.#whole.get(part)?.[number] : undefined;
    const length = 2 * this.#imageLength;
    const bytes = await this.storage
      .readRange(name, number * length, (number + 1) * length)
      .catch((error: unknown) => {
        throw this.#damagedFile(name, error);
      });
    const asWritten = (read: Uint8Array) => this.storage.own || crc32(read) === checksum;
    if (bytes?.length !== length || !asWritten(bytes)) throw this.#damagedFile(name);
    return new Uint16Array(bytes.buffer, bytes.byteOffset, length / 2);
  }

  /** @throws STORE_DAMAGED */
  async readShardIndex(number: number): Promise<ShardIndex> {
    const parts: ShardIndex[] = [];
    for (const name of this.partsOf(number)) parts.push(await this.readPartIndex(name));
    return parts.length === 1 ? (parts[0] as ShardIndex) : joinedIndex(parts);
  }

  /** @throws STORE_DAMAGED */
  async readPartIndex(name: string): Promise<ShardIndex> {
    const { features: _, ...index } = await this.#readIndex(name);
    return index;
  }

  async #readIndex(part: string): Promise<WrittenIndex> {
    const name = filesOf(part).index;
    const written = openSealed(textOf(await this.#read(name))) as WrittenIndex | undefined;
    if (!written) throw this.#damagedFile(name);
    return written;
  }

  /** @throws STORE_DAMAGED */
  async #read(name: string): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await this.storage.read(name).catch((error: unknown) => {
      throw this.#damagedFile(name, error);
    });
    if (!bytes) throw this.#damagedFile(name);
    return bytes;
  }

  #damagedFile(name: string, cause?: unknown): CladError {
    return new CladError('STORE_DAMAGED', { path: this.storage.pathOf(name) }, { cause });
  }

  #checksumsFor({ images }: ShardIndex): PartChecksums {
    return new PartChecksums(images.length, 2 * this.#imageLength);
  }

  /** Checksums of a part that need not fit into memory. */
  async #checksumsOf(part: string, index: ShardIndex): Promise<PartChecksums> {
    const checksums = this.#checksumsFor(index);
    // What nobody else writes to is not looked at: its checksums are those of no bytes.
    if (this.storage.own) return checksums;
    for await (const piece of this.storage.pieces(filesOf(part).features)) checksums.add(piece);
    return checksums;
  }

  /**
   * Marks the store complete.
   * @param parts - names of the parts of each shard, where several machines made them
   */
  async finish(shards: number, parts: readonly (readonly string[])[] = []): Promise<StoreIndex> {
    this.#parts = parts;
    const entries: StoredShard[] = [];
    for (let number = 0; number < shards; number++) {
      const { images, local } = await this.readShardIndex(number);
      const own = parts[number];
      entries.push({
        file: filesOf(this.partsOf(number)[0] as string).features,
        ...(own && { parts: own }),
        images: images.length,
        localRows: local.image.length,
      });
    }
    const index: StoreIndex = { ...this.header, shards: entries };
    await this.storage.write(indexName, sealedJson(index));
    return index;
  }

  /** The index of a complete store with this key; undefined where there is none, or where a part of it has gone or is damaged and is to be made again. */
  async completed(): Promise<StoreIndex | undefined> {
    const bytes = await this.storage.read(indexName).catch(() => undefined);
    if (!bytes) return undefined;
    const index = openSealed(textOf(bytes)) as StoreIndex | undefined;
    if (!index) this.damaged.push(this.storage.pathOf(indexName));
    if (index?.key !== this.header.key) return undefined;
    this.#parts = index.shards.map(({ parts }) => parts);
    for (const number of index.shards.keys()) {
      if (await this.hasShard(number)) continue;
      this.#parts = [];
      return undefined;
    }
    return index;
  }
}

/** The files of a part, or of a whole shard. */
function filesOf(name: string): { readonly features: string; readonly index: string } {
  return { features: `${name}.f16`, index: `${name}.json` };
}
