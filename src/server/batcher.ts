/**
 * @file Dynamic batches: items that came about the same time and belong together are worked on together. One batch at a time. What
 * comes while nothing is under way begins at once: an item waits for company, up to `maxDelay`, only while others are announced.
 */

/** How to batch. */
export interface BatcherOptions<Group, Item, Result> {
  /** Items worked on together, at most. */
  readonly maxBatch: number;
  /** Milliseconds that the first item of a batch waits for others that are announced, at most. */
  readonly maxDelay: number;
  /** Works on items of one group and key; gives a result each, in order. */
  run(group: Group, items: readonly Item[]): Promise<readonly Result[]>;
  /** Told of each batch that was worked on. */
  onBatch?(size: number, milliseconds: number): void;
}

interface Entry<Group, Item, Result> {
  readonly group: Group;
  readonly key: string;
  readonly item: Item;
  readonly since: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

export class Batcher<Group, Item, Result> {
  readonly #options: BatcherOptions<Group, Item, Result>;
  /** In the order they came. */
  #queue: Entry<Group, Item, Result>[] = [];
  #busy = false;
  #announced = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BatcherOptions<Group, Item, Result>) {
    this.#options = options;
  }

  /** Items that wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * Says that an item is on its way.
   * @returns to be called when it was submitted, or will not be; a second call does nothing
   */
  announce(): () => void {
    let open = true;
    this.#announced++;
    return () => {
      if (!open) return;
      open = false;
      this.#announced--;
      this.#next();
    };
  }

  /**
   * Puts an item behind those that wait.
   * @param key - items of one group are worked on together only where it is equal, e.g. their size
   * @param signal - takes the item out again while it waits
   * @throws the signal's reason, or what `run` threw for the batch
   */
  submit(group: Group, key: string, item: Item, signal?: AbortSignal): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const leave = () => {
        const at = this.#queue.indexOf(entry);
        if (at < 0) return;
        this.#queue.splice(at, 1);
        reject(signal?.reason);
        this.#next();
      };
      const entry: Entry<Group, Item, Result> = {
        group,
        key,
        item,
        since: performance.now(),
        resolve: (result) => {
          signal?.removeEventListener('abort', leave);
          resolve(result);
        },
        reject: (error) => {
          signal?.removeEventListener('abort', leave);
          reject(error);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#queue.push(entry);
      this.#next();
    });
  }

  #next(): void {
    const [first] = this.#queue;
    if (this.#busy || !first) return;
    clearTimeout(this.#timer);
    const { maxBatch, maxDelay } = this.#options;
    const batch = this.#queue
      .filter(({ group, key }) => group === first.group && key === first.key)
      .slice(0, maxBatch);
    const left = first.since + maxDelay - performance.now();
    if (batch.length < maxBatch && this.#announced > 0 && left > 0) {
      this.#timer = setTimeout(() => this.#next(), Math.ceil(left));
      return;
    }
    const taken = new Set(batch);
    this.#queue = this.#queue.filter((entry) => !taken.has(entry));
    void this.#work(batch);
  }

  async #work(batch: readonly Entry<Group, Item, Result>[]): Promise<void> {
    const { run, onBatch } = this.#options;
    const { group } = batch[0]!;
    const started = performance.now();
    this.#busy = true;
    try {
      const results = await run(
        group,
        batch.map(({ item }) => item),
      );
      batch.forEach(({ resolve }, index) => {
        resolve(results[index]!);
      });
      onBatch?.(batch.length, performance.now() - started);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#busy = false;
      this.#next();
    }
  }
}
