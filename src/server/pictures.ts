/** @file A few threads for pictures (picture-thread.ts). Each call goes to the least busy one; one that dies is replaced. */
import type { PictureHandlers } from './picture-thread.ts';
import { Thread } from './thread.ts';

const script = new URL('./picture-thread.js', import.meta.url);

export class PictureThreads {
  readonly #threads: Thread<PictureHandlers>[];
  readonly #onDeath: (reason: string) => void;

  /**
   * @param count - at least 1
   * @param onDeath - told when one ended by itself
   */
  constructor(count: number, onDeath: (reason: string) => void) {
    this.#onDeath = onDeath;
    this.#threads = Array.from({ length: count }, (_, at) => this.#start(at));
  }

  /** Calls a function of picture-thread.ts; see `Thread.call`. */
  call: Thread<PictureHandlers>['call'] = (name, argument, transfer) => {
    const idlest = this.#threads.reduce((best, each) => (each.pending < best.pending ? each : best));
    return idlest.call(name, argument, transfer);
  };

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  #start(at: number): Thread<PictureHandlers> {
    return new Thread(script, (reason) => {
      this.#onDeath(reason);
      this.#threads[at] = this.#start(at);
    });
  }
}
