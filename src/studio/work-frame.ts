/**
 * @file The frame of a process that does one work for the server: it is told what to do, tells how it goes, says at last what became of it, and ends. Where the server has gone it stops as if
 * it had been told to.
 */
import { CladError } from '../core/errors.ts';
import { asRefusal } from '../core/files.ts';
import type { ToldError } from './api.ts';
import { asToldError } from './told-error.ts';

/** What a work has of the server. */
export interface Frame<Told> {
  /** Aborted where it is to end. */
  readonly signal: AbortSignal;
  readonly send: (message: Told) => void;
}

/** The last message where a work fails. */
interface Failed {
  readonly type: 'failed';
  readonly error: ToldError;
}

/**
 * Waits for the order, does it, and ends the process.
 * @param grace - milliseconds after which a process whose server has gone ends all the same
 * @param work - gives the last message; undefined where there is nothing to say
 */
export function doWork<Order extends { readonly type: string }, Told extends { readonly type: string }>(
  grace: number,
  work: (order: Order, frame: Frame<Told>) => Promise<Told | undefined>,
): void {
  const controller = new AbortController();
  const send = (message: Told) => {
    if (process.connected) process.send?.(message);
  };
  process.on('message', (message: Order | { readonly type: 'stop' }) => {
    if (message.type === 'stop') controller.abort();
    else void begin(message as Order);
  });
  process.on('disconnect', () => {
    controller.abort();
    setTimeout(() => process.exit(1), grace).unref();
  });
  // Ctrl-C reaches every process of the terminal.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => controller.abort());

  const begin = async (order: Order) => {
    const last = await work(order, { signal: controller.signal, send }).catch((thrown: unknown): Failed => {
      if (!(asRefusal(thrown) instanceof CladError))
        process.stderr.write(`${(thrown as Error | undefined)?.stack ?? thrown}\n`);
      return { type: 'failed', error: asToldError(thrown) };
    });
    if (last) await sent(last);
    process.exit(0);
  };
}

/** A message that is known to have gone out before the process ends. */
function sent(message: object): Promise<void> {
  if (!process.connected) return Promise.resolve();
  return new Promise((resolve) => process.send?.(message, undefined, {}, () => resolve()));
}
