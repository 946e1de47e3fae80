/**
 * @file The engine for large images, beside a detector's own: a run cannot be broken off and takes seconds on 49 million pixels, for which
 * small images would wait. It is opened when a large image comes, and closed when none has come for a while, which also gives back the
 * memory that an engine keeps once it has had it.
 */
import type { WorkerClient } from '../runtime/worker/client.ts';
import type { AskedImage, DetectorHandlers, RunOutcome } from './detector-thread.ts';

type DetectorThread = Pick<WorkerClient<DetectorHandlers>, 'call' | 'close' | 'ended'>;

/** Predicts images in the thread; their pixels move there and back. */
export function runIn(
  thread: Pick<DetectorThread, 'call'>,
  asked: readonly AskedImage[],
): Promise<RunOutcome> {
  return thread.call(
    'run',
    asked,
    asked.map(({ image }) => image.data.buffer as ArrayBuffer),
  );
}

export class LargeEngine {
  readonly #open: () => Promise<DetectorThread | undefined>;
  readonly #idle: number;
  #thread: Promise<DetectorThread | undefined> | undefined;
  #running = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param open - starts a thread with the detector loaded; undefined where there cannot be one now
   * @param idle - milliseconds without work after which the thread is closed
   */
  constructor(open: () => Promise<DetectorThread | undefined>, idle: number) {
    this.#open = open;
    this.#idle = idle;
  }

  /**
   * Predicts images here.
   * @returns undefined where no thread can be had, the images untouched
   * @throws WORKER_DIED, and what the engine throws
   */
  async run(asked: readonly AskedImage[]): Promise<RunOutcome | undefined> {
    clearTimeout(this.#timer);
    this.#running++;
    try {
      this.#thread ??= this.#open();
      const thread = await this.#thread;
      return thread && (await runIn(thread, asked));
    } finally {
      this.#running--;
      await this.#tidy();
    }
  }

  /** Closes the thread. Runs must have ended. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const thread = this.#thread;
    // At once: an image that comes now opens another.
    this.#thread = undefined;
    await (await thread)?.close();
  }

  /** Forgets a thread that did not open or has ended, so that the next image opens another; closes one that is idle, later. */
  async #tidy(): Promise<void> {
    const mine = this.#thread;
    const thread = await mine;
    if (mine !== this.#thread) return;
    if (!thread || thread.ended) this.#thread = undefined;
    else if (this.#running === 0) this.#timer = setTimeout(() => void this.close(), this.#idle).unref();
  }
}
