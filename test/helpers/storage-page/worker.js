/** The worker's side: one case of the contract, or writing a file for ever. */
import { opfsStorage } from '../../../src/web/opfs-storage.ts';
import { keepsPromise } from './promise.js';

addEventListener('message', async ({ data: { title, writeInto } }) => {
  if (title !== undefined) return postMessage(await keepsPromise(title));
  const storage = (await opfsStorage('tests')).folder(writeInto);
  for (let time = 0; ; time++) {
    await storage.write('a', new Uint8Array(3e6).fill(time));
    if (time === 0) postMessage('written');
  }
});
