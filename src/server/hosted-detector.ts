/**
 * @file One detector that is served under a name and a version: it is loaded again when its file is replaced, and when its thread died.
 * Work that began on the old file ends on it. A file that cannot be used changes nothing.
 */
import { CladError, reasonOf } from '../core/errors.ts';
import type { DetectorMetadata } from '../detector/metadata.ts';
import { defaultThreads } from '../runtime/default-threads.ts';
import type { Device } from '../runtime/engine.ts';
import { WorkerClient } from '../runtime/worker/client.ts';
import { nodeWorker } from '../runtime/worker/node-port.ts';
import type { AskedImage, DetectorHandlers, RunOutcome } from './detector-thread.ts';
import type { Extent } from './image-threads.ts';
import { LargeEngine, runIn } from './large-engine.ts';
import { fileMark, watchFile } from './watch.ts';

/** Milliseconds between two looks at a detector's file. */
const lookEvery = 500;
/** Milliseconds after the last large image that the engine for such is kept: it takes about a second to open, and gigabytes to keep. */
const keepLarge = 30_000;
/** Milliseconds before a dead thread is started again: doubled each time until something was computed. */
const restartDelay = { first: 100, most: 30_000 };

/** Which detector, and where it is. */
export interface ServedSource {
  readonly name: string;
  readonly version: string;
  /** The .onnx file. */
  readonly path: string;
}

/** How detectors are run, and who is told of what becomes of them. */
export interface HostOptions {
  readonly device?: Device;
  /** Threads one operation may use. @default the machine's cores */
  readonly threads?: number;
  /** The compiled file of the thread that owns the detector. @default detector-thread.js */
  readonly script?: URL;
  onReload(source: ServedSource, problem: string | undefined): void;
  onDeath(source: ServedSource, reason: string): void;
  /** Told what the thread prints, which is a library's warning. */
  onOutput?(text: string): void;
}

/** The content of a detector's file at one time, loaded. */
export interface Loaded {
  readonly metadata: DetectorMetadata;
  /** ISO 8601. */
  readonly loadedAt: string;
  /**
   * Predicts images of one size; their pixels move away and come back with the outcome.
   * @param extent - large ones are predicted beside the small ones, where there is memory for two engines
   * @throws WORKER_DIED
   */
  run(asked: readonly AskedImage[], extent: Extent): Promise<RunOutcome>;
  /** Keeps it loaded until what this returns is called. */
  hold(): () => void;
}

/** A loaded file with the means to let it go. */
interface Held extends Loaded {
  retire(): Promise<void>;
}

const ownScript = new URL('./detector-thread.js', import.meta.url);

export class HostedDetector {
  readonly source: ServedSource;
  readonly #options: HostOptions;
  #current: Held | undefined;
  #stopWatching = () => {};
  #closed = false;
  /** Loads one at a time, in turn. */
  #turn: Promise<void> = Promise.resolve();
  #delay = restartDelay.first;

  private constructor(source: ServedSource, options: HostOptions) {
    this.source = source;
    this.#options = options;
  }

  /** @throws FILE_UNREADABLE, DETECTOR_INVALID or DEVICE_UNAVAILABLE */
  static async load(source: ServedSource, options: HostOptions): Promise<HostedDetector> {
    const hosted = new HostedDetector(source, options);
    const mark = await fileMark(source.path);
    hosted.#current = await hosted.#open();
    hosted.#stopWatching = watchFile(source.path, mark, lookEvery, () => hosted.#replace());
    return hosted;
  }

  /** What is loaded now; undefined while a dead thread is started again. */
  get current(): Loaded | undefined {
    return this.#current;
  }

  /** @throws DETECTOR_UNAVAILABLE */
  require(): Loaded {
    if (this.#current) return this.#current;
    throw new CladError('DETECTOR_UNAVAILABLE', { name: this.source.name });
  }

  /** Loads the file again, whether it has changed or not; resolves when that is done or has failed. */
  reload(): Promise<void> {
    this.#replace();
    return this.#turn;
  }

  /** Stops watching and lets go of what is loaded, once its work is done. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopWatching();
    await this.#turn;
    await this.#current?.retire();
    this.#current = undefined;
  }

  #replace(): void {
    this.#turn = this.#turn.then(async () => {
      if (this.#closed) return;
      let problem: string | undefined;
      try {
        const before = this.#current;
        this.#current = await this.#open();
        // Not waited for: what runs on the old one may take long, and a further file may come.
        void before?.retire();
      } catch (error) {
        problem = reasonOf(error);
      }
      this.#options.onReload(this.source, problem);
    });
  }

  async #open(): Promise<Held> {
    const { threads = defaultThreads() } = this.#options;
    const mark = await fileMark(this.source.path);
    let held: Held | undefined;
    const thread = this.#thread((reason) => this.#died(held, reason));
    const metadata = await this.#loadIn(thread, threads);
    const large = new LargeEngine(
      () => this.#openLarge(mark, Math.max(1, Math.floor(threads / 2))),
      keepLarge,
    );
    let holders = 0;
    let drained: (() => void) | undefined;
    held = {
      metadata,
      loadedAt: new Date().toISOString(),
      run: async (asked, extent) => {
        const outcome =
          (extent === 'large' ? await large.run(asked) : undefined) ?? (await runIn(thread, asked));
        this.#delay = restartDelay.first;
        return outcome;
      },
      hold: () => {
        holders++;
        let open = true;
        return () => {
          if (!open) return;
          open = false;
          if (--holders === 0) drained?.();
        };
      },
      retire: async () => {
        if (holders > 0) {
          await new Promise<void>((resolve) => {
            drained = resolve;
          });
        }
        await Promise.all([thread.close(), large.close()]);
      },
    };
    return held;
  }

  /** A second thread with the same file; undefined where the file is another by now, or where it cannot be loaded twice. */
  async #openLarge(
    mark: string | undefined,
    threads: number,
  ): Promise<WorkerClient<DetectorHandlers> | undefined> {
    const thread = this.#thread((reason) => this.#options.onDeath(this.source, reason));
    try {
      await this.#loadIn(thread, threads);
    } catch (error) {
      this.#options.onOutput?.(
        `no engine of its own for large images, small ones wait for them: ${reasonOf(error)}`,
      );
      return undefined;
    }
    if (mark === (await fileMark(this.source.path))) return thread;
    await thread.close();
    return undefined;
  }

  #thread(onDeath: (reason: string) => void): WorkerClient<DetectorHandlers> {
    const { script = ownScript, onOutput } = this.#options;
    return new WorkerClient(nodeWorker(script, onOutput), {
      worker: "The detector's thread",
      remedy: 'It is being started again; send the request again.',
      onDeath,
    });
  }

  /** Loads the file; a thread that cannot is closed. */
  async #loadIn(thread: WorkerClient<DetectorHandlers>, threads: number): Promise<DetectorMetadata> {
    try {
      return await thread.call('load', { path: this.source.path, device: this.#options.device, threads });
    } catch (error) {
      await thread.close();
      throw error;
    }
  }

  #died(held: Held | undefined, reason: string): void {
    if (held === undefined || this.#closed) return;
    this.#options.onDeath(this.source, reason);
    if (held !== this.#current) return;
    this.#current = undefined;
    this.#restartLater();
  }

  /** After a while that doubles with each try. */
  #restartLater(): void {
    const delay = this.#delay;
    this.#delay = Math.min(restartDelay.most, 2 * delay);
    setTimeout(() => this.#restart(), delay).unref();
  }

  /** Replaces what is not there; a file that cannot be used is tried again, since nothing else serves. */
  #restart(): void {
    if (this.#current) return;
    this.#replace();
    void this.#turn.then(() => {
      if (!this.#current && !this.#closed) this.#restartLater();
    });
  }
}
