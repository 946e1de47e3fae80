/** @file Starts the process of a job. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromJob, Order } from './job-channel.ts';

/** A process that does what was ordered. */
export interface Child {
  /** Asks it to end where it can go on later. */
  stop(): void;
  kill(): void;
}

export interface ChildListener {
  onMessage(message: FromJob): void;
  /** Told once, after the last message. @param how - in words, e.g. `signal SIGKILL` */
  onEnd(how: string): void;
}

/** Starts one; tests put another in its place. */
export type StartChild = (order: Order, listener: ChildListener) => Child;

/** Starts job-process.js beside this file. */
export const startChild: StartChild = (order, { onMessage, onEnd }) => {
  const child = fork(fileURLToPath(new URL('./job-process.js', import.meta.url)), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let ended = false;
  const end = (how: string) => {
    if (!ended) onEnd(how);
    ended = true;
  };
  child.on('message', (message) => onMessage(message as FromJob));
  child.on('error', ({ message }) => end(message));
  child.on('close', (code, signal) => end(signal === null ? `status ${code}` : `signal ${signal}`));
  child.send(order);
  return {
    stop: () => {
      if (child.connected) child.send({ type: 'stop' });
    },
    kill: () => void child.kill('SIGKILL'),
  };
};
