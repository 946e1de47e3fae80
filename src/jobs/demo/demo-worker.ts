/** @file A thread that draws and writes photographs of the demo factory; see demo-files.ts. */
import { answerCalls } from '../../runtime/worker/answer.ts';
import { nodeWorkerSide } from '../../runtime/worker/node-port.ts';
import type { Prepared } from '../../runtime/worker/protocol.ts';
import { type DemoOrder, writePlanned } from './demo-files.ts';

const handlers = {
  async write(order: DemoOrder): Promise<Prepared<null>> {
    await writePlanned(order);
    return { value: null };
  },
};

export type DemoHandlers = typeof handlers;

answerCalls(nodeWorkerSide(), handlers);
