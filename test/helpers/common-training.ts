/** @file The small training on the made-up parts that many test files begin with: done once, by the first of them, and copied by all. */
import { existsSync } from 'node:fs';
import { cp, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { withLockInTurn } from '../../src/core/lock.ts';
import { cladCommand } from './fixtures.ts';
import { writeParts } from './parts.ts';
import { trainSmall } from './small-training.ts';
import { writeTinyBackbone } from './tiny-backbone.ts';

/**
 * Does as `writeParts` and `trainSmall` without further settings would, in a second less.
 * @param folder - of a test; the run and its backbone are copied there, to do with as it pleases
 * @param run - name of the run within the folder
 * @returns the data set, which other files read at the same time: copy it to change it
 */
export async function copySmallTraining(folder: string, run: string): Promise<string> {
  // Of the program as it is built now, since a watching vitest outlives a build.
  const { mtimeMs } = await stat(cladCommand);
  const common = join(inject('commonFolder'), String(mtimeMs));
  const [data, done] = [join(common, 'parts'), join(common, 'done')];
  await withLockInTurn(join(common, 'lock'), {}, async () => {
    if (existsSync(done)) return;
    await writeParts(data);
    await trainSmall(common, data, 'run');
    await writeFile(done, '');
  });
  await cp(join(common, 'run'), join(folder, run), { recursive: true });
  await writeTinyBackbone(folder);
  return data;
}
