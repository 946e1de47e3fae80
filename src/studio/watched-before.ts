/** @file What was judged of a watched folder before, as its journal knows it. */
import { join } from 'node:path';
import { Journal, type JournalRow } from '../jobs/watch/journal.ts';
import { noCounts, type OutcomeCounts, outcomeOf } from './outcome.ts';
import type { JudgedFile, WatchOrder } from './watch-channel.ts';

/** The newest judgements first, and how often what was said. @throws as `Journal.open` */
export async function judgedBefore({
  journal: path,
  since,
  most,
}: Pick<WatchOrder, 'journal' | 'since' | 'most'>): Promise<{
  readonly judged: readonly JudgedFile[];
  readonly counts: OutcomeCounts;
}> {
  const journal = await Journal.open(path);
  try {
    const counts = noCounts();
    for (const { verdict, decision, failed, count } of journal.tally(since))
      counts[outcomeOf({ verdict, decision, failed: failed === 1 })] += count;
    const judged = journal.newest(most).filter(({ judgedAt }) => judgedAt >= since);
    // Each into the folder that was given then.
    const movedInto = ({ id }: JournalRow) => journal.folders.of('move', id)?.path ?? null;
    return { judged: judged.map((row) => judgedFile(row, movedInto(row))), counts };
  } finally {
    journal.close();
  }
}

/** @param move - folder that photographs were moved into then; null where none was given */
export function judgedFile(row: Omit<JournalRow, 'movedAt'>, move: string | null): JudgedFile {
  const { id, path, judgedAt: at, class: name, score, threshold, verdict, decision, error, map } = row;
  const { destination } = row;
  return {
    ...{ id, path, at, class: name, score, threshold, error, map, heat: map !== null },
    verdict: verdict as JudgedFile['verdict'],
    outcome: outcomeOf({ verdict, decision, failed: error !== null }),
    ...{ bytes: row.bytes, modified: row.modified, sha256: row.sha256, destination },
    movedTo: move === null || destination === null ? null : join(move, destination),
  };
}
