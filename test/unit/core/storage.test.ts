/** @file What every storage promises, of the disk's and of the one in memory; the browser's is in test/integration/browser-storage.test.ts. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskStorage } from '../../../src/core/disk-storage.ts';
import { memoryStorage } from '../../../src/core/memory-storage.ts';
import { sha256 } from '../../../src/core/sha256.ts';
import type { Storage } from '../../../src/core/storage.ts';
import { storageContract } from '../../helpers/storage-contract.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-storage-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const makers: readonly [string, () => Storage][] = [
  ['on a disk', () => diskStorage(join(folder, randomUUID()))],
  ['in memory', memoryStorage],
];

describe.each(makers)('a storage %s', (_, make) => {
  it.each(Object.entries(storageContract))('%s', (_title, keeps) => keeps(make()));
});

describe('a storage on a disk', () => {
  it('turns errors of the file system into sentences', async () => {
    const root = join(folder, 'refused');
    await mkdir(join(root, 'a'), { recursive: true });
    await writeFile(join(root, 'file'), '');
    const storage = diskStorage(root);
    await expect(storage.read('a')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(storage.write('a', 'x')).rejects.toMatchObject({ code: 'FILE_REFUSED' });
    await expect(storage.folder('file').write('x', 'x')).rejects.toMatchObject({ code: 'FILE_REFUSED' });
    expect(await storage.folder('file').read('x')).toBeUndefined();
    expect((await storage.list()).sort()).toEqual(['a', 'file']);
  });
});

describe('sha256', () => {
  // The first two are of FIPS 180-2.
  it.each([
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      new TextEncoder().encode('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'),
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ])("of %j equals Node's", async (content, digest) => {
    expect(await sha256(content)).toBe(digest);
  });
});
