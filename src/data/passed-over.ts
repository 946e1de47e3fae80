/**
 * @file What no reader of a layout read: every entry below a data set's folder that is neither an image nor a mask of a sample. Looked for afterwards
 * and apart from the readers, so that a reader cannot forget something.
 */
import { dirname, sep } from 'node:path';
import type { Dataset } from './dataset.ts';
import type { Looks } from './entries.ts';
import { imagesBelow } from './folders.ts';
import type { LeftOut } from './left-out.ts';

/** Why an image was not read. */
const unreadBecause = {
  mvtec: 'image where the layout has none',
  'mvtec-loco': 'image where the layout has none',
  'visa-1cls': 'image where the layout has none',
  visa: 'image that is not in split_csv/1cls.csv',
  plain: 'image where the layout has none',
} as const;

/**
 * Searches a data set's folder for what its samples do not name.
 * @throws CladError `FILE_UNREADABLE` for the folder itself
 */
export async function passedOver(
  dataset: Pick<Dataset, 'root' | 'layout' | 'samples' | 'asides'>,
  looks: Looks,
): Promise<LeftOut[]> {
  const { root, layout, samples, asides = [] } = dataset;
  const used = new Set<string>();
  for (const { path, maskPaths = [] } of samples) for (const file of [path, ...maskPaths]) used.add(file);
  const usedFolders = new Set<string>();
  for (const file of used)
    for (let at = dirname(file); at.length > root.length && !usedFolders.has(at); at = dirname(at))
      usedFolders.add(at);
  // A plain folder is read wherever its links lead, the others only where their names are.
  const follow = (folder: string) => layout === 'plain' || usedFolders.has(folder);
  const { images, leftOut } = await imagesBelow(root, { follow, looks });
  const table = layout === 'visa' ? /[/\\]split_csv[/\\][^/\\]*$/ : undefined;
  const reason = unreadBecause[layout];
  return [
    ...leftOut.filter(({ path }) => !used.has(path) && !usedFolders.has(path) && !table?.test(path)),
    ...images
      .filter((path) => !used.has(path) && !asides.some((aside) => path.startsWith(aside.path + sep)))
      .map((path) => ({ path, reason })),
  ];
}
