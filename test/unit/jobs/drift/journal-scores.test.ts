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
