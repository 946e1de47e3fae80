/** @file Both ends of a channel to a worker thread of Node. */
import { parentPort, Worker } from 'node:worker_threads';
import { reasonOf } from '../../core/errors.ts';
import type { AnsweringPort, AskingPort } from './protocol.ts';

/**
 * Starts a thread.
 * @param script - the compiled file of the other side
 * @param onOutput - told what the thread prints; where it is absent that goes where the process prints
 */
export function nodeWorker(script: URL, onOutput?: (text: string) => void): AskingPort {
  const captured = onOutput !== undefined;
  const worker = new Worker(script, { stdout: captured, stderr: captured });
  for (const stream of captured ? [worker.stdout, worker.stderr] : [])
    stream.setEncoding('utf8').on('data', (text: string) => onOutput?.(text.trim()));
  return {
    post: (call, transfer) => worker.postMessage(call, transfer),
    listen(onAnswer, onEnd) {
      let reason = '';
      worker.on('message', onAnswer);
      worker.on('error', (error) => {
        reason = reasonOf(error);
      });
      // Whose answer it was is not known, so none can be waited for.
      worker.on('messageerror', (error) => {
        reason = `an answer could not be read, ${reasonOf(error)}`;
        void worker.terminate();
      });
      worker.on('exit', (status) => onEnd(reason || `exit status ${status}`));
    },
    terminate() {
      void worker.terminate();
    },
  };
}

/** The end of the channel in a thread. */
export function nodeWorkerSide(): AnsweringPort {
  const port = parentPort;
  if (!port) throw new Error('expected to run in a thread');
  return {
    post: (answer, transfer) => port.postMessage(answer, transfer),
    listen(onCall) {
      port.on('message', onCall);
    },
    close: () => port.close(),
  };
}
