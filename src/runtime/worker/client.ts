/**
 * @file A worker that answers calls, seen from the side that asks. When it ends by itself, every call under way is met with WORKER_DIED,
 * and whoever owns it is told. The other side is answer.ts.
 */
import { CladError } from '../../core/errors.ts';
import type { Answer, AskingPort, Handlers, Result } from './protocol.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** What is said of a worker's death, and to whom. */
export interface DeathWords {
  /** What it is to a user, at the beginning of a sentence, e.g. `A thread that decodes photographs`. */
  readonly worker: string;
  /** What to do, as a sentence. */
  readonly remedy: string;
  /** Called once when the worker ends without `close` or `kill`, with the reason. */
  onDeath?(reason: string): void;
}

export class WorkerClient<H extends Handlers> {
  readonly #port: AskingPort;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #calls = 0;
  #dead: CladError | undefined;
  #closing = false;

  constructor(port: AskingPort, words: DeathWords) {
    const { worker, remedy } = words;
    this.#port = port;
    this.#ended = new Promise((resolve) => {
      port.listen(
        (answer) => this.#settle(answer),
        (reason) => {
          this.#dead = new CladError('WORKER_DIED', { worker, reason, remedy });
          for (const { reject } of this.#waiting.values()) reject(this.#dead);
          this.#waiting.clear();
          resolve();
          if (!this.#closing) words.onDeath?.(reason);
        },
      );
    });
  }

  /** Whether it answers no more calls. */
  get ended(): boolean {
    return this.#dead !== undefined || this.#closing;
  }

  /**
   * Calls a function of the other side.
   * @param transfer - buffers that move there instead of being copied
   * @throws what it throws, CladErrors with their code; WORKER_DIED when the worker ends before it answers
   */
  call<N extends keyof H & string>(
    name: N,
    argument: Parameters<H[N]>[0],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Result<H, N>> {
    return new Promise((resolve, reject) => {
      if (this.#dead) throw this.#dead;
      const number = this.#calls++;
      // Throws where the argument cannot be sent; then nothing is waited for.
      this.#port.post({ number, name, argument }, transfer);
      this.#waiting.set(number, { resolve: resolve as (value: unknown) => void, reject });
    });
  }

  /** Lets the worker release what it holds and end; resolves once it has. Calls must have been answered before. */
  async close(): Promise<void> {
    this.#closing = true;
    if (!this.#dead) this.#port.post('close', []);
    await this.#ended;
  }

  /** Ends the worker in the midst of its work; calls under way are met with WORKER_DIED. Resolves once it has ended. */
  async kill(): Promise<void> {
    this.#closing = true;
    this.#port.terminate();
    await this.#ended;
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if ('value' in answer) waiting?.resolve(answer.value);
    else if (answer.error.code) waiting?.reject(CladError.told({ ...answer.error, code: answer.error.code }));
    else waiting?.reject(new Error(answer.error.message));
  }
}
