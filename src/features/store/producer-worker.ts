/** @file A thread that does producers' jobs; see producer-pool.ts. */
import { answerCalls } from '../../runtime/worker/answer.ts';
import { nodeWorkerSide } from '../../runtime/worker/node-port.ts';
import { producerHandlers } from './producer-handlers.ts';

answerCalls(nodeWorkerSide(), producerHandlers());
