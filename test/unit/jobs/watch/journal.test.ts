/** @file The journal of a watched folder: what was judged and what was moved, as it was written, also after the process has ended. */
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderOf, freePlace, isOccupied, moveFile } from '../../../../src/jobs/watch/destinations.ts';
import { Journal } from '../../../../src/jobs/watch/journal.ts';
import { judgementOf as judgement } from '../../../helpers/judgements.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-journal-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a journal', () => {
  it('gives back what was written, number by number, when it is opened again', async () => {
    const path = join(folder, 'deep/journal.sqlite');
    const written = [
      judgement("line 3/it's.png", { destination: 'reject/line 3/it.png' }),
      judgement('half.png', {
        class: null,
        classShare: null,
        score: null,
        threshold: null,
        verdict: null,
        decision: null,
        error: 'cut',
      }),
    ];
    let journal = await Journal.open(path);
    const ids = written.map((each) => journal.add(each));
    expect(journal.unmoved().map(({ id }) => id)).toEqual([ids[0]]);
    journal.addMove(ids[0]!, '2026-11-29T01:02:04.000Z');
    journal.close();
    journal = await Journal.open(path);
    expect(journal.all()).toEqual([
      { id: ids[0], ...written[0], movedAt: '2026-11-29T01:02:04.000Z' },
      { id: ids[1], ...written[1], movedAt: null },
    ]);
    expect(journal.unmoved()).toEqual([]);
    journal.close();
  });

  it('knows a file as it was judged, and no other; not once it has been moved away', async () => {
    const journal = await Journal.open(join(folder, 'j.sqlite'));
    const file = judgement('a.png', { destination: 'pass/a.png' });
    const id = journal.add(file);
    expect(journal.knows(file)).toBe(true);
    expect(journal.knows({ ...file, bytes: 1001 })).toBe(false);
    expect(journal.knows({ ...file, modified: file.modified + 1 })).toBe(false);
    expect(journal.knows({ ...file, path: 'b.png' })).toBe(false);
    journal.addMove(id, '2026-11-29T01:02:04.000Z');
    expect(journal.knows(file)).toBe(false);
    journal.close();
  });

  it('forgets what it is told to', async () => {
    const journal = await Journal.open(join(folder, 'j.sqlite'));
    const old = journal.add(
      judgement('old.png', { judgedAt: '2026-10-01T00:00:00.000Z', destination: 'pass/old.png' }),
    );
    journal.add(
      judgement('waiting.png', { judgedAt: '2026-10-01T00:00:00.000Z', destination: 'pass/x.png' }),
    );
    journal.add(judgement('new.png'));
    journal.addMove(old, '2026-10-01T00:00:01.000Z');
    const found = journal.removable({ before: '2026-11-01T00:00:00.000Z' });
    // One that was not moved yet is still to be moved.
    expect(found.map(({ path }) => path)).toEqual(['old.png']);
    journal.forget(found);
    expect(journal.all().map(({ path }) => path)).toEqual(['waiting.png', 'new.png']);
    journal.close();
  });

  it('says so where the file is none', async () => {
    const path = join(folder, 'notes.sqlite');
    await writeFile(path, 'these are notes, and no database at all\n'.repeat(40));
    await expect(Journal.open(path)).rejects.toThrow(
      /notes\.sqlite: the journal cannot be used \(.*not a database/,
    );
    await expect(Journal.open(join(path, 'below.sqlite'))).rejects.toThrow(/notes\.sqlite/);
  });
});

describe('where photographs go', () => {
  it('is told by the verdict: to a person where it is neither good nor bad', () => {
    expect(folderOf({ verdict: 'normal', decision: 'pass' })).toBe('pass');
    expect(folderOf({ verdict: 'normal', decision: 'check' })).toBe('check');
    expect(folderOf({ verdict: 'anomalous', decision: 'reject' })).toBe('reject');
    expect(folderOf({ verdict: 'unknown', decision: 'reject' })).toBe('check');
    expect(folderOf({ verdict: null, decision: null })).toBe('check');
    expect(folderOf(undefined)).toBe('check');
  });

  it('is a free place, as cameras give the same names again', async () => {
    await writeFile(join(folder, 'a.png'), 'first');
    expect(await freePlace(folder, 'pass', 'line/a.b.png')).toBe('pass/line/a.b.png');
    await moveFile(join(folder, 'a.png'), join(folder, 'pass/line/a.b.png'));
    expect(await readFile(join(folder, 'pass/line/a.b.png'), 'utf8')).toBe('first');
    expect(await freePlace(folder, 'pass', 'line/a.b.png')).toBe('pass/line/a.b-2.png');
    expect(await freePlace(folder, 'check', 'line/a.b.png')).toBe('check/line/a.b.png');
    await expect(moveFile(join(folder, 'gone.png'), join(folder, 'pass/gone.png'))).rejects.toThrow(
      /pass\/gone\.png: the file system does not allow it \(there is no such file/,
    );
  });

  it('is not called free by a move where the file system does not say', async () => {
    await symlink('away', join(folder, 'away'));
    await expect(isOccupied(join(folder, 'away/a.png'))).rejects.toThrow(/away\/a\.png: .*too many symbolic/);
    expect(await isOccupied(join(folder, 'none/a.png'))).toBe(false);
    expect(await isOccupied(join(folder, 'away'))).toBe(true);
    // A place is noted for it all the same.
    expect(await freePlace(join(folder, 'away'), 'pass', 'a.png')).toBe('pass/a.png');
  });
});
