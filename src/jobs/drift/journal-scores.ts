/** @file The newest judgements of a journal of `clad watch`, read without changing the file: a watcher may write to it meanwhile, and what is no journal stays as it was. */
import { resolve } from 'node:path';
import Database from 'libsql';
import { told } from '../watch/journal-tables.ts';

export interface JournalScores {
  /** The newest first. */
  readonly own: readonly {
    readonly class: string;
    readonly score: number;
    readonly verdict: string | null;
  }[];
  /** Judgements of other detector files. */
  readonly others: number;
}

/**
 * @param modelSha256 - of the detector file whose judgements are wanted
 * @param last - at most
 * @throws JOURNAL_UNUSABLE for a file that is no journal
 */
export function journalScores(file: string, modelSha256: string, last: number): JournalScores {
  const path = resolve(file);
  return told(path, () => {
    const database = new Database(path);
    try {
      database.pragma('query_only = ON');
      const own = database
        .prepare(
          `SELECT class, score, verdict FROM judgements
           WHERE model_sha256 = ? AND class IS NOT NULL AND score IS NOT NULL ORDER BY id DESC LIMIT ?`,
        )
        .all([modelSha256, last]) as JournalScores['own'];
      const [counted] = database
        .prepare('SELECT count(*) AS others FROM judgements WHERE model_sha256 <> ? AND score IS NOT NULL')
        .all([modelSha256]) as { readonly others: number }[];
      return { own, others: counted!.others };
    } finally {
      database.close();
    }
  });
}
