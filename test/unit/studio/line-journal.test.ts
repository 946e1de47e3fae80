/** @file Frames of the line page that are kept: none is lost between the journal and its place. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { lockOfFile } from '../../../src/core/lock.ts';
import { Journal } from '../../../src/jobs/watch/journal.ts';
import { comingPictures } from '../../../src/jobs/watch/moves.ts';
import type { WatchedDetector } from '../../../src/jobs/watch/watched-detector.ts';
import { type LineFrame, LineJournal } from '../../../src/studio/line-journal.ts';

const detector = { sha256: 'ab', version: 1 } as WatchedDetector;
const frame = {
  ...{ bytes: new Uint8Array([1, 2, 3]), came: '2026-11-30T04:00:00.125Z', number: 7 },
  said: { class: 'bolt', score: 1, threshold: 2, verdict: 'normal', decision: 'pass', seen: {} },
} as unknown as LineFrame;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-line-journal-'));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

async function opened(): Promise<LineJournal> {
  const journal = new LineJournal(folder, detector, 1e9);
  await journal.ready;
  return journal;
}

it('a frame that could not be moved is, by the process after it; one without a judgement goes', async () => {
  const frames = join(folder, 'frames');
  await mkdir(frames);
  // Nothing can be moved into what is no folder.
  await writeFile(join(frames, 'pass'), '');
  const first = await opened();
  await first.add(frame, 'all');
  await first.close();
  const journal = await Journal.open(join(folder, 'journal.sqlite'));
  const [row, ...others] = journal.unmoved();
  expect([row?.verdict, row?.source, others]).toEqual(['normal', 'studio', []]);
  const coming = comingPictures(frames, journal);
  await writeFile(join(coming, 'orphan.png'), '');
  await rm(join(frames, 'pass'));
  await (await opened()).close();
  expect(journal.unmoved()).toEqual([]);
  journal.close();
  expect([...(await readFile(join(frames, row!.destination!)))]).toEqual([1, 2, 3]);
  await expect(readdir(coming)).rejects.toThrow(/ENOENT/);
});

it('frames are judged while it is not known whether another has the journal, and are not noted', async () => {
  const lock = lockOfFile(join(folder, 'journal.sqlite'));
  await writeFile(lock, JSON.stringify({ id: 'a', pid: 1, host: 'line-7', since: '2026', touch: 20_000 }));
  const began = performance.now();
  const journal = await opened();
  expect(performance.now() - began).toBeLessThan(2000);
  expect(journal.isOpen).toBe(false);
  await journal.add(frame, 'all');
  await rm(lock);
  await vi.waitFor(() => expect(journal.isOpen).toBe(true), 3000);
  await journal.close();
  const noted = await Journal.open(join(folder, 'journal.sqlite'));
  expect(noted.all()).toEqual([]);
  noted.close();
});
