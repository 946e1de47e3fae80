/** @file Patch-feature stores written by tests, without images or a backbone. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskStorage } from '../../src/core/disk-storage.ts';
import { floatsToHalves } from '../../src/core/half.ts';
import { Random } from '../../src/core/random.ts';
import { FeatureStore, type StoreIndex } from '../../src/features/store/store.ts';
import { squareGrid } from './sizes.ts';

/** A patch of the store. */
export interface MadePatch {
  readonly id: number;
  readonly classIndex: number;
  /** Place in the grid. */
  readonly position: number;
  readonly local: boolean;
}

export interface MadeStoreOptions {
  readonly width: number;
  readonly gridSide: number;
  readonly classes: readonly string[];
  /** Numbers of images, shard by shard; image ids count through, classes go round and round. */
  readonly shards: readonly number[];
  /** Positions and coverages of an image's local rows. @default none */
  readonly localOf?: (id: number) => readonly { readonly position: number; readonly coverage: number }[];
  /** Features of a patch, `width` numbers. */
  readonly rowOf: (patch: MadePatch) => ArrayLike<number>;
  /** @default 'made' */
  readonly key?: string;
  /** Id of the first image. @default 0 */
  readonly firstId?: number;
}

export interface MadeStore {
  readonly store: FeatureStore;
  readonly index: StoreIndex;
  /** Ids of all images. */
  readonly images: ReadonlySet<number>;
}

/** Writes a store into a folder. */
export async function makeStore(folder: string, options: MadeStoreOptions): Promise<MadeStore> {
  const { width, gridSide, classes, shards, localOf = () => [], rowOf, key = 'made', firstId = 0 } = options;
  const store = new FeatureStore(diskStorage(folder), {
    key,
    width,
    grid: squareGrid(gridSide),
    classes,
  });
  let next = firstId;
  for (const [number, count] of shards.entries()) {
    const images = Array.from({ length: count }, () => {
      const id = next++;
      return { id, path: `${id}.png`, classIndex: id % classes.length };
    });
    const rows: number[] = [];
    for (const { id, classIndex } of images)
      for (let position = 0; position < gridSide ** 2; position++)
        rows.push(...Array.from(rowOf({ id, classIndex, position, local: false })));
    const local = images.flatMap(({ id, classIndex }, image) =>
      localOf(id).map((each) => ({ ...each, image, id, classIndex })),
    );
    for (const { id, classIndex, position } of local)
      rows.push(...Array.from(rowOf({ id, classIndex, position, local: true })));
    await store.writeShard(number, {
      key,
      images,
      local: {
        image: local.map(({ image }) => image),
        position: local.map(({ position }) => position),
        coverage: local.map(({ coverage }) => coverage),
      },
      features: floatsToHalves(Float32Array.from(rows)),
    });
  }
  const index = await store.finish(shards.length);
  return {
    store,
    index,
    images: new Set(Array.from({ length: next - firstId }, (_, number) => firstId + number)),
  };
}

/** Rows that differ by class, by image and by patch, and lie elsewhere inside anomalies: something to train on. */
export function randomRows(width: number, seed = 0): MadeStoreOptions['rowOf'] {
  const centre = (kind: string, at: number) => {
    const random = new Random(seed, kind, at);
    return Array.from({ length: width }, () => random.normal());
  };
  return ({ id, classIndex, position, local }) => {
    const random = new Random(seed, 'row', id, position, local ? 1 : 0);
    const ofClass = centre('class', classIndex);
    const ofImage = centre('image', id);
    const shift = centre('anomaly', 0);
    return ofClass.map(
      (value, axis) => value + 0.2 * ofImage[axis]! + 0.3 * random.normal() + (local ? 2 * shift[axis]! : 0),
    );
  };
}

/** Runs `use` with a fresh folder and removes it. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'clad-test-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The bits of numbers, for comparisons that tell -0 from 0 and know every NaN. */
export function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.slice().buffer);
}
