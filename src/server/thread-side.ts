/** @file The side of a thread that answers calls; thread.ts is the side that asks. */
import { parentPort } from 'node:worker_threads';
import { CladError, type ErrorCode, reasonOf } from '../core/errors.ts';

/** A value for the other thread, and the buffers in it that move instead of being copied. */
export interface Prepared<T> {
  readonly value: T;
  readonly transfer?: readonly ArrayBuffer[];
}

/** Functions of one argument, by the names they are called by. */
export type Handlers = Record<string, (argument: never) => Promise<Prepared<unknown>>>;

/** What goes back for a call. */
export type Answer =
  | { readonly number: number; readonly value: unknown }
  | { readonly number: number; readonly error: { readonly code?: ErrorCode; readonly message: string } };

interface Call {
  readonly number: number;
  readonly name: string;
  readonly argument: unknown;
}

/**
 * Answers calls until the other side closes.
 * @param close - releases what the thread holds
 */
export function answerCalls(handlers: Handlers, close: () => Promise<void> = async () => {}): void {
  const port = parentPort;
  if (!port) throw new Error('expected to run in a thread');
  port.on('message', async (message: Call | 'close') => {
    if (message === 'close') {
      await close();
      port.close();
      return;
    }
    const { number, name, argument } = message;
    try {
      const handler = handlers[name];
      if (!handler) throw new Error(`no function is called ${name}`);
      const { value, transfer = [] } = await handler(argument as never);
      port.postMessage({ number, value }, transfer);
    } catch (error) {
      const code = error instanceof CladError ? error.code : undefined;
      port.postMessage({ number, error: { code, message: reasonOf(error) } });
    }
  });
}

/** The bytes in a buffer of their own, so that it can move to another thread. */
export function movable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
