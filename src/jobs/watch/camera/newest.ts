/** @file A place for what comes faster than it is used: the newest takes the place of the one before, and that is counted. */
export class Newest<T> {
  readonly #most: number;
  readonly #waiting: T[] = [];
  #ended = false;
  #wake = () => {};
  /** How many were never used. */
  dropped = 0;

  /** @param most - how many wait, at most */
  constructor(most = 1) {
    this.#most = most;
  }

  put(value: T): void {
    this.#waiting.push(value);
    if (this.#waiting.length > this.#most) {
      this.#waiting.shift();
      this.dropped++;
    }
    this.#wake();
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  get isFull(): boolean {
    return this.#waiting.length >= this.#most;
  }

  /** No more will come. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Whether all that will ever come has been taken. */
  get isDone(): boolean {
    return this.#ended && this.#waiting.length === 0;
  }

  /** The oldest that waits; undefined where none comes within so many milliseconds, or ever. */
  async take(milliseconds: number): Promise<T | undefined> {
    if (this.#waiting.length === 0 && !this.#ended)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    return this.#waiting.shift();
  }
}
