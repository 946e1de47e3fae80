/** @file Starts a process that watches a folder and looks after it: one that gives no sign of life is told of and ended, and why one ended is told as a sentence. */
import { CladError } from '../core/errors.ts';
import type { ToldError } from './api.ts';
import { type Child, type Listener, startProcess } from './child.ts';
import { SignsOfLife } from './signs-of-life.ts';
import type { FromWatch, WatchOrder } from './watch-channel.ts';

export type StartWatch = (order: WatchOrder, listener: Listener<FromWatch>) => Child;

export interface WatchListener {
  heard(message: Exclude<FromWatch, { readonly type: 'failed' | 'alive' }>): void;
  /** It hangs, and is being ended. Where a drive does not answer, that may take as long as the drive. */
  silent(error: ToldError): void;
  /** Told once. */
  ended(error: ToldError): void;
}

/** Starts watch-process.js beside this file. */
const startWatch: StartWatch = (order, listener) => startProcess('./watch-process.js', order, listener);

/**
 * @param hung - how many before it hung
 * @param start - tests put another in its place
 */
export function watchOver(
  order: WatchOrder,
  listener: WatchListener,
  hung: number,
  start = startWatch,
): Child {
  let failure: ToldError | undefined;
  const signs = new SignsOfLife((seconds) => {
    failure = died(
      `it gave no sign of life for ${seconds} s`,
      'It is started again once it has ended. Where it hangs again, its folder or the workspace may lie on a drive that does not answer, or memory is short: look at these, or press Stop watching.',
    );
    listener.silent(failure);
    child.kill();
  }, hung);
  const child = start(order, {
    onMessage: (message) => {
      // A note may come before the first look, which may take long.
      signs.heard(message.type === 'judged' || message.type === 'alive');
      if (message.type === 'failed') failure ??= message.error;
      else if (message.type !== 'alive') listener.heard(message);
    },
    onEnd: (how) => {
      signs.end();
      listener.ended(failure ?? died(`ended by ${how}`, 'It is started again.'));
    },
  });
  return child;
}

function died(reason: string, remedy: string): ToldError {
  return new CladError('WORKER_DIED', { worker: 'The process that watches this folder', reason, remedy })
    .words;
}
