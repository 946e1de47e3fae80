/** @file Calls of the worker that teaches: it is started for one, and ends with it, so that all its memory is given back. */

import { WorkerClient } from '../../runtime/worker/client.ts';
import type { Result } from '../../runtime/worker/protocol.ts';
import { browserWorker } from '../page-port.ts';
import type { TeachHandlers, TeachNews } from './teach-messages.ts';

interface Listening {
  readonly hear?: (news: TeachNews) => void;
  /** Ends the worker in the midst of its work. */
  readonly signal?: AbortSignal | undefined;
  /** What is thrown then. */
  readonly stopped?: () => Error;
}

/** @throws what the handler throws; WORKER_DIED */
export async function inTeachWorker<N extends keyof TeachHandlers & string>(
  name: N,
  order: Parameters<TeachHandlers[N]>[0],
  { hear, signal, stopped }: Listening = {},
): Promise<Result<TeachHandlers, N>> {
  const port = browserWorker(
    new Worker(new URL('./teach-worker.js', import.meta.url), { type: 'module' }),
    (news) => hear?.(news as TeachNews),
  );
  const worker = new WorkerClient<TeachHandlers>(port, {
    worker: 'The worker that teaches',
    remedy: 'Teach again.',
  });
  const stop = () => void worker.kill();
  signal?.addEventListener('abort', stop);
  try {
    return await worker.call(name, order);
  } catch (error) {
    throw signal?.aborted && stopped ? stopped() : error;
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.kill();
  }
}
