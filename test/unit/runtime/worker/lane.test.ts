import { afterEach, describe, expect, it, vi } from 'vitest';
import { Lane, type LaneOptions } from '../../../../src/runtime/worker/lane.ts';
import { nodeWorker } from '../../../../src/runtime/worker/node-port.ts';
import type { Prepared } from '../../../../src/runtime/worker/protocol.ts';

const script = new URL('../../../helpers/mortal-thread.mjs', import.meta.url);

type Mortal = {
  echo(value: number): Promise<Prepared<number>>;
  busy(milliseconds: number): Promise<Prepared<number>>;
  run(images: readonly never[]): Promise<Prepared<null>>;
  dieSoon(value: number): Promise<Prepared<number>>;
};

let lane: Lane<Mortal>;
afterEach(() => lane.close());

const died = vi.fn();
const options: Omit<LaneOptions, 'count'> = {
  start: () => nodeWorker(script),
  worker: 'A thread of a test',
  remedy: 'Try again.',
  onDeath: died,
};
const activeThreads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
/** Until a thread that has just answered has begun with the next. */
const begins = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('Lane', () => {
  it('answers each call with its own answer, with more calls than threads', async () => {
    lane = new Lane({ ...options, count: 2 });
    const calls = Array.from({ length: 9 }, (_, value) => lane.call('echo', value));
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('ends work that nobody waits for any more, though its thread does not listen, and goes on', async () => {
    lane = new Lane({ ...options, count: 1, grace: 50 });
    await lane.call('echo', 0);
    const controller = new AbortController();
    const started = performance.now();
    const endless = lane.call('busy', 60_000, { signal: controller.signal });
    const behind = lane.call('echo', 7);
    await begins();
    controller.abort(new Error('too late'));
    await expect(endless).rejects.toThrow('too late');
    expect(await behind).toBe(7);
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(died).not.toHaveBeenCalled();
  });

  it('lets work finish within the grace period, and drops work that has not begun', async () => {
    lane = new Lane({ ...options, count: 1, grace: 30_000 });
    await lane.call('echo', 0);
    const controller = new AbortController();
    const { signal } = controller;
    const begun = lane.call('busy', 100, { signal });
    const waiting = lane.call('echo', 1, { signal });
    const behind = lane.call('echo', 2);
    await begins();
    controller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    expect(await begun).toBe(100);
    expect(await behind).toBe(2);
    await expect(lane.call('echo', 3, { signal })).rejects.toThrow('gone');
  });

  it('starts no thread once it is closed, though one is still at work', async () => {
    const onDeath = vi.fn();
    lane = new Lane({ ...options, count: 1, onDeath });
    await lane.call('echo', 0);
    const late = lane.call('busy', 200);
    await begins();
    const threads = activeThreads();
    await lane.close();
    expect(await late.catch((error: unknown) => error)).toBe(200);
    await begins();
    expect(activeThreads()).toBeLessThan(threads);
  });

  it('replaces a thread that died at work', async () => {
    const onDeath = vi.fn();
    lane = new Lane({ ...options, count: 1, onDeath });
    await expect(lane.call('run', [])).rejects.toMatchObject({ code: 'WORKER_DIED' });
    expect(await lane.call('echo', 1)).toBe(1);
    expect(onDeath).toHaveBeenCalledTimes(1);
  });

  it('replaces a thread that died idle only when there is work', async () => {
    const start = vi.fn(() => nodeWorker(script));
    const onDeath = vi.fn();
    lane = new Lane({ ...options, start, count: 1, onDeath });
    expect(await lane.call('dieSoon', 5)).toBe(5);
    await vi.waitFor(() => expect(onDeath).toHaveBeenCalledTimes(1));
    expect(start).toHaveBeenCalledTimes(1);
    expect(await lane.call('echo', 1)).toBe(1);
    expect(start).toHaveBeenCalledTimes(2);
  });
});
