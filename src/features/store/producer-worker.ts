/** @file A thread that does producers' jobs; see producer-threads.ts. */
import { fileImages } from '../../data/file-images.ts';
import { answerCalls } from '../../runtime/worker/answer.ts';
import { nodeWorkerSide } from '../../runtime/worker/node-port.ts';
import { producerHandlers } from './producer-handlers.ts';

answerCalls(nodeWorkerSide(), producerHandlers(fileImages));
