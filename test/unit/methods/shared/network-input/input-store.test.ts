/** @file The networks' input of every patch: computed once, found again, and never another fit's. */

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskStorage } from '../../../../../src/core/disk-storage.ts';
import { cladPresets as presets } from '../../../../../src/methods/clad/clad-options.ts';
import {
  fitFeatureInput,
  fitResidualInput,
} from '../../../../../src/methods/shared/network-input/fit-input.ts';
import { inputSession } from '../../../../../src/methods/shared/network-input/input-session.ts';
import {
  type InputStoreOptions,
  inputStore,
} from '../../../../../src/methods/shared/network-input/input-store.ts';
import type { FittedResidual } from '../../../../../src/methods/shared/network-input/network-input.ts';
import type { Engine } from '../../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../../src/runtime/node.ts';
import { type MadeStore, makeStore, randomRows } from '../../../../helpers/made-store.ts';
import { squareGrid } from '../../../../helpers/sizes.ts';

const width = 8;
const plain = await nodeEngine({ threads: 2 });
let loads = 0;
/** An engine that counts how often it is asked for anything. */
const engine: Engine = {
  ...plain,
  load: (model) => {
    loads++;
    return plain.load(model);
  },
};
const training = {
  ...presets.fast,
  noise: presets.fast.globalAnomalies.noise,
  memoryBank: { ...presets.fast.memoryBank, components: 5, coresetSize: 20, candidates: 1000 },
};

let folder = '';
let made: MadeStore;
let fitted: FittedResidual;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-inputs-'));
  made = await makeStore(join(folder, 'features'), {
    width,
    gridSide: 3,
    classes: ['bolt', 'nut'],
    shards: [2, 3, 2],
    localOf: (id) => [{ position: id, coverage: 0.5 }],
    rowOf: randomRows(width),
  });
  fitted = await fitResidualInput(plain, made, training);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function inputs(name: string, options: Partial<InputStoreOptions> = {}) {
  loads = 0;
  return inputStore({
    engine,
    features: made,
    fitted,
    fitKey: 'fit',
    cache: diskStorage(join(folder, name)),
    ...options,
  });
}

async function bytesOf({ store }: Pick<MadeStore, 'store'>): Promise<Buffer[]> {
  const files = ['shard-00000', 'shard-00001', 'shard-00002'].flatMap((stem) => [
    `${stem}.f16`,
    `${stem}.json`,
  ]);
  return Promise.all([...files, 'index.json'].map((file) => readFile(join(store.storage.pathOf(), file))));
}

describe('the input store', () => {
  it('is the feature store itself where the networks see features', async () => {
    const feature = await fitFeatureInput(engine, made, training);
    expect(await inputs('feature', { fitted: feature })).toBe(made);
    expect(loads).toBe(0);
  });

  it('has the rows of the feature store, matched without entries of their own image', async () => {
    const { store, index } = await inputs('rows');
    expect(index).toMatchObject({ width: 5, grid: squareGrid(3), classes: ['bolt', 'nut'] });
    expect(index.shards).toEqual(made.index.shards);
    const session = await inputSession(plain, width, fitted);
    for (let shard = 0; shard < 3; shard++) {
      const before = await made.store.readShard(shard);
      const after = await store.readShard(shard);
      expect({ images: after.images, local: after.local }).toEqual({
        images: before.images,
        local: before.local,
      });
      const ofRows = [
        ...before.images.flatMap((image) => new Array<typeof image>(9).fill(image)),
        ...before.local.image.map((image) => before.images[image]!),
      ];
      const classes = ofRows.map(({ classIndex }) => classIndex);
      const images = ofRows.map(({ id }) => id);
      const { rows } = await session.run(before.features, { images, classes });
      expect(after.features).toEqual(rows);
      const strangers = { images: images.map(() => 999), classes };
      const foreign = await session.run(before.features, strangers);
      expect(after.features).not.toEqual(foreign.rows);
    }
    await session.release();
  });

  it('is made again where it is damaged, with a note', async () => {
    const first = await inputs('damaged');
    const before = await bytesOf(first);
    const path = join(first.store.storage.pathOf(), 'shard-00001.f16');
    await writeFile(path, (await readFile(path)).fill(0, 20, 60));
    const notes: string[] = [];
    const second = await inputs('damaged', { note: (text) => notes.push(text) });
    expect(await bytesOf(second)).toEqual(before);
    expect(notes).toEqual([`${path} was damaged, and was made again.`]);
  });

  it('is used again, without the engine', async () => {
    const first = await inputs('again');
    expect(loads).toBe(1);
    const second = await inputs('again');
    expect(loads).toBe(0);
    expect(second.index).toEqual(first.index);
  });

  it('is made anew for another fit, and for other features', async () => {
    await inputs('other');
    await inputs('other', { fitKey: 'another' });
    expect(loads).toBe(1);
    await inputs('other');
    expect(loads).toBe(0);
    const features = await makeStore(join(folder, 'features2'), {
      width,
      gridSide: 3,
      classes: ['bolt', 'nut'],
      shards: [2, 3, 2],
      rowOf: randomRows(width, 5),
      key: 'features2',
    });
    const { store } = await inputs('other', { features });
    expect(loads).toBe(1);
    expect((await store.readShard(0)).local.image).toEqual([]);
  });

  it('that was interrupted gets what is missing, and has the same bytes', async () => {
    const whole = await inputs('whole');
    const controller = new AbortController();
    const stopped = inputs('stopped', {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(stopped).rejects.toThrow(/Stopped in matching patches to the memory bank/);
    const first = join(folder, 'stopped', basename(whole.store.storage.pathOf()), 'shard-00000.f16');
    const before = (await stat(first)).mtimeMs;
    const resumed = await inputs('stopped');
    expect((await stat(first)).mtimeMs).toBe(before);
    expect(await bytesOf(resumed)).toEqual(await bytesOf(whole));
  });
});
