/**
 * @file The threads for images (image-thread.ts), in two lanes: what takes long never stands before what is quickly done, since each
 * lane has threads of its own.
 */
import { type CallOptions, Lane, type LaneOptions } from '../runtime/worker/lane.ts';
import { nodeWorker } from '../runtime/worker/node-port.ts';
import type { Result } from '../runtime/worker/protocol.ts';
import type { ImageHandlers } from './image-thread.ts';

const script = new URL('./image-thread.js', import.meta.url);

/** How long work takes: with `large` it may be seconds. */
export type Extent = 'small' | 'large';

/** Who is told of what happens in the threads. */
export interface ImageListeners {
  /** A thread ended by itself. */
  onDeath(reason: string): void;
  /** A thread printed something, which is a library's warning. */
  onOutput?(text: string): void;
}

export class ImageThreads {
  readonly #lanes: Readonly<Record<Extent, Lane<ImageHandlers>>>;

  /** @param count - threads of both lanes together, at least 2 */
  constructor(count: number, told: ImageListeners) {
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

  /** Calls a function of image-thread.ts; see `Lane.call`. */
  call<N extends keyof ImageHandlers & string>(
    extent: Extent,
    name: N,
    argument: Parameters<ImageHandlers[N]>[0],
    options: CallOptions = {},
  ): Promise<Result<ImageHandlers, N>> {
    return this.#lanes[extent].call(name, argument, options);
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#lanes).map((lane) => lane.close()));
  }
}
