import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { fileMark, watchFile } from '../../../src/server/watch.ts';
import { withFiles } from '../../helpers/images.ts';

const interval = 10;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

it('the watcher notices each replacement once, and nothing else', async () => {
  await withFiles({ model: 'one' }, async (root) => {
    const path = join(root, 'model');
    const replace = async (content: string) => {
      await writeFile(join(root, 'new'), content);
      await rename(join(root, 'new'), path);
    };
    const changed = vi.fn();
    const stop = watchFile(path, await fileMark(path), interval, changed);
    await pause(10 * interval);
    expect(changed).toHaveBeenCalledTimes(0);
    await replace('two');
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1));
    await rm(path);
    await pause(10 * interval);
    expect(changed).toHaveBeenCalledTimes(1);
    await replace('three');
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(2));
    stop();
    await replace('four');
    await pause(10 * interval);
    expect(changed).toHaveBeenCalledTimes(2);
  });
});

it('the watcher leaves a file alone that is still being written', async () => {
  await withFiles({ model: 'one' }, async (root) => {
    const path = join(root, 'model');
    const changed = vi.fn();
    const stop = watchFile(path, await fileMark(path), 100, changed);
    let text = '';
    for (let step = 0; step < 40; step++) {
      text += 'x';
      await writeFile(path, text);
      await pause(10);
    }
    expect(changed).toHaveBeenCalledTimes(0);
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1));
    stop();
  });
});
