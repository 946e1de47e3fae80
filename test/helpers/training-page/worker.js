/** A worker that trains as it is told, once. */
import { train } from './training.js';

addEventListener('message', async ({ data: order }) => {
  try {
    postMessage({ value: await train(...order) });
  } catch (error) {
    postMessage({ reason: error.stack });
  }
});
