/**
 * @file The threads for pictures (picture-thread.ts), in two lanes: what takes long never stands before what is quickly done, since each
 * lane has threads of its own.
 */
import { type CallOptions, Lane, type LaneOptions } from './lane.ts';
import type { PictureHandlers } from './picture-thread.ts';
import type { Result } from './thread.ts';

const script = new URL('./picture-thread.js', import.meta.url);

/** How long work takes: with `large` it may be seconds. */
export type Extent = 'small' | 'large';

export class PictureThreads {
  readonly #lanes: Readonly<Record<Extent, Lane<PictureHandlers>>>;

  /** @param count - threads of both lanes together, at least 2 */
  constructor(count: number, options: Pick<LaneOptions, 'onDeath' | 'onOutput'>) {
    const large = Math.max(1, Math.floor(count / 3));
    this.#lanes = {
      small: new Lane({ ...options, script, count: count - large }),
      large: new Lane({ ...options, script, count: large }),
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
