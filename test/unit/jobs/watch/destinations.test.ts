/** @file Names that photographs get where they are moved to: none that something has. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePlace } from '../../../../src/jobs/watch/destinations.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-destinations-'));
  await mkdir(join(folder, 'pass'));
});
afterEach(() => rm(folder, { recursive: true }));

it('a name that is taken gets a number, also where a link has it that leads nowhere now', async () => {
  expect(await freePlace(folder, 'pass', 'a.png')).toBe('pass/a.png');
  await symlink(join(folder, 'away/a.png'), join(folder, 'pass/a.png'));
  expect(await freePlace(folder, 'pass', 'a.png')).toBe('pass/a-2.png');
  await writeFile(join(folder, 'pass/a-2.png'), '');
  expect(await freePlace(folder, 'pass', 'a.png')).toBe('pass/a-3.png');
});
