/** @file What every storage promises, of the disk's and of the one in memory. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { diskStorage } from '../../../src/core/disk-storage.ts';
import { memoryStorage } from '../../../src/core/memory-storage.ts';
import { sha256 } from '../../../src/core/sha256.ts';
import { type Storage, textOf } from '../../../src/core/storage.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-storage-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const makers: readonly [string, () => Storage][] = [
  ['on a disk', () => diskStorage(join(folder, randomUUID()))],
  ['in memory', memoryStorage],
];
const bytes = new Uint8Array([0, 255, 13, 10, 239, 187, 191]);

describe.each(makers)('a storage %s', (_, make) => {
  let storage: Storage;
  beforeEach(() => {
    storage = make();
  });
  const text = async (name: string) => textOf((await storage.read(name))!);

  it('gives back what was last written, whole', async () => {
    await storage.write('a', bytes);
    expect(await storage.read('a')).toEqual(bytes);
    await storage.write('a', '\ufeffgrün', { lasting: false });
    expect(await text('a')).toBe('\ufeffgrün');
    expect(await storage.stat('a')).toEqual({ bytes: 8, modified: expect.any(Number) });
    expect((await storage.stat('a'))!.modified).toBeGreaterThan(Date.now() - 60_000);
  });

  it('keeps what was written when the caller changes the bytes afterwards', async () => {
    const own = bytes.slice();
    await storage.write('a', own);
    own.fill(7);
    const read = (await storage.read('a'))!;
    read.fill(8);
    expect(await storage.read('a')).toEqual(bytes);
    // A shard is read as numbers of two bytes.
    expect(read.byteOffset % 2).toBe(0);
  });

  it('writes a part of a larger buffer', async () => {
    await storage.write('a', bytes.subarray(2, 5));
    expect(await storage.read('a')).toEqual(bytes.slice(2, 5));
  });

  it('reads a missing file as undefined', async () => {
    expect(await storage.read('a')).toBeUndefined();
    expect(await storage.stat('a')).toBeUndefined();
    expect(await storage.list()).toEqual([]);
    expect(await storage.folder('b').list()).toEqual([]);
    await storage.remove('a');
    await storage.tidy();
    await expect(storage.pieces('a').next()).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    expect(await storage.list()).toEqual([]);
  });

  it('gives a large file in pieces', async () => {
    const large = Uint8Array.from({ length: 9e6 }, (_, at) => at * 31);
    await storage.write('large', large);
    const got = new Uint8Array(large.length);
    let at = 0;
    for await (const piece of storage.pieces('large')) {
      got.set(piece, at);
      at += piece.length;
    }
    expect(at).toBe(large.length);
    expect(Buffer.compare(got, large)).toBe(0);
  });

  it('appends lines', async () => {
    await storage.write('log', '');
    await storage.append('log', 'one');
    await storage.append('log', 'two');
    expect(await text('log')).toBe('one\ntwo\n');
  });

  it('lists and removes files of one place and not of another', async () => {
    const below = storage.folder('below');
    await storage.write('a', 'here');
    await below.write('a', 'there');
    await below.folder('more').write('b', 'yonder');
    expect((await storage.list()).sort()).toEqual(['a', 'below']);
    expect((await below.list()).sort()).toEqual(['a', 'more']);
    await storage.remove('a');
    expect(await storage.list()).toEqual(['below']);
    expect(textOf((await storage.folder('below').read('a'))!)).toBe('there');
    expect(below.pathOf('a')).toBe(`${storage.pathOf()}/below/a`);
  });

  it('runs exclusive work one after another, also after a failure, and reports who waits', async () => {
    const done: string[] = [];
    const onWait = vi.fn();
    let finish = () => {};
    const begun = vi.fn();
    const work = () =>
      new Promise<void>((_, reject) => {
        begun();
        finish = () => {
          done.push('first');
          reject(new Error('failed'));
        };
      });
    const first = storage.inTurn(work, { onWait });
    await vi.waitFor(() => expect(begun).toHaveBeenCalled());
    const second = storage.inTurn(async () => done.push('second'), { onWait });
    const elsewhere = await storage.folder('else').inTurn(async () => done.push('elsewhere'), { onWait });
    expect(elsewhere).toBe(1);
    await vi.waitFor(() => expect(onWait).toHaveBeenCalledTimes(1));
    finish();
    await expect(first).rejects.toThrow('failed');
    await second;
    expect(done).toEqual(['elsewhere', 'first', 'second']);
    expect(await storage.inTurn(async () => 'free', { onWait })).toBe('free');
    expect(onWait).toHaveBeenCalledTimes(1);
  });

  it('keeps files of one name in two places apart', async () => {
    const [here, there] = [storage.folder('here'), storage.folder('there')];
    const onWait = () => expect.unreachable();
    const inner = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return there.inTurn(async () => 'both', { name: 'file', onWait });
    };
    expect(await here.inTurn(inner, { name: 'file' })).toBe('both');
  });

  it('stops waiting when it is aborted, and still lets in one at a time', async () => {
    const controller = new AbortController();
    let finish = () => {};
    const begun = vi.fn();
    const first = storage.inTurn(() => {
      begun();
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    await vi.waitFor(() => expect(begun).toHaveBeenCalled());
    const given = storage.inTurn(async () => {}, { signal: controller.signal });
    controller.abort();
    await expect(given).rejects.toMatchObject({ code: 'INTERRUPTED' });
    const third = vi.fn(async () => {});
    const last = storage.inTurn(third);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(third).not.toHaveBeenCalled();
    finish();
    await Promise.all([first, last]);
    expect(third).toHaveBeenCalled();
  });
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
