/**
 * @file Threads for work of one size: each does one piece at a time, the rest waits in turn. Work that nobody waits for any more is taken
 * out of the queue, or ended with its thread where it has begun and does not end by itself soon; a new thread takes its place.
 */
import { type Result, Thread } from './thread.ts';
import type { Handlers } from './thread-side.ts';

export interface LaneOptions {
  /** The compiled file of the threads' other side. */
  readonly script: URL;
  /** Threads, at least 1. */
  readonly count: number;
  /** Milliseconds that work may go on after its signal was aborted: most ends within, and a thread takes longer to start. @default 1000 */
  readonly grace?: number;
  /** Told when a thread ended by itself. */
  onDeath(reason: string): void;
  /** Told what a thread prints, which is a library's warning. */
  onOutput?(text: string): void;
}

export interface CallOptions {
  /** Buffers that move to the thread instead of being copied. */
  readonly transfer?: readonly ArrayBuffer[];
  /** Its reason ends the call, when the work has ended indeed. */
  readonly signal?: AbortSignal | undefined;
}

interface Work<H extends Handlers> {
  readonly signal: AbortSignal | undefined;
  /** Never rejects: the outcome goes to who called. */
  begin(thread: Thread<H>): Promise<void>;
}

export class Lane<H extends Handlers> {
  readonly #options: LaneOptions;
  readonly #idle: Thread<H>[];
  readonly #busy = new Set<Thread<H>>();
  #waiting: Work<H>[] = [];
  #closed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#idle = Array.from({ length: options.count }, () => this.#start());
  }

  /**
   * Calls a function of the other side once a thread is free.
   * @throws what it throws; WORKER_DIED; the signal's reason
   */
  call<N extends keyof H & string>(
    name: N,
    argument: Parameters<H[N]>[0],
    { transfer = [], signal }: CallOptions = {},
  ): Promise<Result<H, N>> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const leave = () => {
        if (!this.#waiting.includes(work)) return;
        this.#waiting = this.#waiting.filter((each) => each !== work);
        reject(signal?.reason);
      };
      const work: Work<H> = {
        signal,
        begin: (thread) => {
          signal?.removeEventListener('abort', leave);
          return thread.call(name, argument, transfer).then(resolve, (error: unknown) => {
            reject(signal?.aborted ? signal.reason : error);
          });
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.push(work);
      this.#next();
    });
  }

  /** Ends the threads; what they are at is finished, for nobody. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#idle, ...this.#busy].map((thread) => thread.close()));
  }

  #start(): Thread<H> {
    const { script, onDeath, onOutput } = this.#options;
    const thread: Thread<H> = new Thread(
      script,
      (reason) => {
        onDeath(reason);
        // A busy one is replaced when its call has been refused.
        const at = this.#idle.indexOf(thread);
        if (at >= 0 && !this.#closed) this.#idle[at] = this.#start();
      },
      onOutput,
    );
    return thread;
  }

  #next(): void {
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const work = this.#waiting.shift()!;
      const thread = this.#idle.pop()!;
      this.#busy.add(thread);
      void this.#run(thread, work);
    }
  }

  async #run(thread: Thread<H>, work: Work<H>): Promise<void> {
    const { grace = 1000 } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const end = () => {
      timer = setTimeout(() => thread.kill(), grace);
    };
    work.signal?.addEventListener('abort', end, { once: true });
    await work.begin(thread);
    clearTimeout(timer);
    work.signal?.removeEventListener('abort', end);
    if (this.#closed) return;
    this.#busy.delete(thread);
    this.#idle.push(thread.ended ? this.#start() : thread);
    this.#next();
  }
}
