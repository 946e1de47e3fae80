/** @file Extraction to a store: done once, done again when anything it depends on changed, and continued where it stopped. */

import { existsSync } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { diskStorage } from '../../../../src/core/disk-storage.ts';
import { halvesToFloats } from '../../../../src/core/half.ts';
import { memoryStorage } from '../../../../src/core/memory-storage.ts';
import type { Sample } from '../../../../src/data/dataset.ts';
import { fileImages } from '../../../../src/data/file-images.ts';
import { fingerprint } from '../../../../src/data/fingerprint.ts';
import { loadDataset } from '../../../../src/data/load.ts';
import type { BackboneLayer } from '../../../../src/features/backbones/backbone-card.ts';
import { requireAsCarded } from '../../../../src/features/backbones/check-layers.ts';
import {
  Extractor,
  type FeaturePlan,
  patchGrid,
  planFeatures,
} from '../../../../src/features/patches/extractor.ts';
import {
  type ExtractedStore,
  type ExtractOptions,
  extractFeatures,
} from '../../../../src/features/store/extract-features.ts';
import { producer } from '../../../../src/features/store/producer.ts';
import { produceInThreads } from '../../../../src/features/store/producer-threads.ts';
import type { FeatureStore, StoreIndex } from '../../../../src/features/store/store.ts';
import { imageReader } from '../../../../src/features/store/stored-image.ts';
import { averagePool, decodeModel, Graph } from '../../../../src/graph/index.ts';
import { decodeImage } from '../../../../src/image/decode.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { encoded, type Files, noise, withFiles } from '../../../helpers/images.ts';
import { squareGrid, squareOf } from '../../../helpers/sizes.ts';
import { tinyBackbone } from '../../../helpers/tiny-backbone.ts';

const files: Files = {
  'bolt/0.png': [50, 40],
  'bolt/1.png': [64, 64],
  'bolt/2.jpg': [30, 80],
  'nut/0.png': [40, 40],
  'nut/1.png': [70, 60],
};
const engine = await nodeEngine({ threads: 2 });
const backbone = tinyBackbone();
/** Two images a shard. */
const shardBytes = 2 * 16 * 22 * 2 * 1.3;
/** Halves of an image. */
const imageLength = 16 * 22;
let features: FeaturePlan;

const planFor = (size: number) =>
  planFeatures(engine, backbone, {
    geometry: squareOf(size),
    layers: ['layer2', 'layer3'],
    fineLayers: [],
    fineWeight: 1,
    aggregation: { aggregation: 'concatenated' },
  });

beforeAll(async () => {
  features = await planFor(32);
});

async function optionsFor(root: string, changes: Partial<ExtractOptions> = {}): Promise<ExtractOptions> {
  const { dataset } = { dataset: await loadDataset(join(root)) };
  const setup = {
    geometry: (changes.features ?? features).geometry,
    seed: 5,
    perImage: 1,
    synthesis: { grid: patchGrid(changes.features ?? features) },
    textures: null,
    foregroundClasses: [],
  };
  return {
    engine,
    backbone,
    features,
    setup,
    produce: produceInThreads,
    samples: dataset.samples,
    root: dataset.root,
    classes: dataset.classes,
    fingerprint: await fingerprint(dataset, fileImages),
    texturesFingerprint: '',
    cache: diskStorage(`${root}-store`),
    shardBytes,
    ...changes,
  };
}

/** Runs with the data set and a folder for the store beside it, removed together. */
function withPhotos<T>(use: (root: string) => Promise<T>): Promise<T> {
  return withFiles(
    Object.fromEntries(Object.entries(files).map(([name, content]) => [`photos/${name}`, content])),
    (folder) => use(join(folder, 'photos')),
  );
}

async function contentOf({ store, index }: ExtractedStore) {
  const names = index.shards.flatMap(({ file }) => [file, file.replace('.f16', '.json')]);
  return Promise.all([...names, 'index.json'].map((name) => store.storage.read(name)));
}

async function everyShard(store: FeatureStore, index: StoreIndex) {
  return Promise.all(index.shards.map((_, shard) => store.readShard(shard)));
}

describe('the store of patch features', () => {
  it('has every image once, spread over shards at random, with its class and path', () =>
    withPhotos(async (root) => {
      const options = await optionsFor(root);
      const { store, index, reused } = await extractFeatures(options);
      expect(reused).toBe(false);
      expect(index).toMatchObject({ width: 22, grid: squareGrid(4), classes: ['bolt', 'nut'] });
      const shards = await everyShard(store, index);
      expect(shards.map(({ images }) => images.length)).toEqual([2, 2, 1]);
      const images = shards.flatMap((shard) => shard.images).sort((a, b) => a.id - b.id);
      expect(images).toEqual(
        ['bolt/0.png', 'bolt/1.png', 'bolt/2.jpg', 'nut/0.png', 'nut/1.png'].map((path, id) => ({
          id,
          path,
          classIndex: id < 3 ? 0 : 1,
        })),
      );
      expect(shards.flatMap((shard) => shard.images.map(({ id }) => id))).not.toEqual([0, 1, 2, 3, 4]);
    }));

  it('in memory has the same bytes as on a disk', () =>
    withPhotos(async (root) => {
      const onDisk = await extractFeatures(await optionsFor(root));
      const cache = memoryStorage();
      const inMemory = await extractFeatures(await optionsFor(root, { cache }));
      const content = await contentOf(inMemory);
      expect(content).toEqual(await contentOf(onDisk));
      expect(content).toHaveLength(7);
      expect(content).not.toContain(undefined);
      expect((await extractFeatures(await optionsFor(root, { cache }))).reused).toBe(true);
    }));

  it('holds what the extractor gives, and of anomalies the patches that the mask covers', () =>
    withPhotos(async (root) => {
      const options = await optionsFor(root);
      const { store, index } = await extractFeatures(options);
      const extractor = await Extractor.create(engine, backbone, features);
      const produce = producer(options.setup, fileImages);
      let locals = 0;
      for (const { images, local, features: rows } of await everyShard(store, index)) {
        expect(local.coverage.every((share) => share > 0 && share <= 1)).toBe(true);
        let next = images.length;
        for (const [image, { path, classIndex }] of images.entries()) {
          const own = await extractor.extract([await decodeImage(join(root, path))]);
          expect(rows.subarray(image * 16 * 22, (image + 1) * 16 * 22)).toEqual(own);
          const { anomalies } = await produce({
            path: join(root, path),
            className: options.classes[classIndex] as string,
            key: path,
          });
          const changed = await extractor.extract([anomalies[0]!.image]);
          const covered = [...anomalies[0]!.coverage.entries()].filter(([, share]) => share > 0);
          const places = [...local.image.keys()].filter((row) => local.image[row] === image);
          expect(places.map((row) => [local.position[row], local.coverage[row]])).toEqual(covered);
          for (const [offset, [position]] of covered.entries()) {
            const at = images.length * 16 + (places[offset] as number);
            expect(rows.subarray(at * 22, (at + 1) * 22)).toEqual(
              changed.subarray(position * 22, (position + 1) * 22),
            );
            next++;
            locals++;
          }
        }
        expect(next - images.length).toBe(local.image.length);
      }
      expect(locals).toBeGreaterThan(5);
      await extractor.release();
    }));

  it('cuts the middle out of an image once, with an anomaly or without', () =>
    withPhotos(async (root) => {
      const geometry = { ...squareOf(32), resizeTo: squareOf(40) };
      const plan = await planFeatures(engine, backbone, { ...features, geometry });
      const { setup, ...options } = await optionsFor(root, { features: plan });
      // With all of the photograph left in Eq. 3, nothing of the texture can be seen.
      const unseen = { ...setup.synthesis, betaMean: 1, betaDeviation: 0, betaLow: 1, betaHigh: 1 };
      const { store, index } = await extractFeatures({ ...options, setup: { ...setup, synthesis: unseen } });
      let compared = 0;
      for (const { images, local, features: halves } of await everyShard(store, index)) {
        const rows = halvesToFloats(halves);
        const row = (at: number) => rows.subarray(at * 22, (at + 1) * 22);
        local.position.forEach((position, at) => {
          const normal = row((local.image[at] as number) * 16 + position);
          const anomalous = row(images.length * 16 + at);
          // Images with anomalies are rounded to bytes.
          normal.forEach((value, dimension) => {
            expect(Math.abs(value - (anomalous[dimension] as number))).toBeLessThan(0.01);
          });
          compared++;
        });
      }
      expect(compared).toBeGreaterThan(5);
    }));

  it('counts its ids from where it is told, and holds no anomalies where none are wanted', () =>
    withPhotos(async (root) => {
      const { setup, ...options } = await optionsFor(root);
      const { store, index } = await extractFeatures({
        ...options,
        setup: { ...setup, perImage: 0 },
        firstId: 100,
      });
      const shards = await everyShard(store, index);
      expect(shards.flatMap(({ images }) => images.map(({ id }) => id)).sort()).toEqual([
        100, 101, 102, 103, 104,
      ]);
      expect(shards.every(({ local }) => local.image.length === 0)).toBe(true);
    }));
});

describe('a second extraction', () => {
  it('reuses the store where nothing changed, wherever the data set was moved to', () =>
    withPhotos(async (root) => {
      const first = await extractFeatures(await optionsFor(root));
      const before = await contentOf(first);
      let asked = 0;
      const counting = { ...engine, load: () => Promise.reject(new Error(`asked ${++asked}`)) };
      const second = await extractFeatures(await optionsFor(root, { engine: counting }));
      expect(second.reused).toBe(true);
      expect(second.index).toEqual(first.index);
      expect(await contentOf(second)).toEqual(before);
    }));

  const changes: [string, (root: string) => Promise<Partial<ExtractOptions>>][] = [
    [
      "an image's bytes",
      async (root) => {
        await writeFile(join(root, 'nut/1.png'), await encoded(noise(70, 60, 99)));
        return {};
      },
    ],
    ['the seed', async (root) => ({ setup: { ...(await optionsFor(root)).setup, seed: 6 } })],
    [
      'the bits of 16-bit files',
      async (root) => ({ setup: { ...(await optionsFor(root)).setup, bits: 12 } }),
    ],
    ['the backbone', async () => ({ backbone: tinyBackbone(1) })],
    [
      'the normalisation on its card',
      async () => ({ backbone: { ...backbone, card: { ...backbone.card, mean: [0, 0, 0] } } }),
    ],
    ['the input size', async () => ({ features: await planFor(48) })],
    [
      'the aggregation',
      async () => ({ features: { ...features, aggregation: { aggregation: 'pooled', width: 12 } } }),
    ],
    [
      'an option of the synthesis',
      async (root) => {
        const { setup } = await optionsFor(root);
        return { setup: { ...setup, synthesis: { ...setup.synthesis, augmentations: 0 } } };
      },
    ],
    ['the textures', async () => ({ texturesFingerprint: 'others' })],
    [
      'the classes kept to the part',
      async (root) => ({ setup: { ...(await optionsFor(root)).setup, foregroundClasses: ['nut'] } }),
    ],
    ['the first id', async () => ({ firstId: 7 })],
  ];
  it.each(changes)('makes a store of its own where %s changed', (_, change) =>
    withPhotos(async (root) => {
      const first = await extractFeatures(await optionsFor(root));
      const before = await contentOf(first);
      const changed = await change(root);
      const second = await extractFeatures(await optionsFor(root, changed));
      expect(second.reused).toBe(false);
      expect(second.index.key).not.toBe(first.index.key);
      const fresh = await optionsFor(root, { ...changed, cache: diskStorage(`${root}-fresh`) });
      const whole = await extractFeatures(fresh);
      expect(await contentOf(second)).toEqual(await contentOf(whole));
      // The one before stays, for whoever goes back to its options.
      expect(await contentOf(first)).toEqual(before);
    }),
  );
});

describe('a feature store', () => {
  const places: [string, (bytes: Buffer) => Uint8Array][] = [
    ['shard-00000.f16', (bytes) => bytes.fill(0, 100, 300)],
    ['shard-00001.f16', (bytes) => flipped(bytes, bytes.length - 1)],
    ['shard-00000.json', (bytes) => flipped(bytes, bytes.indexOf('coverage') + 20)],
    ['shard-00001.json', (bytes) => bytes.subarray(0, 50)],
    ['shard-00001.f16', () => new Uint8Array()],
    ['index.json', (bytes) => flipped(bytes, bytes.indexOf('width') + 8)],
  ];

  it.each(places)('that is damaged, %s, is made again with a note', (name, damage) =>
    withPhotos(async (root) => {
      const first = await extractFeatures(await optionsFor(root));
      const before = await contentOf(first);
      const path = join(first.store.storage.pathOf(), name);
      await writeFile(path, damage(await readFile(path)));
      const notes: string[] = [];
      const second = await extractFeatures(await optionsFor(root, { note: (text) => notes.push(text) }));
      expect(second.reused).toBe(false);
      expect(await contentOf(second)).toEqual(before);
      expect(notes).toEqual([`${path} was damaged, and was made again.`]);
    }),
  );

  it('that is damaged while it is used is refused with what to do', () =>
    withPhotos(async (root) => {
      const { store, index } = await extractFeatures(await optionsFor(root));
      for (const [name, damage] of places.slice(0, 5)) {
        const path = join(store.storage.pathOf(), name);
        const whole = await readFile(path);
        await writeFile(path, damage(Buffer.from(whole)));
        await expect(everyShard(store, index)).rejects.toMatchObject({
          code: 'STORE_DAMAGED',
          message: expect.stringContaining(`${path}: this shard`),
        });
        await writeFile(path, whole);
      }
      await expect(everyShard(store, index)).resolves.toHaveLength(index.shards.length);
    }));

  it('gives each image alone, of a store just made and of one found', () =>
    withPhotos(async (root) => {
      for await (const { store, index, read } of madeAndFound(root)) {
        for (const { images, features: all } of await everyShard(store, index))
          for (const [at, { id }] of images.entries())
            expect(await read(id)).toEqual(all.slice(at * imageLength, (at + 1) * imageLength));
        await expect(read(5)).rejects.toThrow('The store has no image 5.');
      }
    }));

  it('refuses an image alone that is not as it was, and no other', () =>
    withPhotos(async (root) => {
      for await (const { store, read } of madeAndFound(root)) {
        const [first, second] = (await store.readShardIndex(0)).images.map(({ id }) => id);
        const path = join(store.storage.pathOf(), 'shard-00000.f16');
        const whole = await readFile(path);
        const refused = {
          code: 'STORE_DAMAGED',
          message: expect.stringContaining(`${path}: this shard`),
        };
        await writeFile(path, flipped(Buffer.from(whole), 2 * imageLength + 7));
        await expect(read(first!)).resolves.toHaveLength(imageLength);
        await expect(read(second!)).rejects.toMatchObject(refused);
        await writeFile(path, whole.subarray(0, 100));
        await expect(read(first!)).rejects.toMatchObject(refused);
        await rm(path);
        await expect(read(first!)).rejects.toMatchObject(refused);
        await writeFile(path, whole);
      }
    }));

  /** A store just made, and the same found again. */
  async function* madeAndFound(root: string) {
    for (const reused of [false, true]) {
      const made = await extractFeatures(await optionsFor(root));
      expect(made.reused).toBe(reused);
      yield { ...made, read: imageReader(made.store, made.index) };
    }
  }

  function flipped(bytes: Buffer, at: number): Buffer {
    bytes[at]! ^= 1;
    return bytes;
  }
});

describe('several extractions at once', () => {
  it('make a store once: the others wait and use it', () =>
    withPhotos(async (root) => {
      const whole = await extractFeatures(await optionsFor(root, { cache: diskStorage(`${root}-whole`) }));
      const notes: string[] = [];
      const all = await Promise.all(
        Array.from({ length: 3 }, async () =>
          extractFeatures(await optionsFor(root, { note: (text) => notes.push(text) })),
        ),
      );
      expect(all.filter(({ reused }) => !reused)).toHaveLength(1);
      for (const each of all) expect(await contentOf(each)).toEqual(await contentOf(whole));
      expect(notes).toContainEqual(
        expect.stringMatching(/^Waiting for another training that makes .*features-/),
      );
      expect(existsSync(join(all[0]!.store.storage.pathOf(), '.lock'))).toBe(false);
    }));
});

describe('an interrupted extraction', () => {
  it('reports where it stopped, makes the missing shards, and gives the same bytes', () =>
    withPhotos(async (root) => {
      const whole = await extractFeatures(await optionsFor(root, { cache: diskStorage(`${root}-whole`) }));
      const controller = new AbortController();
      const stopped = extractFeatures(
        await optionsFor(root, {
          signal: controller.signal,
          onProgress: ({ done }) => done === 3 && controller.abort(),
        }),
      );
      await expect(stopped).rejects.toThrow(/Stopped in patch features, image 3 of 5\./);
      const kept = join(`${root}-store`, basename(whole.store.storage.pathOf()), 'shard-00000.f16');
      const before = (await stat(kept)).mtimeMs;
      const done: number[] = [];
      const resumed = await extractFeatures(
        await optionsFor(root, { onProgress: (event) => done.push(event.done) }),
      );
      // The first shard's two images are there; the second one's was half done and is done again.
      expect(done).toEqual([3, 4, 5]);
      expect((await stat(kept)).mtimeMs).toBe(before);
      expect(await contentOf(resumed)).toEqual(await contentOf(whole));
    }));

  it('before its first shard leaves no usable store', () =>
    withPhotos(async (root) => {
      const stopped = extractFeatures(await optionsFor(root, { signal: AbortSignal.abort() }));
      await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
      expect((await extractFeatures(await optionsFor(root))).reused).toBe(false);
    }));

  it('of other options is not continued', () =>
    withPhotos(async (root) => {
      const controller = new AbortController();
      const stopped = extractFeatures(
        await optionsFor(root, {
          signal: controller.signal,
          onProgress: ({ done }) => done === 3 && controller.abort(),
        }),
      );
      await expect(stopped).rejects.toThrow(/Stopped/);
      const { setup } = await optionsFor(root);
      const other = { setup: { ...setup, seed: 77 } };
      const second = await extractFeatures(await optionsFor(root, other));
      const whole = await extractFeatures(
        await optionsFor(root, { ...other, cache: diskStorage(`${root}-whole`) }),
      );
      expect(await contentOf(second)).toEqual(await contentOf(whole));
    }));
});

it('by a broken image is an error that names it', () =>
  withPhotos(async (root) => {
    const options = await optionsFor(root);
    await writeFile(join(root, 'bolt/1.png'), 'no image');
    await expect(extractFeatures(options)).rejects.toThrow(/bolt\/1\.png/);
    const samples: Sample[] = options.samples.filter(({ path }) => !path.endsWith('bolt/1.png'));
    await expect(extractFeatures({ ...options, samples, fingerprint: 'less' })).resolves.toMatchObject({
      reused: false,
    });
  }));

describe('finer layers', () => {
  const planWith = (fineWeight: number) =>
    planFeatures(engine, backbone, {
      geometry: squareOf(32),
      layers: ['layer3'],
      fineLayers: ['layer2'],
      fineWeight,
      aggregation: { aggregation: 'concatenated' },
    });

  it('come before the others, on their grid, multiplied by their weight', async () => {
    const image = noise(40, 40);
    const rows = async (plan: FeaturePlan) => {
      const extractor = await Extractor.create(engine, backbone, plan);
      expect(patchGrid(plan)).toEqual(squareGrid(2));
      const features = halvesToFloats(await extractor.extract([image]));
      await extractor.release();
      return features;
    };
    const [whole, half] = [await rows(await planWith(1)), await rows(await planWith(0.5))];
    expect(whole).toHaveLength(4 * 22);
    whole.forEach((value, at) => {
      expect(half[at]).toBeCloseTo(at % 22 < 12 ? value / 2 : value, 2);
    });
  });
});

describe('a card that is not of its file', () => {
  const { card } = backbone;
  const planAs = (layer: Partial<BackboneLayer>, size = 64) =>
    planFeatures(
      engine,
      { ...backbone, card: { ...card, layers: [{ ...card.layers[0]!, ...layer }, card.layers[1]!] } },
      {
        geometry: squareOf(size),
        layers: ['layer2', 'layer3'],
        fineLayers: [],
        fineWeight: 1,
        aggregation: { aggregation: 'concatenated' },
      },
    );

  it('is refused before anything is extracted: stride and channels', async () => {
    for (const stride of [4, 16])
      await expect(planAs({ stride }), String(stride)).rejects.toThrow(
        `/tiny.onnx: cannot serve as a backbone: layer layer2 has the shape [1, 12, 8, 8] on 64 x 64 pixels; its card says a stride of ${stride}, which is about ${64 / stride} positions.`,
      );
    await expect(planAs({ channels: 13 })).rejects.toThrow('its card says 13 channels');
    await expect(planAs({})).resolves.toMatchObject({ grids: [squareGrid(8), squareGrid(4)] });
  });

  it('is not confused with a network that loses positions at the border', () => {
    const measured = (side: number) => [{ name: 'layer3', shape: [1, 10, side, side] }];
    const at = (size: number, side: number) => () =>
      requireAsCarded({ path: 'x', card: { ...card, inputSize: 224 } }, measured(side), squareOf(size));
    // As VGG without padding would have it: two positions fewer at any size.
    for (const size of [64, 128, 224, 512]) expect(at(size, size / 16 - 2), String(size)).not.toThrow();
    for (const size of [64, 128, 224, 512]) expect(at(size, size / 8), String(size)).toThrow(/stride of 16/);
  });
});

it('an input that is not square has patches by rows and columns, and is checked on each side', async () => {
  const plan = await planFeatures(engine, backbone, {
    ...features,
    geometry: { width: 64, height: 32 },
  });
  expect(patchGrid(plan)).toEqual({ rows: 4, columns: 8 });
  const extractor = await Extractor.create(engine, backbone, plan);
  const halves = await extractor.extract([noise(50, 70, 1), noise(50, 70, 2)]);
  expect(halves).toHaveLength(2 * 4 * 8 * 22);
  await extractor.release();
  const picky = { ...backbone, card: { ...backbone.card, sizeMultiple: 16 } };
  for (const [width, height, nearest] of [
    [64, 40, '64x48'],
    [40, 64, '48x64'],
  ] as const)
    await expect(planFeatures(engine, picky, { ...features, geometry: { width, height } })).rejects.toThrow(
      `to be each side a multiple of 16, as backbone tiny needs it (--input-size ${nearest}), got ${width}x${height}`,
    );
});

it('a backbone file that is fixed to one size runs at no other, and says at which', async () => {
  const fixed = new Graph();
  fixed.output(
    'layer2',
    averagePool(fixed.input('pixels', 'float32', [1, 3, 64, 64]), { kernel: 8, stride: 8 }),
  );
  const plan = planFeatures(
    engine,
    { ...backbone, model: decodeModel(fixed.toBytes()) },
    {
      geometry: squareOf(32),
      layers: ['layer2'],
      fineLayers: [],
      fineWeight: 1,
      aggregation: { aggregation: 'concatenated' },
    },
  );
  await expect(plan).rejects.toThrow('64 pixels, to which the ONNX file is fixed (--input-size 64), got 32');
});
