/**
 * @file A thread that answers calls, seen from the thread that asks. When it ends by itself, every call under way is met with
 * WORKER_DIED, and whoever owns it is told. The other side is thread-side.ts.
 */
import { Worker } from 'node:worker_threads';
import { CladError, reasonOf } from '../core/errors.ts';
import type { Answer, Handlers, Prepared } from './thread-side.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** What a call of `H[N]` gives. */
export type Result<H extends Handlers, N extends keyof H> =
  Awaited<ReturnType<H[N]>> extends Prepared<infer T> ? T : never;

export class Thread<H extends Handlers> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #calls = 0;
  #dead: CladError | undefined;
  #closing = false;

  /**
   * @param script - the compiled file of the other side
   * @param onDeath - called once when the thread ends without `close` or `kill`, with the reason
   * @param onOutput - told what the thread prints; where it is absent that goes where the process prints
   */
  constructor(script: URL, onDeath: (reason: string) => void = () => {}, onOutput?: (text: string) => void) {
    const captured = onOutput !== undefined;
    this.#worker = new Worker(script, { stdout: captured, stderr: captured });
    for (const stream of captured ? [this.#worker.stdout, this.#worker.stderr] : [])
      stream.setEncoding('utf8').on('data', (text: string) => onOutput?.(text.trim()));
    let reason = '';
    this.#worker.on('message', (answer: Answer) => this.#settle(answer));
    this.#worker.on('error', (error) => {
      reason = reasonOf(error);
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (status) => {
        reason ||= `exit status ${status}`;
        this.#dead = new CladError('WORKER_DIED', { reason });
        for (const { reject } of this.#waiting.values()) reject(this.#dead);
        this.#waiting.clear();
        resolve();
        if (!this.#closing) onDeath(reason);
      });
    });
  }

  /** Whether it answers no more calls. */
  get ended(): boolean {
    return this.#dead !== undefined || this.#closing;
  }

  /**
   * Calls a function of the other side.
   * @param transfer - buffers that move there instead of being copied
   * @throws what it throws, CladErrors with their code; WORKER_DIED when the thread ends before it answers
   */
  call<N extends keyof H & string>(
    name: N,
    argument: Parameters<H[N]>[0],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Result<H, N>> {
    return new Promise((resolve, reject) => {
      if (this.#dead) {
        reject(this.#dead);
        return;
      }
      const number = this.#calls++;
      this.#waiting.set(number, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker.postMessage({ number, name, argument }, transfer);
    });
  }

  /** Lets the thread release what it holds and end; resolves once it has. Calls must have been answered before. */
  async close(): Promise<void> {
    this.#closing = true;
    if (!this.#dead) this.#worker.postMessage('close');
    await this.#exited;
  }

  /** Ends the thread in the midst of its work; calls under way are met with WORKER_DIED once it has ended. */
  kill(): void {
    this.#closing = true;
    void this.#worker.terminate();
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if ('value' in answer) waiting?.resolve(answer.value);
    else if (answer.error.code) waiting?.reject(CladError.told({ ...answer.error, code: answer.error.code }));
    else waiting?.reject(new Error(answer.error.message));
  }
}
