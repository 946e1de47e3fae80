import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journalScores } from '../../../../src/jobs/drift/journal-scores.ts';
import { Journal } from '../../../../src/jobs/watch/journal.ts';
import { judgementOf } from '../../../helpers/judgements.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-drift-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const judgement = (score: number | null, modelSha256: string) =>
  judgementOf(`${score}.png`, {
    ...{ modelSha256, score, class: score === null ? null : 'disc' },
    ...{ threshold: 5, verdict: 'normal', decision: 'pass' },
  });

describe('journalScores', () => {
  it('has the newest of one detector file, while a watcher has the journal open', async () => {
    const file = join(folder, 'journal.sqlite');
    const journal = await Journal.open(file);
    for (const score of [1, 2, null, 3]) journal.add(judgement(score, 'a'));
    journal.add(judgement(9, 'b'));
    const { own, others } = journalScores(file, 'a', 2);
    expect(own.map(({ score }) => score)).toEqual([3, 2]);
    expect(own[0]).toMatchObject({ class: 'disc', verdict: 'normal' });
    expect(others).toBe(1);
    journal.close();
  });

  it('has light and sharpness, and what was judged since a time alone', async () => {
    const file = join(folder, 'looks.sqlite');
    const journal = await Journal.open(file);
    journal.add({ ...judgement(1, 'a'), judgedAt: '2026-11-28T00:00:00.000Z' });
    journal.add(judgement(2, 'a'));
    journal.close();
    const { own } = journalScores(file, 'a', 10, '2026-11-28T12:00:00.000Z');
    expect(own).toEqual([
      {
        ...{ class: 'disc', score: 2, verdict: 'normal' },
        seen: {
          ...{ mean: 120.5, contrast: 40.25, sharpness: 12.5, clippedDark: 0, clippedBright: 0.125 },
          ...{ warmth: -1.5, green: 0.75 },
        },
      },
    ]);
  });

  it('of a journal of before has no light, until a watcher has opened it', async () => {
    const file = join(folder, 'before.sqlite');
    const journal = await Journal.open(file);
    journal.add(judgement(1, 'a'));
    journal.close();
    const old = new Database(file);
    for (const name of ['source', 'frame', 'frame_at', 'frame_second', 'brightness', 'contrast', 'sharpness'])
      old.exec(`ALTER TABLE judgements DROP COLUMN ${name}`);
    old.close();
    expect(journalScores(file, 'a', 10).own).toEqual([{ class: 'disc', score: 1, verdict: 'normal' }]);
    const again = await Journal.open(file);
    again.add(judgement(2, 'a'));
    expect(again.all().map(({ score, brightness, source }) => [score, brightness, source])).toEqual([
      [1, null, null],
      [2, 120.5, null],
    ]);
    again.close();
    expect(journalScores(file, 'a', 10).own.map(({ seen }) => seen?.mean)).toEqual([120.5, undefined]);
  });

  it('refuses another database, and leaves it as it was', async () => {
    const file = join(folder, 'other.sqlite');
    const other = new Database(file);
    other.exec('CREATE TABLE parts (id INTEGER)');
    other.close();
    const before = await readFile(file);
    expect(() => journalScores(file, 'a', 2)).toThrow(/no such table: judgements/);
    expect(await readFile(file)).toEqual(before);
  });
});
