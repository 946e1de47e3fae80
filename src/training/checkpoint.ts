/**
 * @file What a training needs to go on where it stopped: `state.json` (where it is, what was best) and the safetensors files it
 * names. The files are written first under names of their own, then `state.json` is replaced, then what it no longer names is removed:
 * whenever the process is killed, a whole checkpoint is there.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeAbandoned, writeFileAtomic } from '../core/files.ts';
import { decodeSafetensors, encodeSafetensors, safetensorFloats } from '../core/safetensors.ts';
import type { Parameters } from '../model/parameters.ts';

/** One judgement of a stage's networks. */
export interface Judgement {
  readonly stage: 1 | 2;
  readonly step: number;
  /** Higher is better. */
  readonly value: number;
}

/** How far a training is. */
export interface TrainingState {
  readonly stage: 1 | 2;
  /** Steps of the stage done. */
  readonly step: number;
  readonly best?: Judgement;
}

/** A checkpoint in memory. */
export interface Checkpoint {
  readonly progress: TrainingState;
  /** Weights, moments, statistics and counter, as `initialState` makes them. */
  readonly state: Parameters;
  /** Parameters of the best judgement so far. */
  readonly best?: Parameters;
}

interface StateFile extends TrainingState {
  /** What the training depends on; another key is another training. */
  readonly key: string;
  readonly files: { readonly state: string; readonly best?: string };
}

const stateFile = 'state.json';

/** Reads and writes the checkpoint of one training. */
export class CheckpointFolder {
  readonly folder: string;
  readonly key: string;
  /** The file of the best parameters that is known to be ours and whole. */
  #best: string | undefined;

  constructor(folder: string, key: string) {
    this.folder = folder;
    this.key = key;
  }

  /** How far the last checkpoint of this training is; undefined where there is none. */
  async readProgress(): Promise<TrainingState | undefined> {
    return (await this.#readState())?.progress;
  }

  /** The last checkpoint of this training; undefined where there is none. */
  async read(): Promise<Checkpoint | undefined> {
    // A training that goes on may have been killed while it wrote.
    await removeAbandoned(this.folder);
    const found = await this.#readState();
    if (!found) return undefined;
    const { progress, files } = found;
    const state = await readParameters(join(this.folder, files.state));
    if (files.best === undefined) return { progress, state };
    const best = await readParameters(join(this.folder, files.best));
    this.#best = files.best;
    return { progress, state, best };
  }

  async #readState(): Promise<{ progress: TrainingState; files: StateFile['files'] } | undefined> {
    const path = join(this.folder, stateFile);
    if (!existsSync(path)) return undefined;
    const { key, files, ...progress } = JSON.parse(await readFile(path, 'utf8')) as StateFile;
    return key === this.key ? { progress, files } : undefined;
  }

  /** Replaces the checkpoint. */
  async write({ progress, state, best }: Checkpoint): Promise<void> {
    const files: { state: string; best?: string } = {
      state: `state-${progress.stage}-${progress.step}.safetensors`,
    };
    await writeParameters(join(this.folder, files.state), state);
    if (best && progress.best) {
      files.best = `best-${progress.best.stage}-${progress.best.step}.safetensors`;
      if (files.best !== this.#best) await writeParameters(join(this.folder, files.best), best);
      this.#best = files.best;
    }
    const content: StateFile = { key: this.key, ...progress, files };
    await writeFileAtomic(join(this.folder, stateFile), `${JSON.stringify(content, null, 2)}\n`);
    for (const name of await readdir(this.folder)) {
      const kept = name === stateFile || name === files.state || name === files.best;
      if (!kept && /^(state|best)-.*\.safetensors$/.test(name)) await rm(join(this.folder, name));
    }
  }
}

/** Writes named arrays as a safetensors file. */
export async function writeParameters(
  path: string,
  parameters: Parameters,
  metadata: Record<string, string> = {},
): Promise<void> {
  const tensors = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, data }]) => [
      name,
      { dtype: 'F32' as const, shape, data: data as Float32Array<ArrayBuffer> },
    ]),
  );
  await writeFileAtomic(path, encodeSafetensors(tensors, metadata));
}

/** Reads named arrays. */
async function readParameters(path: string): Promise<Parameters> {
  const { tensors } = decodeSafetensors(await readFile(path), path);
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      { shape: tensor.shape, data: safetensorFloats(tensor) },
    ]),
  );
}
