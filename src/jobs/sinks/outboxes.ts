/** @file All sinks of one journal. */
import type { Journal } from '../watch/journal.ts';
import { Outbox } from './outbox.ts';
import type { Sink } from './sink.ts';

/** Milliseconds that judgements may take to arrive at the end: of a folder that is judged once, and where somebody wants to stop. */
const [patience, impatience] = [30_000, 3000];

/** Sends a journal's judgements to several sinks, each at its own pace. */
export class Outboxes {
  /** Of the sinks. */
  readonly names: readonly string[];
  readonly #outboxes: readonly Outbox[];
  readonly #note: (text: string) => void;

  constructor(journal: Journal, sinks: readonly Sink[], note: (text: string) => void) {
    this.names = sinks.map(({ name }) => name);
    this.#outboxes = sinks.map((sink) => new Outbox(journal, sink, note));
    this.#note = note;
  }

  /** Something has been added to the journal. */
  wake(): void {
    for (const outbox of this.#outboxes) outbox.wake();
  }

  /** Judgements that have not been sent, by the sink's name. */
  get waiting(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#outboxes.map((outbox, index) => [this.names[index]!, outbox.waiting]));
  }

  /** Waits for a while until all is sent, and says what is not. @param hurried - somebody wants it to end */
  async settle(hurried: boolean): Promise<void> {
    const limit = hurried ? impatience : patience;
    const left = await Promise.all(this.#outboxes.map((outbox) => outbox.settle(limit)));
    for (const [index, waiting] of left.entries())
      if (waiting > 0)
        this.#note(
          `${this.names[index]}: judgements that could not be sent: ${waiting}. They are when the folder is watched again.`,
        );
  }

  async close(): Promise<void> {
    await Promise.all(this.#outboxes.map((outbox) => outbox.close()));
  }
}
