/** @file The worker that teaches, so that the page stays alive: decoding, synthesis and bookkeeping are here, ONNX Runtime in workers of its own. */
import { CladError, firstLineOf } from '../../core/errors.ts';
import { answerCalls } from '../../runtime/worker/answer.ts';
import type { WebDevice } from '../engine-messages.ts';
import { browserWorkerSide, tellPage } from '../page-port.ts';
import { sharedWebEngine } from '../web-engine.ts';
import { learn } from './learn.ts';
import { memoryReason } from './memory.ts';
import { movedThresholds } from './moved-thresholds.ts';
import type { Learnt, TeachHandlers, TeachNews, TeachOrder } from './teach-messages.ts';

let task = 'its beginning';
const tell = (news: TeachNews) => {
  if ('progress' in news) task = news.progress.task;
  tellPage(news);
};

const handlers: TeachHandlers = {
  async teach(order) {
    const value = await onFirstThatWorks(order);
    return { value, transfer: [value.file.buffer as ArrayBuffer] };
  },

  async move(order) {
    const value = await movedThresholds(order);
    return { value, transfer: [value.buffer as ArrayBuffer] };
  },
};

answerCalls(browserWorkerSide(), handlers);

/** A graphics card may refuse in the midst of the work; what was learnt on it until then is given up. */
async function onFirstThatWorks(order: TeachOrder): Promise<Learnt> {
  const [device, ...others] = order.devices;
  try {
    return await on(device ?? 'wasm', order);
  } catch (error) {
    const reason = memoryReason(error);
    if (others.length > 0 && !isOfPictures(error)) {
      tell({ note: `WebGPU failed in ${task} (${firstLineOf(error)}), so WebAssembly was taken.` });
      return onFirstThatWorks({ ...order, devices: others });
    }
    if (reason !== undefined) throw new CladError('TEACH_MEMORY', { where: task, reason });
    throw error;
  }
}

async function on(device: WebDevice, order: TeachOrder): Promise<Learnt> {
  const { threads, wasmPaths } = order;
  const engine = await sharedWebEngine({ device, threads, wasmPaths });
  try {
    return await learn(order, { engine, device }, tell);
  } finally {
    await engine.end();
  }
}

/** Whether another device would say the same. */
function isOfPictures(error: unknown): boolean {
  return (
    error instanceof CladError && !['ENGINE_FAILED', 'ENGINE_UNAVAILABLE', 'WORKER_DIED'].includes(error.code)
  );
}
