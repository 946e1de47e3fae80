import { describe, expect, it, vi } from 'vitest';
import { CladError } from '../../../../src/core/errors.ts';
import { WorkerClient } from '../../../../src/runtime/worker/client.ts';
import { memoryWorker } from '../../../../src/runtime/worker/memory-port.ts';
import { nodeWorker } from '../../../../src/runtime/worker/node-port.ts';
import type { AskingPort, Prepared } from '../../../../src/runtime/worker/protocol.ts';

const script = new URL('../../../helpers/mortal-thread.mjs', import.meta.url);
const words = { worker: 'A worker of a test', remedy: 'Try again.' };

type Mortal = {
  echo(value: unknown): Promise<Prepared<unknown>>;
  refuse(value: null): Promise<Prepared<null>>;
  hang(value: null): Promise<Prepared<null>>;
};

const released = vi.fn(async () => {});

function inMemory(): AskingPort {
  const handlers: Mortal = {
    echo: async (value) => ({
      value,
      transfer: value instanceof Uint8Array ? [value.buffer, value.buffer].map((b) => b as ArrayBuffer) : [],
    }),
    refuse: async () => {
      throw new CladError('IMAGE_INVALID', { path: 'x.png', reason: 'broken' });
    },
    hang: () => new Promise(() => {}),
  };
  return memoryWorker(handlers, released);
}

const ports: readonly [string, () => AskingPort][] = [
  ['in memory', inMemory],
  ['to a thread', () => nodeWorker(script)],
];

describe.each(ports)('WorkerClient over a port %s', (_, port) => {
  it('answers each call with its own answer, and ends when closed', async () => {
    const onDeath = vi.fn();
    const worker = new WorkerClient<Mortal>(port(), { ...words, onDeath });
    const answers = Array.from({ length: 20 }, (_, value) => worker.call('echo', value));
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 20 }, (_, value) => value));
    expect(worker.ended).toBe(false);
    await worker.close();
    expect(worker.ended).toBe(true);
    expect(onDeath).not.toHaveBeenCalled();
    await expect(worker.call('echo', 1)).rejects.toMatchObject({ code: 'WORKER_DIED' });
    await worker.close();
  });

  it('passes errors on with their code and message', async () => {
    const worker = new WorkerClient<Mortal>(port(), words);
    const message = 'x.png: cannot be decoded (broken). Replace or remove the file.';
    await expect(worker.call('refuse', null)).rejects.toMatchObject({ code: 'IMAGE_INVALID', message });
    await expect(worker.call('none' as 'echo', 1)).rejects.toThrow('no function is called none');
    await expect(worker.call('toString' as 'echo', 1)).rejects.toThrow('no function is called toString');
    await worker.kill();
  });

  it('moves buffers to the worker, and reports what cannot be sent', async () => {
    const worker = new WorkerClient<Mortal>(port(), words);
    const bytes = new Uint8Array([1, 2, 3]);
    expect(await worker.call('echo', bytes, [bytes.buffer])).toEqual(new Uint8Array([1, 2, 3]));
    expect(bytes.length).toBe(0);
    await expect(worker.call('echo', () => 1)).rejects.toThrow(/could not be cloned/);
    expect(await worker.call('echo', 2)).toBe(2);
    await worker.close();
  });

  it('rejects every call under way when it is killed', async () => {
    const onDeath = vi.fn();
    const worker = new WorkerClient<Mortal>(port(), { ...words, onDeath });
    await worker.call('echo', 0);
    const calls = [worker.call('hang', null), worker.call('hang', null)].map((call) =>
      expect(call).rejects.toMatchObject({ code: 'WORKER_DIED' }),
    );
    await worker.kill();
    await Promise.all(calls);
    expect(onDeath).not.toHaveBeenCalled();
  });
});

describe('WorkerClient', () => {
  it('releases what the worker holds before it ends', async () => {
    released.mockClear();
    const worker = new WorkerClient<Mortal>(inMemory(), words);
    await worker.close();
    expect(released).toHaveBeenCalledTimes(1);
  });

  it('rejects all calls with WORKER_DIED when the worker ends by itself, and reports it once', async () => {
    const onDeath = vi.fn();
    type Dying = { run(images: readonly never[]): Promise<Prepared<null>> } & Pick<Mortal, 'echo'>;
    const worker = new WorkerClient<Dying>(nodeWorker(script), { ...words, onDeath });
    const message = 'A worker of a test ended in the midst of its work: exit status 3. Try again.';
    const calls = [worker.call('run', []), worker.call('echo', 1)];
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'WORKER_DIED', message });
    await expect(worker.call('echo', 2)).rejects.toMatchObject({ code: 'WORKER_DIED' });
    expect(onDeath.mock.calls).toEqual([['exit status 3']]);
    await worker.close();
    await worker.kill();
  });

  it('reports why a script did not start', async () => {
    const onDeath = vi.fn();
    const worker = new WorkerClient<Mortal>(nodeWorker(new URL('file:///no/such.mjs')), {
      ...words,
      onDeath,
    });
    await expect(worker.call('echo', 1)).rejects.toMatchObject({ code: 'WORKER_DIED' });
    expect(onDeath).toHaveBeenCalledWith(expect.stringMatching(/Cannot find module/));
  });
});
