/** @file What was judged of a watched folder before, as its journal knows it. */
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
    return { judged: judged.map(judgedFile), counts };
  } finally {
    journal.close();
  }
}

export function judgedFile(row: Omit<JournalRow, 'movedAt'>): JudgedFile {
  const { id, path, judgedAt: at, class: name, score, threshold, verdict, decision, error, map } = row;
  return {
    ...{ id, path, at, class: name, score, threshold, error, map, heat: map !== null },
    verdict: verdict as JudgedFile['verdict'],
    outcome: outcomeOf({ verdict, decision, failed: error !== null }),
    ...{ bytes: row.bytes, modified: row.modified },
  };
}
