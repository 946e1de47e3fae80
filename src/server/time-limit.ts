/** @file A limit on the time that a request may take, which also ends when its client goes away. */
import { setMaxListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { CladError } from '../core/errors.ts';
import type { Lease } from './lease.ts';

/**
 * Waits for work, but not longer than allowed nor for a client that is gone.
 * @param seconds - more than 0
 * @param lease - what the request holds is kept until the work has ended, even where nobody waited so long
 * @param work - its signal says when nobody waits any more
 * @throws TIME_OVER, CLIENT_GONE, or what the work throws
 */
export async function withinTime<T>(
  response: ServerResponse,
  seconds: number,
  lease: Lease,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  // Each image of a request listens while it waits, and there may be many.
  setMaxListeners(0, signal);
  const gone = () => controller.abort(new CladError('CLIENT_GONE', {}));
  const timer = setTimeout(() => controller.abort(new CladError('TIME_OVER', { seconds })), 1000 * seconds);
  response.once('close', gone);
  const release = lease.hold();
  const working = work(signal).finally(release);
  try {
    const ended = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    return await Promise.race([working, ended]);
  } finally {
    clearTimeout(timer);
    response.off('close', gone);
  }
}
