/**
 * @file Damaged files of ours, read back: what they say is what was written, or they are refused, or what was before them is taken. Never other
 * numbers.
 */
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskStorage } from '../../src/core/disk-storage.ts';
import { CladError } from '../../src/core/errors.ts';
import { Random } from '../../src/core/random.ts';
import { detectorBytes } from '../../src/detector/detector-bytes.ts';
import { readDetector } from '../../src/detector/file-checksum.ts';
import { FeatureStore } from '../../src/features/store/store.ts';
import { imageReader } from '../../src/features/store/stored-image.ts';
import { Graph, mul } from '../../src/graph/index.ts';
import { RunFolder } from '../../src/jobs/run-folder.ts';
import { readFitted, writeFitted } from '../../src/methods/shared/network-input/fitted-file.ts';
import type { Parameters } from '../../src/nn/parameters.ts';
import { type Checkpoint, CheckpointFolder } from '../../src/training/checkpoint.ts';
import { damaged, rounds } from '../helpers/hostile.ts';
import { madeMetadata } from '../helpers/made-metadata.ts';
import { madeRun as config } from '../helpers/made-run.ts';
import { makeStore, randomRows, withFolder } from '../helpers/made-store.ts';

/** Milliseconds that the long rounds may take. */
const slow = 600_000;

/** What `use` gives, or the code of the sentence it is refused with; another error fails the test. */
async function outcomeOf<T>(use: () => T | Promise<T>): Promise<T | string> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof CladError && error.kind === 'input') return error.code;
    throw error;
  }
}

/** Damages one of a folder's files, `use`s the folder, and puts the file back. */
async function withDamage(
  folder: string,
  random: Random,
  use: (what: string) => Promise<void>,
): Promise<void> {
  const files = (await readdir(folder)).sort();
  const name = random.pick(files);
  const path = join(folder, name);
  // No Buffer: a slice of one is no copy.
  const whole = Uint8Array.from(await readFile(path));
  if (random.integer(20) === 0) {
    await rm(path);
    await use(`${name} removed`);
  } else {
    const { how, bytes } = damaged(whole, random);
    await writeFile(path, bytes);
    await use(`${name} ${how}`);
  }
  await writeFile(path, whole);
}

describe('a damaged detector file', () => {
  const random = new Random('weights');
  const weights = Float32Array.from({ length: 5000 }, () => random.normal());
  const graph = new Graph();
  graph.output('y', mul(graph.input('x', 'float32', [5000]), graph.constant('w', weights, [5000])));
  const file = detectorBytes(graph.toModel(), madeMetadata);

  it(
    'is refused, whatever byte was changed or cut',
    async () => {
      for (const round of rounds(500, 5000)) {
        const { how, bytes } = damaged(file, new Random('detector', round));
        if (Buffer.compare(bytes, file) === 0) continue;
        expect(await outcomeOf(() => readDetector(bytes, 'model.onnx')), `round ${round}: ${how}`).toBe(
          'DETECTOR_INVALID',
        );
      }
    },
    slow,
  );
});

describe('a damaged feature store', () => {
  it(
    'gives the rows that were written, or is refused as damaged',
    () =>
      withFolder(async (folder) => {
        const made = await makeStore(folder, {
          width: 4,
          gridSide: 3,
          classes: ['bolt', 'nut'],
          shards: [2, 3],
          localOf: (id) => [{ position: id, coverage: 0.5 }],
          rowOf: randomRows(4),
        });
        const { header } = made.store;
        const whole = await Promise.all([0, 1].map((shard) => made.store.readShard(shard)));
        const ids = [...made.images];
        const read = imageReader(made.store, made.index);
        const images = await Promise.all(ids.map((id) => read(id)));
        for (const round of rounds(80, 1000)) {
          await withDamage(folder, new Random('store', round), async (what) => {
            const store = new FeatureStore(diskStorage(folder), header);
            const at = `round ${round}: ${what}`;
            const index = await outcomeOf(() => store.completed());
            expect([undefined, made.index], at).toContainEqual(index);
            for (const shard of [0, 1]) {
              const read = await outcomeOf(() => store.readShard(shard));
              expect(['STORE_DAMAGED', whole[shard]], at).toContainEqual(read);
              // What counts as there can be read, and what can be read counts as there.
              expect(await store.hasShard(shard), at).toBe(read !== 'STORE_DAMAGED');
            }
            // Of a store that was damaged before it was opened, and of one that is in use.
            for (const from of [store, made.store]) {
              const image = imageReader(from, made.index);
              for (const [position, id] of ids.entries())
                expect(['STORE_DAMAGED', images[position]], at).toContainEqual(
                  await outcomeOf(() => image(id)),
                );
            }
          });
        }
      }),
    slow,
  );
});

const parameters = (value: number): Parameters => ({
  'adaptor.0.weight': { shape: [20, 30], data: new Float32Array(600).map((_, at) => value + at / 7) },
  step: { shape: [], data: Float32Array.of(value) },
});

describe('a damaged checkpoint', () => {
  it(
    'is read as the last one, or with a note as the one before',
    () =>
      withFolder(async (folder) => {
        const checkpointAt = (step: number): Checkpoint => ({
          progress: { stage: 1, step, best: { stage: 1, step: step - 1, value: 0.5 } },
          state: parameters(step),
          best: parameters(step - 0.5),
        });
        const written = [checkpointAt(10), checkpointAt(20)];
        for (const round of rounds(50, 1500)) {
          await rm(folder, { recursive: true });
          await mkdir(folder);
          for (const each of written) await new CheckpointFolder(diskStorage(folder), 'key').write(each);
          await withDamage(folder, new Random('checkpoint', round), async (what) => {
            const notes: string[] = [];
            const read = await new CheckpointFolder(diskStorage(folder), 'key').read((text) =>
              notes.push(text),
            );
            // One damaged file never takes both.
            expect(written, `round ${round}: ${what}`).toContainEqual(read);
            expect(notes, what).toHaveLength(read?.progress.step === 10 ? 1 : 0);
          });
        }
      }),
    slow,
  );
});

describe('a damaged file of what was fitted', () => {
  it(
    'is read as it was written, or refused as damaged',
    () =>
      withFolder(async (folder) => {
        const name = 'fitted-key.safetensors';
        const path = join(folder, name);
        const fitted = {
          kind: 'feature' as const,
          width: 40,
          noiseDeviation: new Float32Array(40).fill(0.3),
        };
        await writeFitted(diskStorage(folder), name, fitted, 'key');
        for (const round of rounds(200, 2000)) {
          await withDamage(folder, new Random('fitted', round), async (what) => {
            const read = await outcomeOf(() => readFitted(diskStorage(folder), name, 'key'));
            const there = (await stat(path).catch(() => undefined)) !== undefined;
            const expected = [there ? 'FILE_DAMAGED' : undefined, fitted];
            expect(expected, `round ${round}: ${what}`).toContainEqual(read);
          });
        }
      }),
    slow,
  );
});

describe('a damaged run folder', () => {
  it(
    'has the options it was begun with, or is refused',
    () =>
      withFolder(async (folder) => {
        const run = new RunFolder(folder);
        await run.begin(config, false, ['["disc","train","good","a.png","1:a"]']);
        await run.log({ stage: 1, step: 5, losses: { total: 1 } });
        for (const round of rounds(150, 2000)) {
          await withDamage(folder, new Random('run', round), async (what) => {
            const at = `round ${round}: ${what}`;
            const read = await outcomeOf(() => run.config());
            expect(['FILE_DAMAGED', 'FILE_UNREADABLE', 'RUN_NOT_FOUND', config], at).toContainEqual(read);
            const origin = await outcomeOf(() => run.originIfAny());
            expect(['FILE_DAMAGED', undefined, { data: config.data }], at).toContainEqual(origin);
            if (typeof read === 'string') return;
            // Neither the log nor the list of files ends a command.
            await run.rewindLog(2, 0);
            const other = { ...config, data: { ...config.data, fingerprint: 'g' } };
            expect(await outcomeOf(() => run.begin(other, true, [])), at).toBe('RUN_DIFFERS');
          });
        }
      }),
    slow,
  );
});
