/** @file A limit on the time that a request may take, which also ends when its client goes away. */
import type { ServerResponse } from 'node:http';
import { CladError } from '../core/errors.ts';

/**
 * Waits for work, but not longer than allowed nor for a client that is gone.
 * @param seconds - more than 0
 * @param work - its signal says when nobody waits any more
 * @throws TIME_OVER, CLIENT_GONE, or what the work throws
 */
export async function withinTime<T>(
  response: ServerResponse,
  seconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const gone = () => controller.abort(new CladError('CLIENT_GONE', {}));
  const timer = setTimeout(() => controller.abort(new CladError('TIME_OVER', { seconds })), 1000 * seconds);
  response.once('close', gone);
  try {
    const ended = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    return await Promise.race([work(signal), ended]);
  } finally {
    clearTimeout(timer);
    response.off('close', gone);
  }
}
