/**
 * @file Workers for work of one size: each does one piece at a time, the rest waits in turn. Work that nobody waits for any more is taken
 * out of the queue, or ended with its worker where it has begun and does not end by itself soon. A new worker takes the place of one that
 * ended, once there is work for it.
 */
import { type DeathWords, WorkerClient } from './client.ts';
import type { AskingPort, Handlers, Result } from './protocol.ts';

/** How the workers are started, and who is told when one ended by itself. */
export interface LaneOptions extends DeathWords {
  start(): AskingPort;
  /** Workers, at least 1. */
  readonly count: number;
  /** Milliseconds that work may go on after its signal was aborted: most ends within, and a worker takes longer to start. @default 1000 */
  readonly grace?: number;
}

export interface CallOptions {
  /** Buffers that move to the worker instead of being copied. */
  readonly transfer?: readonly ArrayBuffer[];
  /** Its reason ends the call, when the work has ended indeed. */
  readonly signal?: AbortSignal | undefined;
}

interface Work<H extends Handlers> {
  readonly signal: AbortSignal | undefined;
  /** Never rejects: the outcome goes to who called. */
  begin(worker: WorkerClient<H>): Promise<void>;
}

export class Lane<H extends Handlers> {
  readonly #options: LaneOptions;
  readonly #idle: WorkerClient<H>[];
  readonly #busy = new Set<WorkerClient<H>>();
  #waiting: Work<H>[] = [];
  #closed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#idle = Array.from({ length: options.count }, () => this.#start());
  }

  /**
   * Calls a function of the other side once a worker is free.
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
        begin: (worker) => {
          signal?.removeEventListener('abort', leave);
          return worker.call(name, argument, transfer).then(resolve, (error: unknown) => {
            reject(signal?.aborted ? signal.reason : error);
          });
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.push(work);
      this.#next();
    });
  }

  /** Ends the workers; what they are at is finished, for nobody. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#idle, ...this.#busy].map((worker) => worker.close()));
  }

  #start(): WorkerClient<H> {
    return new WorkerClient(this.#options.start(), this.#options);
  }

  #next(): void {
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const work = this.#waiting.shift()!;
      const last = this.#idle.pop()!;
      // Not before there is work: one that cannot even start would be started for ever.
      const worker = last.ended ? this.#start() : last;
      this.#busy.add(worker);
      void this.#run(worker, work);
    }
  }

  async #run(worker: WorkerClient<H>, work: Work<H>): Promise<void> {
    const { grace = 1000 } = this.#options;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      timer = setTimeout(() => void worker.kill(), grace);
    };
    work.signal?.addEventListener('abort', end, { once: true });
    await work.begin(worker);
    clearTimeout(timer);
    work.signal?.removeEventListener('abort', end);
    if (this.#closed) return;
    this.#busy.delete(worker);
    this.#idle.push(worker);
    this.#next();
  }
}
