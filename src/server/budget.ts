/** @file A limited amount of something that work takes before it begins and gives back: in the order of asking. */

interface Waiting {
  readonly amount: number;
  readonly begin: () => void;
}

export class Budget {
  readonly #capacity: number;
  #free: number;
  #waiting: Waiting[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#free = capacity;
  }

  get free(): number {
    return this.#free;
  }

  /**
   * Takes an amount at once, or not at all.
   * @returns what gives it back (once), or undefined when there is not so much
   */
  tryTake(amount: number): (() => void) | undefined {
    if (amount > this.#free || this.#waiting.length > 0) return undefined;
    return this.#taken(amount);
  }

  /**
   * Waits until there is so much, behind those that asked before. More than all there is counts as all of it.
   * @returns what gives it back (once)
   * @throws the signal's reason when it is aborted before
   */
  take(amount: number, signal?: AbortSignal): Promise<() => void> {
    const least = Math.min(amount, this.#capacity);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const leave = () => {
        this.#waiting = this.#waiting.filter((each) => each !== waiting);
        reject(signal?.reason);
        this.#next();
      };
      const waiting: Waiting = {
        amount: least,
        begin: () => {
          signal?.removeEventListener('abort', leave);
          resolve(this.#taken(least));
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiting);
      this.#next();
    });
  }

  #taken(amount: number): () => void {
    this.#free -= amount;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#free += amount;
      this.#next();
    };
  }

  #next(): void {
    for (let first = this.#waiting[0]; first && first.amount <= this.#free; first = this.#waiting[0]) {
      this.#waiting.shift();
      first.begin();
    }
  }
}
