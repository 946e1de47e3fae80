/**
 * @file How much is left of all of a longer work, a training: which of its tasks is under way, and about how long this and those to come
 * take, as fast as this machine has been so far on tasks of their kind.
 */
import type { ExpectedTask } from './expected-task.ts';
import type { ProgressEvent } from './progress.ts';

/** Seconds after which what a task took says something of the machine. */
const telling = 1;

interface Seen {
  readonly task: ExpectedTask;
  readonly started: number;
  /** Units done when it was first seen. */
  readonly offset: number;
  done: number;
  total: number;
  /** Seconds, up to the last event. */
  elapsed: number;
}

/** Where a work stands. */
export interface WholeState {
  /** Number of the task that is under way, from 1. */
  readonly step: number;
  readonly steps: number;
  /** Seconds left of all of it; before its end undefined as long as nothing says how fast this machine is. */
  readonly left: number | undefined;
}

export class WholeWork {
  #tasks: readonly ExpectedTask[] = [];
  readonly #seen: Seen[] = [];

  expect(tasks: readonly ExpectedTask[]): void {
    this.#tasks = tasks;
    this.#seen.length = 0;
  }

  /**
   * Takes an event in.
   * @param now - milliseconds
   * @returns undefined for a task that was not expected
   */
  observe({ task: name, done, total }: ProgressEvent, now: number): WholeState | undefined {
    const last = this.#seen.at(-1);
    const from = last ? this.#tasks.indexOf(last.task) : 0;
    // One that comes again, e.g. for other images, is that task still.
    const at = this.#tasks.findIndex(({ task }, index) => index >= from && task === name);
    const task = this.#tasks[at];
    if (!task) return undefined;
    if (last?.task !== task) this.#seen.push({ task, started: now, offset: done, done, total, elapsed: 0 });
    const seen = this.#seen.at(-1) as Seen;
    seen.done = done;
    seen.total = total;
    seen.elapsed = (now - seen.started) / 1000;
    return { step: at + 1, steps: this.#tasks.length, left: this.#left(at, seen) };
  }

  #left(at: number, now: Seen): number | undefined {
    const images = this.#slowness('images');
    const products = this.#slowness('products');
    const any = images ?? products;
    // At its end nothing is left, however fast this machine is.
    if (any === undefined) return at === this.#tasks.length - 1 && now.done >= now.total ? 0 : undefined;
    const expected = ({ seconds, kind }: ExpectedTask) =>
      seconds * ((kind === 'images' ? images : products) ?? any);
    const share = (now.total - now.done) / Math.max(1, now.total);
    const counted = now.done - now.offset;
    const own =
      counted > 0 && now.elapsed >= telling
        ? (now.elapsed / counted) * (now.total - now.done)
        : share * expected(now.task);
    return this.#tasks.slice(at + 1).reduce((sum, task) => sum + expected(task), own);
  }

  /** How many times longer than expected tasks of a kind have taken; undefined where none has taken long enough to say. */
  #slowness(kind: ExpectedTask['kind']): number | undefined {
    let taken = 0;
    let expected = 0;
    for (const { task, done, offset, total, elapsed } of this.#seen) {
      // A short task is mostly its beginning.
      if (task.kind !== kind || elapsed < telling || done <= offset) continue;
      taken += elapsed;
      expected += (task.seconds * (done - offset)) / Math.max(1, total);
    }
    return expected > 0 ? taken / expected : undefined;
  }
}
