/** A thread for tests: answers like a detector's thread, and ends by itself where it is told to. */
import { CladError } from '../../dist/core/errors.js';
import { answerCalls } from '../../dist/runtime/worker/answer.js';
import { nodeWorkerSide } from '../../dist/runtime/worker/node-port.js';

answerCalls(nodeWorkerSide(), {
  load: async ({ path }) => ({ value: { path } }),
  echo: async (value) => ({ value }),
  hang: () => new Promise(() => {}),
  // Hears nothing meanwhile, as decoders and drawings do not.
  busy: async (milliseconds) => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
    return { value: milliseconds };
  },
  dieSoon: async (value) => {
    setTimeout(() => process.exit(3), 20);
    return { value };
  },
  refuse: async () => {
    throw new CladError('IMAGE_INVALID', { path: 'x.png', reason: 'broken' });
  },
  run: async (asked) => {
    if (asked.length === 0) process.exit(3);
    return { value: { predictions: [], images: asked.map(({ image }) => image) } };
  },
});
