/**
 * @file What no reader of a layout read: every entry below a data set's folder that is neither an image nor a mask of a sample. Looked for afterwards
 * and apart from the readers, so that a reader cannot forget something.
 */
import { dirname, sep } from 'node:path';
import { type Dataset, pathBelow } from './dataset.ts';
import type { Looks } from './entries.ts';
import { imagesBelow } from './folders.ts';
import { layoutFacts } from './layouts.ts';
import type { LeftOut } from './left-out.ts';

/**
 * Searches a data set's folder for what its samples do not name.
 * @param consulted - further files that were read, as masks of good parts: they are no samples', and were not passed over
 * @throws CladError `FILE_UNREADABLE` for the folder itself
 */
export async function passedOver(
  dataset: Pick<Dataset, 'root' | 'layout' | 'samples' | 'asides'>,
  looks: Looks,
  consulted: readonly string[] = [],
): Promise<LeftOut[]> {
  const { root, layout, samples, asides = [] } = dataset;
  const used = new Set<string>(consulted);
  for (const { files = [] } of asides) for (const file of files) used.add(file);
  for (const { path, maskPaths = [] } of samples) for (const file of [path, ...maskPaths]) used.add(file);
  const usedFolders = new Set<string>();
  for (const file of used)
    for (let at = dirname(file); at.length > root.length && !usedFolders.has(at); at = dirname(at))
      usedFolders.add(at);
  // A plain folder is read wherever its links lead, the others only where their names are.
  const follow = (folder: string) => layout === 'plain' || usedFolders.has(folder);
  const { images, leftOut } = await imagesBelow(root, { follow, looks });
  const { unread: reason, lists } = layoutFacts[layout];
  const isList = (path: string) => lists?.test(pathBelow(root, path)) ?? false;
  const whole = asides.filter(({ files }) => files === undefined);
  return [
    ...leftOut.filter(({ path }) => !used.has(path) && !usedFolders.has(path) && !isList(path)),
    ...images
      .filter((path) => !used.has(path) && !whole.some((aside) => path.startsWith(aside.path + sep)))
      .map((path) => ({ path, reason })),
  ];
}
