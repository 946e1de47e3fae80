/** @file Locks: one holder at a time, whoever is dead holds nothing, and of whom nothing is known it is said. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import {
  lockOfFile,
  lockOfFolder,
  withLock,
  withLockInTurn,
  withLockOfTheLiving,
} from '../../../src/core/lock.ts';
import { withFolder } from '../../helpers/made-store.ts';

/** Files that the file system does not let go, whoever asks. */
const fast = vi.hoisted(() => new Set<string>());
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const rm: typeof real.rm = (path, options) =>
    fast.has(String(path))
      ? Promise.reject(Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' }))
      : real.rm(path, options);
  return { ...real, rm };
});

/** What a lock of this process says. */
async function ownWords(folder: string): Promise<Record<string, unknown>> {
  const path = join(folder, 'own');
  return withLock(path, async () => JSON.parse(await readFile(path, 'utf8')));
}

/** The number of a process that has ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid as number;
}

/** How many were refused, none of them for another reason. */
function refusedOnly(outcomes: readonly PromiseSettledResult<unknown>[]): number {
  const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  for (const reason of reasons) expect(reason).toMatchObject({ code: 'IN_USE' });
  return reasons.length;
}

const soon = (milliseconds = 20) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('a lock', () => {
  it('is held by one process at a time, named in the refusal of the others, and released with its folder', () =>
    withFolder(async (folder) => {
      const run = join(folder, 'runs', 'one');
      const path = lockOfFolder(run);
      const result = await withLock(path, async () => {
        await expect(withLock(path, async () => 2)).rejects.toMatchObject({
          code: 'IN_USE',
          message: expect.stringMatching(
            new RegExp(`^${path}: another clad .*process ${process.pid} on .*since 2`),
          ),
        });
        return 1;
      });
      expect(result).toBe(1);
      expect(await readdir(folder)).toEqual([]);
      await expect(withLock(path, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
      expect(await readdir(folder)).toEqual([]);
      await withLock(path, () => writeFile(join(run, 'model.onnx'), ''));
      expect(await readdir(run)).toEqual(['model.onnx']);
      expect(lockOfFile(join(run, 'model.onnx'))).toBe(join(run, '.model.onnx.lock'));
      // A file's name may be as long as the file system allows.
      await withLock(lockOfFile(join(run, 'x'.repeat(255))), async () => 1);
    }));

  it('is taken by exactly one of many that try at once', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'lock');
      let inside = 0;
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, () =>
          withLock(path, async () => {
            expect(++inside).toBe(1);
            await soon();
            inside--;
          }),
        ),
      );
      expect(refusedOnly(outcomes)).toBeLessThan(20);
    }));

  it.each<[string, (own: Record<string, unknown>, dead: number) => string]>([
    ['of a process that has ended', (own, dead) => JSON.stringify({ ...own, pid: dead, started: '1' })],
    ['of a process whose number another has now', (own) => JSON.stringify({ ...own, started: '1' })],
    ['of before the machine was started again', (own) => JSON.stringify({ ...own, boot: 'before' })],
    ['whose process was killed before it had written it', () => ''],
  ])('%s is ignored, also where many find it at once', (_, words) =>
    withFolder(async (folder) => {
      const path = join(folder, 'lock');
      await writeFile(path, words(await ownWords(folder), await deadProcess()));
      let taken = 0;
      let inside = 0;
      const outcomes = await Promise.allSettled(
        Array.from({ length: 10 }, () =>
          withLock(path, async () => {
            taken++;
            expect(++inside).toBe(1);
            await soon();
            inside--;
          }),
        ),
      );
      expect(taken).toBe(10 - refusedOnly(outcomes));
      expect(taken).toBeGreaterThan(0);
      expect(await readdir(folder)).toEqual([]);
    }),
  );

  it.each<[string, (own: Record<string, unknown>) => string]>([
    ['another machine', (own) => JSON.stringify({ ...own, host: 'line-7' })],
    ['another container', (own) => JSON.stringify({ ...own, namespace: 'pid:[1]' })],
    ['nobody who can be made out', () => '{"pid": "x'],
  ])('of %s may still be held: the refusal names the file to remove, and the file stays', (_, words) =>
    withFolder(async (folder) => {
      const path = join(folder, 'lock');
      const text = words(await ownWords(folder));
      await writeFile(path, text);
      await expect(withLock(path, async () => 1)).rejects.toMatchObject({
        code: 'IN_USE_PERHAPS',
        message: expect.stringMatching(
          new RegExp(`^${path}: a clad on another machine.*remove this file\\.$`),
        ),
      });
      expect(await readFile(path, 'utf8')).toBe(text);
    }),
  );

  it('that was left behind while it was cleared away is cleared in the end, whatever the clock of its drive says', () =>
    withFolder(async (folder) => {
      const hour = Date.now() / 1000 + 3600;
      for (const [name, at] of Object.entries({ early: 1, late: hour })) {
        const path = join(folder, name);
        await writeFile(path, JSON.stringify({ ...(await ownWords(folder)), started: '1' }));
        await writeFile(`${path}.clearing`, '');
        await utimes(`${path}.clearing`, at, at);
      }
      const began = performance.now();
      const each = ['early', 'late'].map((name) => withLock(join(folder, name), async () => name));
      expect(await Promise.all(each)).toEqual(['early', 'late']);
      // Whoever clears may be at it.
      expect(performance.now() - began).toBeGreaterThan(1900);
      expect(await readdir(folder)).toEqual([]);
    }));
});

describe('waiting for a lock', () => {
  it('gives it in turn, and reports which process is waited for', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'store', 'lock');
      const waited: string[] = [];
      let inside = 0;
      const turns = Array.from({ length: 3 }, (_, turn) =>
        withLockInTurn(path, { onWait: (who) => waited.push(who) }, async () => {
          expect(++inside).toBe(1);
          await soon(100);
          inside--;
          return turn;
        }),
      );
      expect(await Promise.all(turns)).toEqual([0, 1, 2]);
      expect(waited.length).toBeGreaterThanOrEqual(2);
      expect(waited[0]).toContain(`process ${process.pid} on `);
    }));

  it('ends once the signal is aborted', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'lock');
      await withLock(path, async () => {
        const signal = AbortSignal.abort();
        await expect(withLockInTurn(path, { signal }, async () => 1)).rejects.toMatchObject({
          code: 'INTERRUPTED',
        });
      });
      expect(existsSync(path)).toBe(false);
    }));

  it('on another machine goes on for as long as that machine touches it', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'lock');
      await writeFile(path, JSON.stringify({ ...(await ownWords(folder)), host: 'line-7' }));
      const touching = setInterval(() => void utimes(path, new Date(), new Date()), 100);
      let had = false;
      const turn = withLockInTurn(path, { silence: 1500 }, async () => {
        had = true;
      });
      await soon(2500);
      expect(had).toBe(false);
      clearInterval(touching);
      await turn;
      expect(had).toBe(true);
    }));
});

describe('a lock that cannot be removed', () => {
  it('says that it is not held any more, and is waited for by nobody', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'lock');
      fast.add(path);
      expect(await withLock(path, async () => 1)).toBe(1);
      expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid, released: true });
      await expect(withLockInTurn(path, {}, async () => 2)).rejects.toMatchObject({ code: 'FILE_REFUSED' });
      fast.delete(path);
      expect(await withLockInTurn(path, {}, async () => 3)).toBe(3);
      expect(await readdir(folder)).toEqual([]);
    }));

  it('of a process that has ended is a refusal in a sentence', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'lock');
      await writeFile(path, JSON.stringify({ ...(await ownWords(folder)), pid: await deadProcess() }));
      fast.add(path);
      await expect(withLockInTurn(path, {}, async () => 1)).rejects.toMatchObject({
        code: 'FILE_REFUSED',
        message: expect.stringContaining(path),
      });
      fast.delete(path);
      expect(await readdir(folder)).toEqual(['lock']);
    }));
});

describe('a lock that says how often it is touched', () => {
  it('is taken from a holder elsewhere after ten touches were missed, which is told', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'lock');
      await writeFile(path, JSON.stringify({ ...(await ownWords(folder)), host: 'line-7', touch: 40 }));
      const told: [string, number][] = [];
      const began = performance.now();
      const onWait = (who: string, silence: number) => void told.push([who, silence]);
      await withLockInTurn(path, { look: 20, tellAfter: 100, onWait }, async () => {
        expect(JSON.parse(await readFile(path, 'utf8')).host).not.toBe('line-7');
      });
      expect(performance.now() - began).toBeGreaterThan(390);
      expect(told).toEqual([[expect.stringContaining(' on line-7, since '), 400]]);
    }));

  it('is taken from a process that stands still, which sees that when it goes on', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'lock');
      const own = await ownWords(folder);
      await withLock(path, async (held) => {
        expect(await held.taker()).toBe(undefined);
        // As one of this machine whose process lives and does not touch it.
        await writeFile(path, JSON.stringify({ ...own, id: 'still', touch: 20 }));
        expect(await held.taker()).toContain(`process ${process.pid} on `);
        expect(await withLockInTurn(path, { look: 20 }, async () => 1)).toBe(1);
      });
      expect(await readdir(folder)).toEqual([]);
    }));

  it('of a dead holder is taken by one of those who have waited for it, and by the next in its turn', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'lock');
      await writeFile(path, JSON.stringify({ ...(await ownWords(folder)), host: 'line-7', touch: 30 }));
      let inside = 0;
      const turns = Array.from({ length: 4 }, (_, turn) =>
        withLockInTurn(path, { look: 10, touch: 30 }, async () => {
          expect(++inside).toBe(1);
          await soon(150);
          inside--;
          return turn;
        }),
      );
      expect(await Promise.all(turns)).toEqual([0, 1, 2, 3]);
      expect(await readdir(folder)).toEqual([]);
    }));

  it('is not taken by one that stood still itself from a holder that lives', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'lock');
      await writeFile(path, JSON.stringify({ ...(await ownWords(folder)), host: 'line-7', touch: 30 }));
      const touching = setInterval(() => void utimes(path, new Date(), new Date()), 30);
      let had = false;
      const turn = withLockInTurn(path, { look: 10 }, async () => {
        had = true;
      });
      for (let times = 0; times < 3; times++) {
        await soon(100);
        // As by SIGSTOP, of the holder too: for longer than it may be silent.
        for (const end = performance.now() + 400; performance.now() < end; );
      }
      await soon(100);
      expect(had).toBe(false);
      clearInterval(touching);
      await turn;
    }));

  it('is touched no more by a process from which it was taken', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'lock');
      const other = JSON.stringify({ ...(await ownWords(folder)), id: 'other', touch: 20 });
      await withLock(
        path,
        async () => {
          await writeFile(path, other);
          await utimes(path, 1, 1);
          await soon(100);
          expect((await stat(path)).mtimeMs).toBe(1000);
        },
        { touch: 10 },
      );
      expect(await readFile(path, 'utf8')).toBe(other);
    }));

  it('is not taken from one that touches it', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'lock');
      let isOut = false;
      const first = withLock(
        path,
        async () => {
          await soon(500);
          isOut = true;
        },
        { touch: 10 },
      );
      await soon();
      await withLockInTurn(path, { look: 10 }, async () => expect(isOut).toBe(true));
      await first;
    }));

  it('tells whether another lives where that cannot be known: refused after a touch, taken without one', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'lock');
      // A container that was killed and started again has its name, and process numbers of its own.
      const text = JSON.stringify({ ...(await ownWords(folder)), namespace: 'pid:[1]', touch: 50 });
      await writeFile(path, text);
      const touching = setInterval(() => void utimes(path, new Date(), new Date()), 40);
      await expect(withLockOfTheLiving(path, { look: 20 }, async () => 1)).rejects.toMatchObject({
        code: 'IN_USE',
      });
      clearInterval(touching);
      await soon(60);
      const told: number[] = [];
      const onWait = (_: string, silence: number) => void told.push(silence);
      expect(await withLockOfTheLiving(path, { look: 20, onWait }, async () => 2)).toBe(2);
      expect(told).toEqual([500]);
      await withLock(path, async () => {
        await expect(withLockOfTheLiving(path, {}, async () => 3)).rejects.toMatchObject({ code: 'IN_USE' });
      });
    }));
});
