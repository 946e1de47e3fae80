/** @file Files written whole or not at all, and what a file system's refusal is for people. */
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  appendLine,
  asRefusal,
  removeAbandoned,
  replaceFile,
  requireWritable,
  writeFileAtomic,
} from '../../../src/core/files.ts';
import { withFolder } from '../../helpers/made-store.ts';

const refused = (code: string, path?: string) =>
  Object.assign(new Error(`${code}: said by the system`), { code, ...(path !== undefined && { path }) });

describe('writing a file', () => {
  it('makes its folder, takes the longest name there can be, and leaves nothing else', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'deep', 'n'.repeat(255));
      await writeFileAtomic(path, 'whole');
      expect(await readFile(path, 'utf8')).toBe('whole');
      expect(await readdir(join(folder, 'deep'))).toHaveLength(1);
    }));

  it('keeps the earlier file where writing fails, and names the file and the cause', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'file');
      await writeFile(path, 'before');
      const full = () => Promise.reject(refused('ENOSPC'));
      await expect(replaceFile(path, full)).rejects.toThrow(
        `${path}: the file system does not allow it (no space left)`,
      );
      const other = () => Promise.reject(new Error('another cause'));
      await expect(replaceFile(path, other)).rejects.toThrow('another cause');
      expect(await readFile(path, 'utf8')).toBe('before');
      expect(await readdir(folder)).toEqual(['file']);
      await expect(writeFileAtomic(join(path, 'below'), '')).rejects.toMatchObject({ code: 'FILE_REFUSED' });
      await expect(appendLine(join(path, 'below'), '')).rejects.toMatchObject({ code: 'FILE_REFUSED' });
    }));
});

describe('an error of the file system', () => {
  it('is told with the path at hand, and any other error is passed on unchanged', () => {
    expect(asRefusal(refused('EACCES', '/said'))).toMatchObject({
      code: 'FILE_REFUSED',
      message: expect.stringContaining('/said'),
    });
    expect(asRefusal(refused('EROFS', '/said'), '/meant')).toMatchObject({
      message: expect.stringMatching(/^\/meant: .*read-only/),
    });
    expect(asRefusal(refused('ENOENT', '/gone'))).toMatchObject({
      message: expect.stringMatching(/^\/gone: .*there is no such file or folder/),
    });
    for (const thrown of [refused('EINVAL', '/gone'), refused('ENOSPC'), new TypeError('a defect'), 'text'])
      expect(asRefusal(thrown)).toBe(thrown);
  });
});

describe('an output folder', () => {
  it('may not exist yet, but may not lie below a file', () =>
    withFolder(async (folder) => {
      await requireWritable(join(folder, 'a', 'b'), 'hint');
      expect(await readdir(folder)).toEqual([]);
      await writeFile(join(folder, 'file'), '');
      const below = requireWritable(join(folder, 'file', 'run'), 'Give another.');
      await expect(below).rejects.toMatchObject({ code: 'FOLDER_EXPECTED' });
    }));
});

describe('temporary files of killed processes', () => {
  it('are removed when they are old; newer ones and all other files stay', () =>
    withFolder(async (folder) => {
      await mkdir(join(folder, '.folder.tmp'));
      for (const name of ['.old.tmp', '.new.tmp', 'old.tmp', '.old']) await writeFile(join(folder, name), '');
      const yesterday = Date.now() / 1000 - 86_400;
      for (const name of ['.folder.tmp', '.old.tmp', 'old.tmp', '.old'])
        await utimes(join(folder, name), yesterday, yesterday);
      await removeAbandoned(folder);
      expect((await readdir(folder)).sort()).toEqual(['.folder.tmp', '.new.tmp', '.old', 'old.tmp']);
      await removeAbandoned(join(folder, 'nowhere'));
    }));
});
