/** @file A thread that draws and writes photographs of the demo factory; see demo-files.ts. */
import { answerCalls } from '../../runtime/worker/answer.ts';
import { nodeWorkerSide } from '../../runtime/worker/node-port.ts';
import { type DemoHandlers, writePlanned } from './demo-files.ts';

const handlers: DemoHandlers = {
  async write(order) {
    await writePlanned(order);
    return { value: null };
  },
};

answerCalls(nodeWorkerSide(), handlers);
