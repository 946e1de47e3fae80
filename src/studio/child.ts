/** @file Starts the processes that do the work, so that the server stays quick and a crash ends one work alone. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromJob, Order } from './job-channel.ts';

/** A process that does what was ordered. */
export interface Child {
  /** Asks it to end where it can go on later. */
  stop(): void;
  kill(): void;
}

export interface Listener<Message> {
  onMessage(message: Message): void;
  /** Told once, after the last message. @param how - in words, e.g. `signal SIGKILL` */
  onEnd(how: string): void;
}

export type ChildListener = Listener<FromJob>;

/** Starts one; tests put another in its place. */
export type StartChild = (order: Order, listener: ChildListener) => Child;

/** Starts job-process.js beside this file. */
export const startChild: StartChild = (order, listener) => startProcess('./job-process.js', order, listener);

/**
 * Starts a script beside this file and tells it what to do; `{ type: 'stop' }` asks it to end.
 * @param script - as `./job-process.js`
 */
export function startProcess<Message>(
  script: string,
  order: object,
  { onMessage, onEnd }: Listener<Message>,
): Child {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let ended = false;
  const end = (how: string) => {
    if (!ended) onEnd(how);
    ended = true;
  };
  child.on('message', (message) => onMessage(message as Message));
  child.on('error', ({ message }) => end(message));
  child.on('close', (code, signal) => end(signal === null ? `status ${code}` : `signal ${signal}`));
  child.send(order);
  return {
    stop: () => {
      if (child.connected) child.send({ type: 'stop' });
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
