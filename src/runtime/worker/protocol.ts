/**
 * @file What is said between whoever has a worker and the worker: calls by name, answers by number, errors with their code. The same in
 * Node and in a browser, whose workers are reached through a port of each kind (node-port.ts, browser-port.ts).
 */
import type { ErrorCode } from '../../core/errors.ts';

/** A value for the other side, and the buffers in it that move instead of being copied. */
export interface Prepared<T> {
  readonly value: T;
  readonly transfer?: readonly ArrayBuffer[];
}

/** Functions of one argument, by the names they are called by. */
export type Handlers = Record<string, (argument: never) => Promise<Prepared<unknown>>>;

/** What a call of `H[N]` gives. */
export type Result<H extends Handlers, N extends keyof H> =
  Awaited<ReturnType<H[N]>> extends Prepared<infer T> ? T : never;

/** A call on its way, or that the worker shall release what it holds and end. */
export type Call = { readonly number: number; readonly name: string; readonly argument: unknown } | 'close';

/** What goes back for a call; an error that has no code was not thrown on purpose. */
export type Answer =
  | { readonly number: number; readonly value: unknown }
  | { readonly number: number; readonly error: { readonly code?: ErrorCode; readonly message: string } };

/** The end of the channel at which calls are made, with the worker's life in its hands. */
export interface AskingPort {
  post(call: Call, transfer: readonly ArrayBuffer[]): void;
  /**
   * Called once, before the first `post`.
   * @param onEnd - called once when the worker has ended, for whatever reason; no answer comes after it
   */
  listen(onAnswer: (answer: Answer) => void, onEnd: (reason: string) => void): void;
  /** Ends the worker in the midst of whatever it does. */
  terminate(): void;
}

/** The end of the channel at which calls are answered, in the worker. */
export interface AnsweringPort {
  post(answer: Answer, transfer: readonly ArrayBuffer[]): void;
  /** Called once. */
  listen(onCall: (call: Call) => void): void;
  /** Nothing more will be answered: the worker may end. */
  close(): void;
}
