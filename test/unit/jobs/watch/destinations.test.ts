/** @file Names that photographs get where they are moved to: none that something has; and by what they are known there. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePlace, isUnchanged, moveFile, stateOf } from '../../../../src/jobs/watch/destinations.ts';

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

it('what was copied is known by its time, whatever the fractions of its second', async () => {
  for (let number = 0; number < 60; number++) {
    const [file, link, to] = ['a.png', 'link.png', `pass/${number}.png`].map((name) => join(folder, name));
    await writeFile(file!, 'part');
    await utimes(file!, 1_764_374_400, 1_764_374_400 + number * 0.016_667_3);
    const was = (await stateOf(file!))!;
    // What a link leads to is copied, as files are onto another disk.
    await symlink(file!, link!);
    await moveFile(link!, to!);
    expect(await isUnchanged(to!, was), `${number}: ${was.modified}`).toBe(true);
  }
});

it('on a drive that keeps every other second a copy is known by its content', async () => {
  const file = join(folder, 'a.png');
  await writeFile(file, 'part');
  await utimes(file, 1_764_374_400, 1_764_374_400);
  const sha256 = createHash('sha256').update('part').digest('hex');
  const was = (off: number, more: object = { sha256 }) => ({
    bytes: 4,
    modified: 1_764_374_400_000 + off,
    ...more,
  });
  expect(await isUnchanged(file, was(1900))).toBe(true);
  expect(await isUnchanged(file, was(1900, {}))).toBe(false);
  expect(await isUnchanged(file, was(1900, { sha256: sha256.replace(/^./, 'z') }))).toBe(false);
  expect(await isUnchanged(file, was(2100))).toBe(false);
  expect(await isUnchanged(file, { ...was(0), bytes: 5 })).toBe(false);
});
