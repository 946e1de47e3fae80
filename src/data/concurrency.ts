/** @file Work on many files at once, a fixed number at a time, results in the order of the list. */
import { availableParallelism } from 'node:os';

/** What sharp and the file system can keep busy: one task a processor. */
export const defaultConcurrency = availableParallelism();

/** Maps a list by asynchronous work, at most `concurrency` at a time; the first error ends it. */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  concurrency: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(concurrency, items.length)) }, worker));
  return results;
}
