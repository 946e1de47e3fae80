/**
 * @file A worker that is none: its calls are answered in this thread, through the same protocol. For programs that run from sources, of
 * which no compiled worker exists, and for tests.
 */
import { answerCalls } from './answer.ts';
import type { Answer, AskingPort, Call, Handlers } from './protocol.ts';

/** A port to handlers in this thread; values are copied and buffers moved as by a real one. */
export function memoryWorker(handlers: Handlers, close?: () => Promise<void>): AskingPort {
  let alive = true;
  let end: (reason: string) => void = () => {};
  let answered: (answer: Answer) => void = () => {};
  let called: (call: Call) => void = () => {};
  const finish = (reason: string) => {
    if (!alive) return;
    alive = false;
    queueMicrotask(() => end(reason));
  };
  const sent = <T>(message: T, transfer: readonly ArrayBuffer[]): T =>
    structuredClone(message, { transfer: [...transfer] });
  const port: AskingPort = {
    post(call, transfer) {
      const copy = sent(call, transfer);
      queueMicrotask(() => alive && called(copy));
    },
    listen(onAnswer, onEnd) {
      answered = onAnswer;
      end = onEnd;
    },
    terminate: () => finish('it was ended'),
  };
  answerCalls(
    {
      post(answer, transfer) {
        const copy = sent(answer, transfer);
        queueMicrotask(() => alive && answered(copy));
      },
      listen(onCall) {
        called = onCall;
      },
      close: () => finish('it closed'),
    },
    handlers,
    close,
  );
  return port;
}
