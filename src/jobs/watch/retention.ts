/** @file What of a watched folder is kept only so long: judgements, and the photographs that were moved. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isUnchanged } from './destinations.ts';
import type { Journal } from './journal.ts';

/**
 * Removes judgements of before, and their photographs where these were moved. What lies in the watched folder stays, and so does the row that says that it was judged.
 * @param places - the watched folder, the one that photographs are moved into, and the sinks that judgements wait for
 */
export async function forgetOlder(
  journal: Journal,
  days: number,
  {
    folder,
    move,
    sinks = [],
  }: { readonly folder: string; readonly move: string | undefined; readonly sinks?: readonly string[] },
): Promise<void> {
  const old = journal.olderThan(new Date(Date.now() - 86_400_000 * days).toISOString(), sinks);
  const forgotten = [];
  for (const row of old) {
    if (row.destination === null) {
      if (!(await isUnchanged(join(folder, row.path), row))) forgotten.push(row);
      continue;
    }
    forgotten.push(row);
    if (move === undefined) continue;
    const place = join(move, row.destination);
    // Another file may have taken its name.
    if (await isUnchanged(place, row)) await rm(place, { force: true });
  }
  journal.forget(forgotten);
}
