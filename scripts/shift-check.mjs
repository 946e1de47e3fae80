/** @file What `npm run shift` checks afterwards: journal, moved files, heat maps, messages and predictions made offline agree to the last photograph. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'libsql';

export const sha256 = (content) => createHash('sha256').update(content).digest('hex');

/** Paths of all files below a folder. */
async function filesIn(folder) {
  return (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/**
 * Compares everything with everything.
 * @param dropped - SHA-256 of every photograph @param predict - predictions of a folder, made offline, as `clad predict --json` has them
 * @returns sentences on what does not agree, and one on what was found
 */
export async function agreement({ incoming, sorted, maps, dropped, messages, predict }) {
  const faults = [];
  const same = (what, one, other) => {
    const [first, second] = [[...one].sort(), [...other].sort()];
    const differ = first.length !== second.length || first.some((each, index) => each !== second[index]);
    if (differ) faults.push(`${what}: ${first.length} against ${second.length}, or others`);
  };
  const journal = new Database(join(incoming, '.clad-watch.sqlite'));
  const rows = journal
    .prepare('SELECT * FROM judgements LEFT JOIN moves ON judgement = id ORDER BY id')
    .all([]);
  const [{ identity }] = journal.prepare('SELECT identity FROM journal').all([]);
  journal.close();
  same(
    'photographs dropped and judged',
    dropped,
    rows.map((row) => row.sha256),
  );
  same(
    'photographs judged and moved',
    rows.map(({ id }) => id),
    rows.filter((row) => row.moved_at).map(({ id }) => id),
  );
  const moved = await filesIn(sorted);
  same(
    'destinations in the journal and files there',
    rows.map((row) => join(sorted, row.destination)),
    moved,
  );
  for (const row of rows)
    if (sha256(await readFile(join(sorted, row.destination)).catch(() => '')) !== row.sha256)
      faults.push(`${row.destination} has another content than was judged`);
  same(
    'judgements with heat maps and photographs that could be read',
    rows.filter((row) => row.map !== null).map(({ id }) => id),
    rows.filter((row) => row.error === null).map(({ id }) => id),
  );
  same(
    'heat maps in the journal and files there',
    rows.flatMap((row) => (row.map === null ? [] : [join(maps, row.map)])),
    // What waits for its judgement when the command ends has none.
    (await filesIn(maps)).filter((path) => !path.startsWith(join(maps, '.coming'))),
  );
  const first = messages.filter(({ id }, index) => messages.findIndex((each) => each.id === id) === index);
  const wanted = rows.map(({ id }) => `${identity}-${id}`);
  if (first.map(({ id }) => id).join() !== wanted.join())
    faults.push('MQTT messages are others than the judgements, or in another order');
  for (const message of messages)
    if (!first.includes(message) && !message.redelivered)
      faults.push(`${message.id} came twice without a word`);
  const offline = new Map(predict(sorted).map((each) => [each.path, each]));
  for (const row of rows) {
    const found = offline.get(join(sorted, row.destination));
    if (row.error !== null ? !found?.error : found?.score !== row.score || found?.verdict !== row.verdict)
      faults.push(
        `${row.destination}: offline ${found?.verdict} ${found?.score}, on the line ${row.verdict} ${row.score}`,
      );
  }
  const counts = new Map();
  for (const { verdict } of rows)
    counts.set(verdict ?? 'unreadable', (counts.get(verdict ?? 'unreadable') ?? 0) + 1);
  const verdicts = [...counts].map(([verdict, of]) => `${of} ${verdict}`).join(', ');
  const found = `${dropped.length} dropped, ${rows.length} judged (${verdicts}), ${moved.length} moved, ${messages.length} messages, ${messages.length - first.length} of them again and marked`;
  return { faults, found };
}
