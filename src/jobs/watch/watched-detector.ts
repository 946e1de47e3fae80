/** @file The detector of a watched folder: opened again when its file has changed, by `clad update` or `clad calibrate`, between two photographs. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { CladError } from '../../core/errors.ts';
import { readBytes } from '../../core/files.ts';
import { Detector } from '../../detector/detector.ts';
import { versionOf } from '../../detector/metadata.ts';
import type { Engine } from '../../runtime/engine.ts';
import { modelPathOf } from '../run-folder.ts';

interface Opened {
  readonly detector: Detector;
  readonly sha256: string;
  /** Of the file, to see that it has changed. */
  readonly state: string;
}

/** A detector that follows its file. */
export class WatchedDetector {
  readonly #engine: Engine;
  readonly #path: string;
  #opened: Opened;

  private constructor(engine: Engine, path: string, opened: Opened) {
    this.#engine = engine;
    this.#path = path;
    this.#opened = opened;
  }

  /**
   * @param run - a run's folder, or a detector file
   * @throws what opening a detector throws
   */
  static async open(engine: Engine, run: string): Promise<WatchedDetector> {
    const path = await modelPathOf(run);
    return new WatchedDetector(engine, path, await opened(engine, path));
  }

  get opened(): Detector {
    return this.#opened.detector;
  }

  /** Of the file, in hexadecimal. */
  get sha256(): string {
    return this.#opened.sha256;
  }

  /** As the file says. */
  get version(): number {
    return versionOf(this.opened.metadata);
  }

  /** Opens the file again where it has changed. A new one that cannot be opened leaves the old one at work. @returns what to tell people */
  async refresh(): Promise<string[]> {
    const state = await stateOf(this.#path).catch(() => undefined);
    if (state === undefined || state === this.#opened.state) return [];
    try {
      const before = this.#opened.detector;
      this.#opened = await opened(this.#engine, this.#path);
      await before.release();
      return [`${this.#path} has changed; version ${this.version} judges from here on.`];
    } catch (error) {
      if (!(error instanceof CladError)) throw error;
      // Not again before it changes once more.
      this.#opened = { ...this.#opened, state };
      return [`${error.message} The version of before goes on judging.`];
    }
  }

  release(): Promise<void> {
    return this.opened.release();
  }
}

async function opened(engine: Engine, path: string): Promise<Opened> {
  const state = await stateOf(path);
  const bytes = await readBytes(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { detector: await Detector.fromOwnBytes(engine, bytes, path), sha256, state };
}

async function stateOf(path: string): Promise<string> {
  const { ino, size, mtimeMs } = await stat(path);
  return [ino, size, mtimeMs].join(' ');
}
