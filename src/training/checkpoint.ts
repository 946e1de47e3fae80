/**
 * @file What a training needs to go on where it stopped: `state.json` (where it is, what was best) and the safetensors files it
 * names. The files are written first under names of their own, then `state.json` is replaced, then what is no longer named is removed:
 * whenever the process is killed, a whole checkpoint is there. The one before is kept as `previous.json`, for the case that the last one is damaged.
 */

import { fileDamaged } from '../core/damaged-file.ts';
import { CladError, reasonOf } from '../core/errors.ts';
import { openSealed, sealedJson } from '../core/sealed-json.ts';
import { type Storage, textOf } from '../core/storage.ts';
import type { Parameters } from '../nn/parameters.ts';
import { readParameters, writeParameters } from './parameter-file.ts';

/** One validation of a stage's networks. */
export interface Validation {
  /** From 1. */
  readonly stage: number;
  readonly step: number;
  /** Higher is better. */
  readonly value: number;
}

/** What was found of the networks at one step. */
export interface ValidatedState {
  /** From 1. */
  readonly stage: number;
  readonly step: number;
  /** What selection said; absent where the last state is taken. */
  readonly value?: number;
  /** What else was measured, by name; it has no say in what is taken. */
  readonly measured?: Readonly<Record<string, number>>;
}

/** How far a training is. */
export interface TrainingState {
  /** From 1. */
  readonly stage: number;
  /** Steps of the stage done. */
  readonly step: number;
  readonly best?: Validation;
  /** All validations until here; absent where there was none. */
  readonly validated?: readonly ValidatedState[];
}

/** A checkpoint in memory. */
export interface Checkpoint {
  readonly progress: TrainingState;
  /** Weights, moments, statistics and counter, as `initialState` makes them. */
  readonly state: Parameters;
  /** Parameters of the best validation so far. */
  readonly best?: Parameters;
}

interface StateFile extends TrainingState {
  /** What the training depends on; another key is another training. */
  readonly key: string;
  readonly files: { readonly state: string; readonly best?: string };
}

const stateFile = 'state.json';
const previousFile = 'previous.json';

/** Reads and writes the checkpoint of one training. */
export class CheckpointFolder {
  readonly storage: Storage;
  readonly #key: string;
  /** The file of the best parameters that is known to be ours and whole. */
  #best: string | undefined;

  /**
   * @param storage - a place of the checkpoint's own
   * @param key - names the training; another key is another training
   */
  constructor(storage: Storage, key: string) {
    this.storage = storage;
    this.#key = key;
  }

  /**
   * The last checkpoint of this training that is whole; undefined where there is none.
   * @param note - told of one that is damaged, and what is done about it
   */
  async read(note?: (text: string) => void): Promise<Checkpoint | undefined> {
    // A training that goes on may have been killed while it wrote.
    await this.storage.tidy();
    let damage: string | undefined;
    for (const name of [stateFile, previousFile]) {
      const found = await this.#readWhole(name).catch((error: unknown) => {
        if (!(error instanceof CladError) || error.code !== 'FILE_DAMAGED') throw error;
        damage ??= error.message;
        return undefined;
      });
      if (!found) continue;
      if (name === previousFile) {
        const { stage, step } = found.progress;
        const lost = damage ?? `${this.storage.pathOf(stateFile)} is missing.`;
        note?.(`${lost} The training goes on from the checkpoint before: stage ${stage}, step ${step}.`);
        // It is the last one now; the next must not take the damaged one for the one before.
        const before = await this.storage.read(previousFile);
        if (before) await this.storage.write(stateFile, before);
      }
      return found;
    }
    if (damage !== undefined)
      note?.(`${damage} There is no whole checkpoint before: the steps are made again from the first.`);
    return undefined;
  }

  /** @throws FILE_DAMAGED where the checkpoint, or a file of it, is not whole */
  async #readWhole(name: string): Promise<Checkpoint | undefined> {
    const written = await this.#readState(name);
    if (!written) return undefined;
    const { key: _, files, ...progress } = written;
    const state = await this.#readOwn(files.state);
    if (files.best === undefined) return { progress, state };
    const best = await this.#readOwn(files.best);
    this.#best = files.best;
    return { progress, state, best };
  }

  /** What one of the two files says; undefined where it is not there, or of another training. @throws FILE_DAMAGED */
  async #readState(name: string): Promise<StateFile | undefined> {
    const damaged = (reason: string) => fileDamaged(this.storage.pathOf(name), reason);
    const bytes = await this.storage.read(name).catch((error: Error) => {
      throw damaged(reasonOf(error.cause ?? error));
    });
    if (!bytes) return undefined;
    const written = openSealed(textOf(bytes)) as StateFile | undefined;
    if (!written) throw damaged('its checksum is another, or it has none');
    return written.key === this.#key ? written : undefined;
  }

  async #readOwn(name: string): Promise<Parameters> {
    const path = this.storage.pathOf(name);
    const read = await readParameters(this.storage, name);
    if (!read) throw fileDamaged(path, 'it is missing');
    if (read.metadata.key !== this.#key) throw fileDamaged(path, 'it is of another training');
    return read.parameters;
  }

  /** Replaces the checkpoint; the last one becomes the one before. */
  async write({ progress, state, best }: Checkpoint): Promise<void> {
    const about = { key: this.#key };
    const files: { state: string; best?: string } = {
      state: `state-${progress.stage}-${progress.step}.safetensors`,
    };
    await writeParameters(this.storage, files.state, state, about);
    if (best && progress.best) {
      files.best = `best-${progress.best.stage}-${progress.best.step}.safetensors`;
      if (files.best !== this.#best) await writeParameters(this.storage, files.best, best, about);
      this.#best = files.best;
    }
    const content: StateFile = { key: this.#key, ...progress, files };
    const before = await this.#keepBefore();
    await this.storage.write(stateFile, sealedJson(content));
    const kept = [files.state, files.best, before?.files.state, before?.files.best];
    for (const name of await this.storage.list()) {
      const own = /^(state|best)-.*\.safetensors$/.test(name) || (name === previousFile && !before);
      if (own && !kept.includes(name)) await this.storage.remove(name);
    }
  }

  /** Makes the last checkpoint the one before; where it is damaged, that stays which was before it. */
  async #keepBefore(): Promise<StateFile | undefined> {
    const orNothing = (name: string) => this.#readState(name).catch(() => undefined);
    const last = await orNothing(stateFile);
    if (!last) return orNothing(previousFile);
    await this.storage.write(previousFile, sealedJson(last));
    return last;
  }
}
