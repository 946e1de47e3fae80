/** @file A folder that the file system does not let anybody list; the tests may run as root, who may list every real one. */
import type { Dirent } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { imagesBelow } from '../../../src/data/folders.ts';
import { loadDataset } from '../../../src/data/load.ts';
import { withFiles } from '../../helpers/images.ts';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const readdir = async (path: string, options: { withFileTypes: true }): Promise<Dirent[]> => {
    const codes: Readonly<Record<string, string>> = { locked: 'EACCES', unmounted: 'ESTALE' };
    const code = codes[basename(path)];
    if (code) throw Object.assign(new Error(`${code}: scandir '${path}'`), { code });
    return real.readdir(path, options);
  };
  return { ...real, readdir };
});

describe('a folder that cannot be listed', () => {
  it('is left out with the reason where others are read', () =>
    withFiles({ 'a/locked/0.png': '', 'a/unmounted/0.png': '', 'a/week1/0.png': '' }, async (root) => {
      const expected = [
        { path: join(root, 'a/locked'), reason: 'cannot be read (no permission)' },
        { path: join(root, 'a/unmounted'), reason: 'cannot be read (the network drive has lost it)' },
      ];
      const { images, leftOut } = await imagesBelow(root);
      expect(images).toEqual([join(root, 'a/week1/0.png')]);
      expect(leftOut).toEqual(expected);
      expect((await loadDataset(root)).leftOut).toEqual(expected);
    }));

  it('is refused where it is what was asked for, or a class', () =>
    withFiles({ 'locked/0.png': '', 'nut/0.png': '' }, async (root) => {
      const refused = { code: 'FILE_UNREADABLE' };
      await expect(imagesBelow(join(root, 'locked'))).rejects.toMatchObject(refused);
      await expect(loadDataset(root)).rejects.toMatchObject(refused);
    }));
});
