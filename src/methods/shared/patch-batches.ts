/**
 * @file Batches out of a store, the same for the same seed, stage and step, so that a resumed training sees what an uninterrupted
 * one would have.
 *
 * An epoch is one pass over the normal patches: shards in random order, as many at a time as the window's memory allows, and the rows
 * of a window in random order. A shard is a random share of the images, so windows differ little from each other. Local anomalies
 * come from the same window, round and round, each with its own normal patch (Eq. 4).
 */
import { CladError } from '../../core/errors.ts';
import { Random } from '../../core/random.ts';
import type { FeatureStore, Shard, StoreIndex } from '../../features/store/store.ts';
import { patchCount } from '../../image/geometry.ts';
import { patchAt, patchesInside, type Regions, regionOfImage } from '../../image/roi/region-of-interest.ts';
import type { TensorValue } from '../../runtime/engine.ts';
import type { BatchSpec } from '../../training/program.ts';
import type { Batches } from '../../training/stage.ts';
import { type BatchRows, batchSpec, fillNoise } from './batch-rows.ts';

/** Memory for the shards of one window, bytes. */
export const mostWindowBytes = 1.5e9;

export interface BatchOptions {
  readonly seed: number;
  /** Number of the stage, from 1: stages draw other batches. */
  readonly stage: number;
  readonly rows: BatchRows;
  /** Ids of the images to train on. */
  readonly images: ReadonlySet<number>;
  /** Regions of interest of the classes, outside which no row is drawn. */
  readonly regions?: Regions | undefined;
  /** Local anomalies count where the mask covers this share of their patch. */
  readonly minCoverage: number;
  /** Draws beta of Eq. 4; absent: anomalies stay as they are. */
  readonly drawBeta?: ((random: Random) => number) | undefined;
  /** Noise is drawn with lengths between 1 / spread and spread, log-uniform. */
  readonly noiseSpread: number;
  /** Memory for the shards of one window, bytes. @default `mostWindowBytes` */
  readonly windowBytes?: number;
}

interface Window {
  readonly key: string;
  readonly shards: readonly Shard[];
  /** Shard and row of every row that may be drawn: shard * 2^32 would not fit an integer, so two arrays. */
  readonly normal: RowList;
  readonly local: RowList;
}

interface RowList {
  readonly shard: Uint16Array;
  readonly row: Uint32Array;
}

/** The place of a step in the epochs. */
interface Place {
  readonly epoch: number;
  readonly window: number;
  readonly batch: number;
}

/** Makes the batches of one stage. */
export class PatchBatches implements Batches {
  readonly spec: BatchSpec;
  readonly stepsPerEpoch: number;
  readonly #store: FeatureStore;
  readonly #index: StoreIndex;
  readonly #options: BatchOptions;
  /** Normal rows to train on, by shard. */
  readonly #counts: readonly number[];
  #window: Window | undefined;
  /** An epoch and its first step, at or before the last step asked for. */
  #reached = { epoch: 0, step: 0 };
  #order: { key: string; normal: Uint32Array; local: Uint32Array } | undefined;

  private constructor(
    store: FeatureStore,
    index: StoreIndex,
    counts: readonly number[],
    options: BatchOptions,
  ) {
    this.#store = store;
    this.#index = index;
    this.#counts = counts;
    this.#options = options;
    this.spec = batchSpec(options.rows, index.width);
    this.stepsPerEpoch = this.#windows(0).reduce((steps, window) => steps + this.#batchesIn(window), 0);
  }

  /** @param store - a complete store */
  static async open(store: FeatureStore, index: StoreIndex, options: BatchOptions): Promise<PatchBatches> {
    const counts: number[] = [];
    for (let shard = 0; shard < index.shards.length; shard++) {
      const { images } = await store.readShardIndex(shard);
      const inside = images
        .filter(({ id }) => options.images.has(id))
        .map(({ id, classIndex }) =>
          patchesInside(regionOfImage(options.regions, classIndex, id), index.grid),
        );
      counts.push(inside.reduce((sum, patches) => sum + patches, 0));
    }
    return new PatchBatches(store, index, counts, options);
  }

  /** The batches of steps `from` to `from + steps - 1`, stacked along a leading axis. */
  async batches(from: number, steps: number): Promise<Record<string, TensorValue>> {
    const { rows } = this.#options;
    const { width } = this.#index;
    const buffers = {
      normal: new Uint16Array(steps * rows.normal * width),
      classes: new BigInt64Array(steps * rows.normal),
      local: new Uint16Array(steps * rows.local * width),
      localNormal: new Uint16Array(steps * rows.local * width),
      beta: new Float32Array(steps * rows.local),
      noise: new Float32Array(steps * rows.global * width),
    };
    for (let step = 0; step < steps; step++) await this.#fill(buffers, step, from + step);
    const halves = (data: Uint16Array, count: number): TensorValue => ({
      dtype: 'float16',
      shape: [steps, count, width],
      data,
    });
    return {
      normal: halves(buffers.normal, rows.normal),
      classes: { dtype: 'int64', shape: [steps, rows.normal], data: buffers.classes },
      ...(rows.local > 0 && {
        local: halves(buffers.local, rows.local),
        localNormal: halves(buffers.localNormal, rows.local),
        beta: { dtype: 'float32', shape: [steps, rows.local], data: buffers.beta } as const,
      }),
      ...(rows.global > 0 && {
        noise: { dtype: 'float32', shape: [steps, rows.global, width], data: buffers.noise } as const,
      }),
    };
  }

  async #fill(buffers: Buffers, slot: number, step: number): Promise<void> {
    const { seed, stage, rows, drawBeta } = this.#options;
    const { width, grid } = this.#index;
    const place = this.#placeOf(step);
    const window = await this.#load(place);
    const order = this.#orderOf(place, window);
    const random = new Random(seed, 'batch', stage, step);
    for (let index = 0; index < rows.normal; index++) {
      const at = order.normal[(place.batch * rows.normal + index) % order.normal.length] as number;
      const shard = window.shards[window.normal.shard[at] as number] as Shard;
      const row = window.normal.row[at] as number;
      copyRow(shard, row, width, buffers.normal, slot * rows.normal + index);
      const image = shard.images[Math.floor(row / patchCount(grid))] as Shard['images'][number];
      buffers.classes[slot * rows.normal + index] = BigInt(image.classIndex);
    }
    for (let index = 0; index < rows.local; index++) {
      const at = order.local[(place.batch * rows.local + index) % order.local.length] as number;
      const shard = window.shards[window.local.shard[at] as number] as Shard;
      const row = window.local.row[at] as number;
      const { image, position } = shard.local;
      const target = slot * rows.local + index;
      copyRow(shard, shard.images.length * patchCount(grid) + row, width, buffers.local, target);
      const own = (image[row] as number) * patchCount(grid) + (position[row] as number);
      copyRow(shard, own, width, buffers.localNormal, target);
      buffers.beta[target] = drawBeta?.(random) ?? 0;
    }
    fillNoise(
      buffers.noise.subarray(slot * rows.global * width, (slot + 1) * rows.global * width),
      width,
      this.#options.noiseSpread,
      random,
    );
  }

  /** Shards of each window of an epoch. Where one window holds all, it stays the same over the epochs. */
  #windows(epoch: number): number[][] {
    const { seed, stage, windowBytes = mostWindowBytes } = this.#options;
    const { width, grid, shards } = this.#index;
    const bytes = shards.map(({ images, localRows }) => (images * patchCount(grid) + localRows) * width * 2);
    const used = shards.map((_, shard) => shard).filter((shard) => (this.#counts[shard] as number) > 0);
    if (used.reduce((total, shard) => total + (bytes[shard] as number), 0) <= windowBytes) return [used];
    const windows: number[][] = [[]];
    let filled = 0;
    const order = new Random(seed, 'shards', stage, epoch).permutation(used.length);
    for (const position of order) {
      const shard = used[position] as number;
      if (filled > 0 && filled + (bytes[shard] as number) > windowBytes) {
        windows.push([]);
        filled = 0;
      }
      windows.at(-1)?.push(shard);
      filled += bytes[shard] as number;
    }
    return windows;
  }

  #batchesIn(shards: readonly number[]): number {
    const rows = shards.reduce((total, shard) => total + (this.#counts[shard] as number), 0);
    return Math.max(1, Math.floor(rows / this.#options.rows.normal));
  }

  #placeOf(step: number): Place {
    // Epochs differ in length by a batch or so where windows differ, so they are walked, from the last one found.
    if (step < this.#reached.step) this.#reached = { epoch: 0, step: 0 };
    for (;;) {
      const { epoch, step: first } = this.#reached;
      let left = step - first;
      for (const [window, shards] of this.#windows(epoch).entries()) {
        const batches = this.#batchesIn(shards);
        if (left < batches) return { epoch, window, batch: left };
        left -= batches;
      }
      this.#reached = { epoch: epoch + 1, step: step - left };
    }
  }

  async #load({ epoch, window }: Place): Promise<Window> {
    const numbers = this.#windows(epoch)[window] ?? [];
    const key = numbers.join();
    if (this.#window?.key === key) return this.#window;
    this.#window = undefined;
    const shards: Shard[] = [];
    for (const number of numbers) shards.push(await this.#store.readShard(number));
    const { images: wanted, minCoverage, rows, regions } = this.#options;
    const { grid } = this.#index;
    const perImage = patchCount(grid);
    this.#window = {
      key,
      shards,
      normal: rowList(shards, function* ({ images }) {
        for (const [index, { id, classIndex }] of images.entries()) {
          if (!wanted.has(id)) continue;
          const region = regionOfImage(regions, classIndex, id);
          for (let number = 0; number < patchesInside(region, grid); number++)
            yield index * perImage + patchAt(region, number);
        }
      }),
      local: rowList(shards, function* ({ images, local }) {
        for (const [row, image] of local.image.entries()) {
          const { id = -1, classIndex = 0 } = images[image] ?? {};
          if (!wanted.has(id)) continue;
          const region = regionOfImage(regions, classIndex, id);
          const inside = region?.patches[local.position[row] as number] !== 0;
          if (inside && (local.coverage[row] as number) >= minCoverage) yield row;
        }
      }),
    };
    if (rows.local > 0 && this.#window.local.row.length === 0) {
      throw new CladError('OPTION_INVALID', {
        option: 'synthesis.minCoverage',
        expected: 'so low that some patches of synthetic anomalies count',
        actual: minCoverage,
      });
    }
    return this.#window;
  }

  #orderOf({ epoch, window: number }: Place, window: Window): { normal: Uint32Array; local: Uint32Array } {
    const { seed, stage } = this.#options;
    const key = `${epoch} ${number}`;
    if (this.#order?.key !== key) {
      const permutation = (kind: string, list: RowList) =>
        new Random(seed, kind, stage, epoch, number).permutation(list.row.length);
      this.#order = {
        key,
        normal: permutation('normal rows', window.normal),
        local: permutation('local rows', window.local),
      };
    }
    return this.#order;
  }
}

interface Buffers {
  readonly normal: Uint16Array;
  readonly classes: BigInt64Array;
  readonly local: Uint16Array;
  readonly localNormal: Uint16Array;
  readonly beta: Float32Array;
  readonly noise: Float32Array;
}

function rowList(shards: readonly Shard[], rowsOf: (shard: Shard) => Iterable<number>): RowList {
  const shardNumbers: number[] = [];
  const rows: number[] = [];
  for (const [number, shard] of shards.entries()) {
    for (const row of rowsOf(shard)) {
      shardNumbers.push(number);
      rows.push(row);
    }
  }
  return { shard: Uint16Array.from(shardNumbers), row: Uint32Array.from(rows) };
}

function copyRow(shard: Shard, row: number, width: number, target: Uint16Array, slot: number): void {
  target.set(shard.features.subarray(row * width, (row + 1) * width), slot * width);
}
