/**
 * @file The journal as the outbox of a sink: judgements are sent in their order, each until it has arrived. What is on its way is noted before it is sent, so that
 * after a kill at any moment nothing is lost, and what may arrive twice says so.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../../core/errors.ts';
import type { Journal } from '../watch/journal.ts';
import { messageOf } from './message.ts';
import { type Sink, SinkRefusal } from './sink.ts';

/** Judgements that are noted as being on their way at once. */
const together = 32;
/** Milliseconds until the next try: at first, and at most. */
const [firstRetry, longestRetry] = [500, 60_000];
/** Milliseconds that one message may take. */
const sendLimit = 30_000;

/** Sends a journal's judgements to one sink. */
export class Outbox {
  readonly #journal: Journal;
  readonly #sink: Sink;
  readonly #note: (text: string) => void;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #wake = () => {};
  #failures = 0;

  /** @param note - is told once when sending fails, and when it works again */
  constructor(journal: Journal, sink: Sink, note: (text: string) => void) {
    this.#journal = journal;
    this.#sink = sink;
    this.#note = note;
    journal.addSink(sink.name);
    this.#done = this.#run();
  }

  /** How many judgements have not been sent. */
  get waiting(): number {
    return this.#journal.unsent(this.#sink.name);
  }

  /** Something has been added to the journal. */
  wake(): void {
    this.#wake();
  }

  /** Waits until all is sent, for a while. @returns how many judgements still wait */
  async settle(milliseconds: number): Promise<number> {
    const end = performance.now() + milliseconds;
    this.wake();
    while (this.waiting > 0 && performance.now() < end) await sleep(20);
    return this.waiting;
  }

  /** Ends; what is on its way is given up, and sent again when the journal is opened again. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#done;
    await this.#sink.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        if (!(await this.#sendSome())) await this.#untilWoken();
      } catch (error) {
        if (signal.aborted) break;
        this.#failures++;
        if (this.#failures === 1) {
          const reason = reasonOf(error).replace(/\.$/, '');
          this.#note(`${this.#sink.name}: ${reason}. It is tried again until it works.`);
        }
        // Apart from each other by chance, so that many lines do not come back at once.
        const delay = Math.min(longestRetry, firstRetry * 2 ** Math.min(this.#failures - 1, 10));
        await this.#rest(delay * (0.5 + Math.random() / 2));
      }
    }
  }

  /** @returns whether there was something to send */
  async #sendSome(): Promise<boolean> {
    const { name } = this.#sink;
    const { rows, attempted } = this.#journal.toSend(name, together);
    const last = rows.at(-1);
    if (!last) return false;
    this.#journal.addAttempt(name, last.id);
    for (const row of rows) {
      if (this.#stop.signal.aborted) return true;
      const again = row.id <= attempted || this.#failures > 0;
      const message = messageOf(row, this.#journal.identity, again);
      try {
        await within(sendLimit, this.#stop.signal, (signal) => this.#sink.send(message, signal));
      } catch (error) {
        if (!(error instanceof SinkRefusal)) throw error;
        this.#note(`${name} refused the judgement of ${row.path}: ${error.message}. It is not sent again.`);
        this.#journal.addRefusal(name, row.id, error.message);
      }
      this.#journal.addDelivery(name, row.id);
      if (this.#failures > 0) this.#note(`${name}: it works again. Judgements that wait: ${this.waiting}.`);
      this.#failures = 0;
    }
    return true;
  }

  #untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      // Something may have come before anyone could wake it.
      if (this.#stop.signal.aborted || this.waiting > 0) resolve();
    });
  }

  async #rest(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#stop.signal }).catch(() => {});
  }
}

/** @throws Error after so many milliseconds */
async function within(
  milliseconds: number,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const limit = AbortSignal.timeout(milliseconds);
  const signal = AbortSignal.any([limit, stop]);
  const ended = new Promise<never>((_, reject) => {
    const end = () =>
      reject(new Error(limit.aborted ? `no answer within ${milliseconds / 1000} s` : 'it was stopped'));
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  await Promise.race([work(signal), ended]);
}
