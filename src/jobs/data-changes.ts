/** @file Which files of a data set are not those that a run was begun with, told by the records of its fingerprint. */

/** Names of each kind that are told. */
const mostNamed = 5;

/**
 * In words, e.g. `1 added (disc/train/good/7.png), 2 changed (...)`.
 * @param before - records of `fileRecords`
 * @param now - the same of today
 */
export function dataChanges(before: readonly string[], now: readonly string[]): string {
  const [old, current] = [byPath(before), byPath(now)];
  const changes = {
    added: [...current.keys()].filter((path) => !old.has(path)),
    removed: [...old.keys()].filter((path) => !current.has(path)),
    changed: [...current.keys()].filter((path) => old.has(path) && old.get(path) !== current.get(path)),
  };
  return Object.entries(changes)
    .filter(([, paths]) => paths.length > 0)
    .map(([kind, paths]) => {
      const more = paths.length > mostNamed ? ', ...' : '';
      return `${paths.length} ${kind} (${paths.sort().slice(0, mostNamed).join(', ')}${more})`;
    })
    .join(', ');
}

/** Records by the path of their image. */
function byPath(records: readonly string[]): Map<string, string> {
  return new Map(records.map((record) => [(JSON.parse(record) as string[])[3] as string, record]));
}
