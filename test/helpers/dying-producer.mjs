/** Loaded into every thread of a command (`NODE_OPTIONS=--import`): a producer's thread exits in the place of its third answer. */
import { isMainThread, parentPort } from 'node:worker_threads';

if (!isMainThread && process.argv[1]?.endsWith('producer-worker.js')) {
  const send = parentPort.postMessage.bind(parentPort);
  let answers = 0;
  parentPort.postMessage = (...message) => {
    if (++answers === 3) process.exit(7);
    send(...message);
  };
}
