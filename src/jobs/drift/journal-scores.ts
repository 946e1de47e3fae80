/** @file The newest judgements of a journal of `clad watch`, read without changing the file: a watcher may write to it meanwhile, and what is no journal stays as it was. */
import { resolve } from 'node:path';
import Database from 'libsql';
import type { Judgement } from '../watch/journal.ts';
import { columnsOf, told } from '../watch/journal-tables.ts';
import type { CurrentImage } from './compare.ts';

export interface JournalScores {
  /** The newest first, each with the class that it was taken for. */
  readonly own: readonly (CurrentImage & { readonly class: string })[];
  /** Judgements of other detector files. */
  readonly others: number;
}

/** A row as it is read; the second line is null in journals of before, and of what could not be judged. */
interface Row
  extends Pick<Judgement, 'contrast' | 'sharpness' | 'clippedDark' | 'clippedBright' | 'warmth' | 'green'> {
  readonly class: string;
  readonly score: number;
  readonly verdict: string | null;
  readonly mean: Judgement['brightness'];
}

const lookColumns = `brightness AS mean, contrast, sharpness, clipped_dark AS clippedDark, clipped_bright AS clippedBright, warmth, green`;
const noLook = 'NULL AS mean';

/**
 * @param modelSha256 - of the detector file whose judgements are wanted
 * @param last - at most
 * @param since - ISO 8601; judgements of before are not counted
 * @throws JOURNAL_UNUSABLE for a file that is no journal
 */
export function journalScores(file: string, modelSha256: string, last: number, since = ''): JournalScores {
  const path = resolve(file);
  return told(path, () => {
    const database = new Database(path);
    try {
      database.pragma('query_only = ON');
      const looks = columnsOf(database).has('brightness') ? lookColumns : noLook;
      const rows = database
        .prepare(
          `SELECT class, score, verdict, ${looks} FROM judgements
           WHERE model_sha256 = ? AND judged_at >= ? AND class IS NOT NULL AND score IS NOT NULL ORDER BY id DESC LIMIT ?`,
        )
        .all([modelSha256, since, last]) as Row[];
      const [counted] = database
        .prepare(
          'SELECT count(*) AS others FROM judgements WHERE model_sha256 <> ? AND judged_at >= ? AND score IS NOT NULL',
        )
        .all([modelSha256, since]) as { readonly others: number }[];
      return { own: rows.map(imageOf), others: counted!.others };
    } finally {
      database.close();
    }
  });
}

function imageOf({ class: name, score, verdict, ...seen }: Row): JournalScores['own'][number] {
  const image = { class: name, score, verdict };
  if (seen.mean === null) return image;
  const { mean, contrast, sharpness, clippedDark, clippedBright, warmth, green } = seen as {
    readonly [Name in keyof typeof seen]: number;
  };
  return { ...image, seen: { mean, contrast, sharpness, clippedDark, clippedBright, warmth, green } };
}
