/**
 * @file The threads for images (picture-thread.ts), in two lanes: what takes long never stands before what is quickly done, since each
 * lane has threads of its own.
 */
import { type CallOptions, Lane, type LaneOptions } from '../runtime/worker/lane.ts';
import { nodeWorker } from '../runtime/worker/node-port.ts';
import type { Result } from '../runtime/worker/protocol.ts';
import type { PictureHandlers } from './picture-thread.ts';

const script = new URL('./picture-thread.js', import.meta.url);

/** How long work takes: with `large` it may be seconds. */
export type Extent = 'small' | 'large';

/** Who is told of what happens in the threads. */
export interface PictureListeners {
  /** A thread ended by itself. */
  onDeath(reason: string): void;
  /** A thread printed something, which is a library's warning. */
  onOutput?(text: string): void;
}

export class PictureThreads {
  readonly #lanes: Readonly<Record<Extent, Lane<PictureHandlers>>>;

  /** @param count - threads of both lanes together, at least 2 */
  constructor(count: number, told: PictureListeners) {
    const large = Math.max(1, Math.floor(count / 3));
    const options: Omit<LaneOptions, 'count'> = {
      start: () => nodeWorker(script, told.onOutput),
      worker: 'A thread that decodes and draws images',
      remedy: 'Another is being started; send the request again.',
      onDeath: told.onDeath,
    };
    this.#lanes = {
      small: new Lane({ ...options, count: count - large }),
      large: new Lane({ ...options, count: large }),
    };
  }

  /** Calls a function of picture-thread.ts; see `Lane.call`. */
  call<N extends keyof PictureHandlers & string>(
    extent: Extent,
    name: N,
    argument: Parameters<PictureHandlers[N]>[0],
    options: CallOptions = {},
  ): Promise<Result<PictureHandlers, N>> {
    return this.#lanes[extent].call(name, argument, options);
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#lanes).map((lane) => lane.close()));
  }
}
