/** @file Work on many files at once, a fixed number at a time, results in the order of the list. */
import { CladError } from '../core/errors.ts';

/**
 * Maps a list by asynchronous work, at most `concurrency` at a time; after the first error nothing more is begun.
 * @throws CladError `OPTION_INVALID` unless `concurrency` is a whole number of at least 1
 */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  concurrency: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    const expected = 'a whole number of at least 1';
    throw new CladError('OPTION_INVALID', { option: 'concurrency', expected, actual: concurrency });
  }
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      try {
        results[index] = await work(items[index] as T, index);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  return results;
}

/**
 * Does asynchronous work on a list ahead of whoever consumes the results, which come in order: files are decoded while
 * the engine is busy.
 * @param ahead - how many are under way or waiting, at least 1
 */
export async function* mapAhead<T, R>(
  items: readonly T[],
  ahead: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<[item: T, result: R]> {
  const pending: Promise<R>[] = [];
  let next = 0;
  const begin = () => {
    if (next >= items.length) return;
    const promise = work(items[next++]!);
    // A failure is met when its turn comes, not before.
    promise.catch(() => {});
    pending.push(promise);
  };
  for (let count = 0; count < ahead; count++) begin();
  for (const item of items) {
    const result = await (pending.shift() as Promise<R>);
    begin();
    yield [item, result];
  }
}
