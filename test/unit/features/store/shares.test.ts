/** @file Shares of a store that several machines made are one store, row for row that of one machine; whatever is wrong with them has its sentence. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../../src/core/memory-storage.ts';
import type { Storage } from '../../../../src/core/storage.ts';
import { loadDataset } from '../../../../src/data/load.ts';
import { type FeaturePlan, planFeatures } from '../../../../src/features/patches/extractor.ts';
import {
  type ExtractOptions,
  extractFeatures,
  extractShare,
} from '../../../../src/features/store/extract-features.ts';
import { produceInThreads } from '../../../../src/features/store/producer-threads.ts';
import { imageReader } from '../../../../src/features/store/stored-image.ts';
import { patchCount } from '../../../../src/image/geometry.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { type Files, withFiles } from '../../../helpers/images.ts';
import { squareGrid, squareOf } from '../../../helpers/sizes.ts';
import { tinyBackbone } from '../../../helpers/tiny-backbone.ts';

const engine = await nodeEngine({ threads: 2 });
const backbone = tinyBackbone();
let features: FeaturePlan;

beforeAll(async () => {
  features = await planFeatures(engine, backbone, {
    geometry: squareOf(32),
    layers: ['layer2', 'layer3'],
    fineLayers: [],
    fineWeight: 1,
    aggregation: { aggregation: 'concatenated' },
  });
});

const photos: Files = Object.fromEntries(
  Array.from({ length: 7 }, (_, image) => [
    `photos/${image < 4 ? 'bolt' : 'nut'}/${image}.png`,
    [40 + image, 40],
  ]),
);

/** Runs with options for seven images, three a shard. */
const withPhotos = (use: (options: ExtractOptions, cache: Storage) => Promise<void>) =>
  withFiles(photos, async (folder) => {
    const { samples, root, classes } = await loadDataset(join(folder, 'photos'));
    const cache = memoryStorage();
    const setup = {
      geometry: features.geometry,
      seed: 5,
      perImage: 1,
      synthesis: { grid: squareGrid(4) },
      textures: null,
      foregroundClasses: [],
    };
    const shardBytes = 3 * 16 * 22 * 2 * 1.3;
    const produce = produceInThreads;
    const common = { engine, backbone, features, setup, produce, samples, root, classes };
    await use({ ...common, fingerprint: 'images', texturesFingerprint: '', cache, shardBytes }, cache);
  });

const share = (index: number, count = 4) => ({ index, count });

/** Makes shares one after another, and says which there were. */
async function make(options: ExtractOptions, ...indexes: readonly number[]): Promise<boolean[]> {
  const reused: boolean[] = [];
  for (const index of indexes) reused.push((await extractShare(options, share(index), 'here')).reused);
  return reused;
}

async function everyShard({ store, index }: Awaited<ReturnType<typeof extractFeatures>>) {
  return Promise.all(index.shards.map((_, shard) => store.readShard(shard)));
}

const refusal = (options: ExtractOptions) =>
  extractFeatures(options).then(
    () => 'none',
    ({ code, message }: { code: string; message: string }) => `${code} ${message}`,
  );

/** The place of the only store. */
async function onlyStore(cache: Storage): Promise<Storage> {
  const [name, ...more] = (await cache.list()).filter((each) => each.startsWith('features-'));
  expect(more).toEqual([]);
  return cache.folder(name!);
}

describe('shares of a store', () => {
  it('give the rows of one machine alone, in any order, more shares than images too', () =>
    withPhotos(async (options) => {
      const alone = await everyShard(await extractFeatures({ ...options, cache: memoryStorage() }));
      expect(alone.map(({ images }) => images.length)).toEqual([3, 3, 1]);
      for (const count of [2, 4, 9]) {
        const cache = memoryStorage();
        const sizes: number[] = [];
        for (let index = count - 1; index >= 0; index--)
          sizes.push((await extractShare({ ...options, cache }, share(index, count), 'here')).images);
        expect(sizes.reduce((sum, size) => sum + size)).toBe(7);
        const notes: string[] = [];
        const note = (text: string) => notes.push(text);
        const joined = await extractFeatures({ ...options, cache, note });
        expect(await everyShard(joined)).toEqual(alone);
        expect(notes).toEqual([expect.stringContaining(`of ${count} shards`)]);
        // And once more from the index that was written.
        const again = await extractFeatures({ ...options, cache });
        expect(again.reused).toBe(true);
        expect(await everyShard(again)).toEqual(alone);
        // Images alone, which lie in parts.
        const read = imageReader(again.store, again.index);
        for (const { images, features } of alone) {
          const length = again.index.width * patchCount(again.index.grid);
          for (const [at, { id }] of images.entries())
            expect(await read(id)).toEqual(features.slice(at * length, (at + 1) * length));
        }
      }
    }));

  it('are gone on with after a stop, where they were', () =>
    withPhotos(async (options) => {
      const done: number[] = [];
      const stop = new AbortController();
      const onProgress: ExtractOptions['onProgress'] = (event) => {
        done.push(event.done);
        if (event.done === 3) stop.abort();
      };
      const stopped = extractShare({ ...options, signal: stop.signal, onProgress }, share(1, 2), 'here');
      await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
      await extractShare(options, share(0, 2), 'here');
      expect(await refusal(options)).toMatch(/^SHARDS_MISSING .*missing: 1\/2, begun and not finished\. /);
      await extractShare({ ...options, onProgress }, share(1, 2), 'here');
      // Three of the four were one whole part, and are not made again.
      expect(done).toEqual([1, 2, 3, 4]);
      expect(await refusal(options)).toBe('none');
    }));

  it('are made at the same time, each once', () =>
    withPhotos(async (options, cache) => {
      const twice = [0, 1, 2, 3, 0, 1, 2, 3];
      const made = await Promise.all(twice.map((index) => extractShare(options, share(index), 'here')));
      expect(made.filter(({ reused }) => reused)).toHaveLength(4);
      expect(await make(options, 0, 1, 2, 3)).toEqual([true, true, true, true]);
      expect(await refusal({ ...options, cache })).toBe('none');
    }));

  it('without a share are the store that a training makes, and found by it', () =>
    withPhotos(async (options, cache) => {
      const all = await extractShare(options, share(0, 1), 'here');
      expect(all).toMatchObject({ images: 7, total: 7, reused: false });
      expect((await extractShare(options, share(0, 1), 'here')).reused).toBe(true);
      expect((await extractFeatures(options)).reused).toBe(true);
      expect((await (await onlyStore(cache)).list()).filter((name) => name.endsWith('.f16')).sort()).toEqual(
        ['0', '1', '2'].map((shard) => `shard-0000${shard}.f16`),
      );
    }));

  it('that are missing or not finished are named, with what to run, and one of something else is', () =>
    withPhotos(async (options, cache) => {
      await make(options, 0, 3);
      const store = await onlyStore(cache);
      await store.write('shard-00000-1-of-4.json', 'begun');
      await extractShare({ ...options, fingerprint: 'others' }, share(2), 'here');
      const message = await refusal(options);
      expect(message).toMatch(
        /^SHARDS_MISSING .*of 4 shards .* missing: 1\/4, begun and not finished; 2\/4, which was made of something else \(the images\)\. Run `clad extract \S+photos --shard 1\/4 --cache /,
      );
    }));

  it('of many that are missing the first are named', () =>
    withPhotos(async (options) => {
      await extractShare(options, share(99, 100), 'here');
      expect(await refusal(options)).toMatch(/of 100 shards .*missing: 0\/100; .*; 7\/100; and 91 more\. /);
      expect(await refusal({ ...options, mayExtract: true })).toBe('none');
    }));

  it('of another training alone are refused, with what differs, unless all may be computed here', () =>
    withPhotos(async (options) => {
      await make(options, 0);
      const other = { ...options, setup: { ...options.setup, seed: 6, perImage: 2 } };
      expect(await refusal(other)).toMatch(
        /^SHARDS_DIFFER .* differ in synthesis\.seed 5 there and 6 here, synthesis\.perImage 1 there and 2 here\. /,
      );
      expect(await refusal({ ...other, backbone: { ...backbone, sha256: 'x' } })).toContain('the backbone');
      expect(await refusal({ ...other, mayExtract: true })).toBe('none');
      expect(await refusal({ ...options, mayExtract: true })).toBe('none');
    }));

  it('of two counts are refused where neither is complete, and taken where one is', () =>
    withPhotos(async (options) => {
      await make(options, 0, 1, 2);
      await extractShare(options, share(1, 2), 'here');
      expect(await refusal(options)).toMatch(/^SHARDS_MIXED .*\(3 of 4, 1 of 2\)\. .*--shard 3\/4/);
      await extractShare(options, share(0, 2), 'here');
      expect(await refusal(options)).toBe('none');
    }));

  it('that are damaged, gone in part or another under its name are refused, and made again', () =>
    withPhotos(async (options, cache) => {
      const indexes = [0, 1, 2, 3];
      await make(options, ...indexes);
      const store = await onlyStore(cache);
      const own = (await store.list()).find((name) => name.endsWith('-1-of-4.f16'))!;
      const copied = async (from: string, to: string) => {
        for (const ending of ['f16', 'json'])
          await store.write(`${to}.${ending}`, (await store.read(`${from}.${ending}`))!);
      };
      const faults: [RegExp, () => Promise<void>][] = [
        [/^SHARDS_DAMAGED .* shard 1\/4/, () => copied('shard-00000-0-of-4', own.replace('.f16', ''))],
        [/^SHARDS_DAMAGED .*-1-of-4\.f16.* shard 1\/4 .*--shard 1\/4/, () => store.write(own, 'no rows')],
        [/^SHARDS_DAMAGED .* shard 1\/4/, () => store.remove(own)],
        [/^SHARDS_DAMAGED .*share-1-of-4\.json.* shard 1\/4/, () => store.write('share-1-of-4.json', '{}')],
        [
          /^SHARDS_TWICE .*share-1-of-4\.json: by its content this is shard 0\/4.*--shard 1\/4/,
          async () => store.write('share-1-of-4.json', (await store.read('share-0-of-4.json'))!),
        ],
      ];
      for (const [message, harm] of faults) {
        await harm();
        expect(await refusal(options)).toMatch(message);
        expect(await make(options, ...indexes)).toEqual([true, false, true, true]);
      }
      expect(await refusal(options)).toBe('none');
      // A finished store whose part is harmed later is told of in the same way.
      await store.write(own, 'no rows');
      expect(await refusal(options)).toMatch(/^SHARDS_DAMAGED/);
    }));

  it('of different processors are taken, and it is said', () =>
    withPhotos(async (options) => {
      await extractShare(options, share(0, 2), 'one');
      await extractShare(options, share(1, 2), 'other');
      const notes: string[] = [];
      await extractFeatures({ ...options, note: (text) => notes.push(text) });
      expect(notes[0]).toContain('(0/2 by one; 1/2 by other)');
    }));
});
