/**
 * @file What one request holds of the memory that all requests share. Bytes are charged as they arrive, so that a client that promises
 * much and sends nothing takes nothing; and they are given back once the answer is out and all work on them has ended, which may be later
 * than the answer: work that nobody waits for any more still has its bytes.
 */
import { CladError } from '../core/errors.ts';
import type { Budget } from './budget.ts';

/** Bytes are taken in steps of so many, so that a body of tiny pieces is no long list. */
const step = 65_536;

export class Lease {
  readonly #budget: Budget;
  readonly #taken: (() => void)[] = [];
  #used = 0;
  #holders = 0;
  #ended = false;

  /** @param budget - bytes for all requests together */
  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** @throws QUEUE_FULL when other requests fill the memory */
  charge(bytes: number): void {
    this.#used += bytes;
    const missing = this.#used - this.#taken.length * step;
    // After the end there is nobody left who would give it back.
    if (missing <= 0 || this.#ended) return;
    for (let count = Math.ceil(missing / step); count > 0; count--) {
      const giveBack = this.#budget.tryTake(step);
      if (!giveBack) throw new CladError('QUEUE_FULL', { reason: 'other requests fill its memory' });
      this.#taken.push(giveBack);
    }
  }

  /** Keeps what was charged until the function that this returns is called, and all others that it returned. */
  hold(): () => void {
    this.#holders++;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      if (--this.#holders > 0) return;
      this.#ended = true;
      for (const giveBack of this.#taken.splice(0)) giveBack();
    };
  }
}
