/** @file What is kept beside the journal: how it stands, and a heartbeat that says what waits for places outside. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockOfFile } from '../../../../src/core/lock.ts';
import { withRecords } from '../../../../src/jobs/watch/records.ts';
import type { WatchedDetector } from '../../../../src/jobs/watch/watched-detector.ts';

it('tells what was judged, and what waits for each place, as it stands and in the heartbeat', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clad-records-'));
  const away = {
    name: 'mqtt mqtt://away',
    send: () => Promise.reject(new Error('away')),
    close: async () => {},
  };
  const here = { name: 'webhook http://here', send: async () => {}, close: async () => {} };
  const heartbeat = join(folder, 'beat');
  const request = {
    ...{ detector: { sha256: 'ab', version: 1 } as WatchedDetector, sinks: [away, here], heartbeat },
    // So that it does not wait long for the one that is away.
    signal: AbortSignal.abort(),
  };
  const ended = await withRecords(
    request,
    () => folder,
    join(folder, 'journal.sqlite'),
    async (records) => {
      for (const path of ['a.png', 'b.png'])
        await records.add(
          {
            file: { path, bytes: 1, modified: 1 },
            sha256: '',
            ...{ destination: null, map: null },
            said: undefined,
            error: 'cut',
          },
          '',
        );
      while (records.status.waiting[here.name] !== 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await records.beat();
    },
  );
  expect(ended).toEqual({
    ...{ judged: 2, decisions: { pass: 0, check: 0, reject: 0, none: 2 } },
    waiting: { 'mqtt mqtt://away': 2, 'webhook http://here': 0 },
  });
  const [first, ...waiting] = (await readFile(heartbeat, 'utf8')).trim().split('\n');
  expect(first).toMatch(/^\d{4}-.*Z 2$/);
  expect(waiting).toEqual(['2 wait for mqtt mqtt://away', '0 wait for webhook http://here']);
  await rm(folder, { recursive: true });
});

it('judges on where the folder that photographs are moved into is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clad-records-'));
  const move = join(folder, 'sorted');
  // Nobody can lock or write what is no folder.
  await writeFile(move, '');
  const notes: string[] = [];
  const request = {
    ...{ detector: { sha256: 'ab', version: 1 } as WatchedDetector, move },
    onNote: (text: string) => notes.push(text),
  };
  const from = join(folder, 'a.png');
  await writeFile(from, 'a');
  await withRecords(
    request,
    () => folder,
    join(folder, 'journal.sqlite'),
    async (records) => {
      const { journal, moves } = records;
      const file = { path: 'a.png', bytes: 1, modified: Math.floor((await stat(from)).mtimeMs) };
      const judged = { said: undefined, error: 'cut', map: null };
      await moves.alone(() => records.add({ ...judged, file, sha256: '', destination: 'check/a.png' }, from));
      expect([records.noted, journal.unmoved().length]).toEqual([1, 1]);
      await moves.finishDue();
      expect(notes).toEqual([expect.stringMatching(/sorted.* The move is tried again until it works\.$/)]);
      await rm(move);
      moves.again();
      await moves.finishDue();
      expect([journal.unmoved(), await readFile(join(move, 'check', 'a.png'), 'utf8')]).toEqual([[], 'a']);
    },
  );
  await rm(folder, { recursive: true });
});

it('notes nothing more once another process has the journal, and that is the end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clad-records-'));
  const file = join(folder, 'journal.sqlite');
  const told: string[] = [];
  const photograph = (path: string) => ({
    ...{ file: { path, bytes: 1, modified: 1 }, sha256: '', destination: null, map: null },
    ...{ said: undefined, error: 'cut' },
  });
  const ended = withRecords(
    {
      detector: { sha256: 'ab', version: 1 } as WatchedDetector,
      onJudged: ({ path }) => void told.push(path),
    },
    () => folder,
    file,
    async (records) => {
      await records.add(photograph('a.png'), '');
      // It stood still, with another photograph in its hands.
      const own = JSON.parse(await readFile(lockOfFile(file), 'utf8'));
      await writeFile(lockOfFile(file), JSON.stringify({ ...own, id: 'other', host: 'line-7' }));
      await records.add(photograph('b.png'), '');
    },
  );
  await expect(ended).rejects.toMatchObject({ code: 'IN_USE', message: expect.stringContaining('line-7') });
  expect(told).toEqual(['a.png']);
  expect(JSON.parse(await readFile(lockOfFile(file), 'utf8'))).toMatchObject({ id: 'other' });
  await rm(folder, { recursive: true });
});

it('ends in order where it is told to while it waits whether another is alive', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clad-records-'));
  const file = join(folder, 'journal.sqlite');
  await writeFile(lockOfFile(file), JSON.stringify({ id: 'a', pid: 1, host: 'line-7', since: '2026' }));
  const [notes, closed]: [string[], string[]] = [[], []];
  const controller = new AbortController();
  const sink = { name: 'here', send: async () => {}, close: async () => void closed.push('here') };
  const request = {
    ...{ detector: { sha256: 'ab', version: 1 } as WatchedDetector, sinks: [sink] },
    ...{ signal: controller.signal, onNote: (text: string) => void notes.push(text) },
  };
  setTimeout(() => controller.abort(), 50);
  const ended = await withRecords(
    request,
    () => folder,
    file,
    () => Promise.reject(new Error('it began')),
  );
  expect([ended.judged, closed]).toEqual([0, ['here']]);
  expect(notes).toEqual([expect.stringContaining('Whether it still is will be known in 120 s at most.')]);
  expect(JSON.parse(await readFile(lockOfFile(file), 'utf8')).host).toBe('line-7');
  await rm(folder, { recursive: true });
});

it('counts triggers without a picture apart from photographs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clad-records-'));
  const ended = await withRecords(
    { detector: { sha256: 'ab', version: 1 } as WatchedDetector },
    () => folder,
    join(folder, 'journal.sqlite'),
    async (records) => {
      records.camera = { isUp: true, pictures: 1, empty: 0, dropped: 0, connections: 1 };
      for (const isMissed of [false, true, true])
        await records.add(
          {
            ...{ file: { path: 'a.png', bytes: 0, modified: 1 }, sha256: '', destination: null, map: null },
            ...{ said: undefined, error: 'none', isMissed },
          },
          '',
        );
      expect([records.noted, records.journal.all().length]).toEqual([3, 3]);
    },
  );
  expect(ended).toMatchObject({ judged: 1, decisions: { none: 1 }, camera: { pictures: 1, missed: 2 } });
  await rm(folder, { recursive: true });
});
