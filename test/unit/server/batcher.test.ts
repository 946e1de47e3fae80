import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batcher } from '../../../src/server/batcher.ts';

/** A batcher whose batches end when they are told to. */
function held(maxBatch: number, maxDelay: number) {
  const batches: { group: string; items: readonly number[]; end(): void; fail(error: Error): void }[] = [];
  const batcher = new Batcher<string, number, string>({
    maxBatch,
    maxDelay,
    run: (group, items) =>
      new Promise((resolve, reject) => {
        const end = () => resolve(items.map((item) => `${group}${item}`));
        batches.push({ group, items, end, fail: reject });
      }),
  });
  return { batcher, batches };
}

const pause = (milliseconds = 0) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('Batcher', () => {
  it('starts at once with a single request, however long the delay', async () => {
    const { batcher, batches } = held(8, 60_000);
    const arrived = batcher.announce();
    const result = batcher.submit('a', 'k', 1);
    arrived();
    expect(batches.map(({ items }) => items)).toEqual([[1]]);
    batches[0]?.end();
    expect(await result).toBe('a1');
  });

  it('waits for announced requests, and no longer than until they have come', async () => {
    const { batcher, batches } = held(8, 60_000);
    const arrivals = [batcher.announce(), batcher.announce()];
    void batcher.submit('a', 'k', 1);
    arrivals[0]?.();
    await pause();
    expect(batches).toHaveLength(0);
    void batcher.submit('a', 'k', 2);
    arrivals[1]?.();
    expect(batches.map(({ items }) => items)).toEqual([[1, 2]]);
  });

  it('waits no longer than the delay', async () => {
    const { batcher, batches } = held(8, 10);
    batcher.announce();
    void batcher.submit('a', 'k', 1);
    expect(batches).toHaveLength(0);
    await pause(40);
    expect(batches.map(({ items }) => items)).toEqual([[1]]);
  });

  it('does not wait once a batch is full', () => {
    const { batcher, batches } = held(2, 60_000);
    batcher.announce();
    void batcher.submit('a', 'k', 1);
    void batcher.submit('a', 'k', 2);
    expect(batches.map(({ items }) => items)).toEqual([[1, 2]]);
  });

  it('batches requests of one group and key, the oldest first', async () => {
    const { batcher, batches } = held(2, 0);
    const submit = (group: string, key: string, item: number) => void batcher.submit(group, key, item);
    submit('a', 'k', 0);
    submit('a', 'k', 1);
    submit('b', 'k', 2);
    submit('a', 'l', 3);
    submit('a', 'k', 4);
    submit('a', 'k', 5);
    expect(batcher.waiting).toBe(5);
    for (let at = 0; at < 5; at++) {
      batches[at]?.end();
      await pause();
    }
    expect(batches.map(({ items }) => items)).toEqual([[0], [1, 4], [2], [3], [5]]);
    expect(batcher.waiting).toBe(0);
  });

  it('drops requests that nobody waits for any more, and keeps those under way', async () => {
    const { batcher, batches } = held(4, 0);
    const controllers = [0, 1, 2].map(() => new AbortController());
    const results = controllers.map(({ signal }, item) => batcher.submit('a', 'k', item, signal));
    for (const controller of controllers.slice(0, 2)) controller.abort(new Error('gone'));
    await expect(results[1]).rejects.toThrow('gone');
    batches[0]?.end();
    expect(await results[0]).toBe('a0');
    await pause();
    expect(batches.map(({ items }) => items)).toEqual([[0], [2]]);
    const aborted = AbortSignal.abort(new Error('before'));
    await expect(batcher.submit('a', 'k', 9, aborted)).rejects.toThrow('before');
  });

  it('rejects all requests of a batch that failed, and goes on', async () => {
    const { batcher, batches } = held(2, 0);
    const first = batcher.submit('a', 'k', 0);
    const others = [1, 2].map((item) => batcher.submit('a', 'k', item));
    batches[0]?.end();
    await first;
    await pause();
    batches[1]?.fail(new Error('broken'));
    for (const other of others) await expect(other).rejects.toThrow('broken');
    const last = batcher.submit('a', 'k', 3);
    await pause();
    batches[2]?.end();
    expect(await last).toBe('a3');
  });

  it('gives everyone their own result', async () => {
    const item = fc.record({
      group: fc.constantFrom('a', 'b'),
      key: fc.constantFrom('k', 'l'),
      late: fc.nat(3),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(item, { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        async (items, maxBatch) => {
          const sizes: number[] = [];
          const batcher = new Batcher<string, number, string>({
            maxBatch,
            maxDelay: 1,
            run: async (group, batch) => {
              await pause();
              return batch.map((each) => `${group}${each}`);
            },
            onBatch: (size) => sizes.push(size),
          });
          const results = await Promise.all(
            items.map(async ({ group, key, late }, index) => {
              const arrived = batcher.announce();
              await pause(late);
              const result = batcher.submit(group, key, index);
              arrived();
              return result;
            }),
          );
          expect(results).toEqual(items.map(({ group }, index) => `${group}${index}`));
          expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(maxBatch);
          expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(items.length);
        },
      ),
      { numRuns: 25 },
    );
  });
});
