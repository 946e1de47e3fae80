/** A page that holds the browser's private files to the contract, itself or in a worker, for tests to call. */
import { memoryStorage } from '../../../src/core/memory-storage.ts';
import { opfsStorage } from '../../../src/web/opfs-storage.ts';
import { keepsPromise } from './promise.js';

Object.assign(globalThis, { opfsStorage, memoryStorage, keepsPromise });

/** A worker; it answers each message in its turn. */
globalThis.startWorker = () => {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  return {
    terminate: () => worker.terminate(),
    ask: (message) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message: reason }) => reject(new Error(reason));
        worker.postMessage(message);
      }),
  };
};
