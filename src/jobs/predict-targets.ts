/** @file Which images paths stand for, and what the files that are written of each are called. */
import { stat } from 'node:fs/promises';
import { basename, dirname, extname, relative, resolve, sep } from 'node:path';
import { list, path, requireArgument } from '../core/arguments.ts';
import { CladError } from '../core/errors.ts';
import type { Share } from '../core/share.ts';
import { imagesBelow, isInside } from '../data/folders.ts';
import { type LeftOut, leftOutBriefly } from '../data/left-out.ts';

/** An image to predict, and where what is written of it goes below a folder of heat maps, masks or raw maps. */
export interface PredictTarget {
  readonly path: string;
  /** Ends in `.png`; other files of the image are called so but for the ending. */
  readonly mapName: string;
  /** The image's own name below the folder that was given, or that holds all of them; absent where only the path is known. */
  readonly name?: string;
}

/**
 * The images that paths stand for; folders are searched to their depths. Where images of different folders would have one name, all names have the folders
 * below the one that holds all of them.
 * @param onLeftOut - is told of everything else in the folders
 * @throws FILE_NOT_FOUND, or DATASET_EMPTY for a folder without images
 */
export async function predictTargets(
  paths: readonly string[],
  onLeftOut?: (entry: LeftOut) => void,
): Promise<PredictTarget[]> {
  requireArgument('predictTargets', 'paths', paths, list(path));
  const targets: PredictTarget[] = [];
  for await (const { images, nameOf } of imagesOf(paths, onLeftOut))
    for (const image of images) targets.push(called(image, nameOf(image)));
  return distinct(withFolders(targets));
}

/**
 * A share of them, for results without files of each image: nothing is kept of the others, which may be millions, so that names are not told apart.
 * @param onLeftOut - is told of everything else in all of the folders
 * @throws as `predictTargets`
 */
export async function shareOfTargets(
  paths: readonly string[],
  { index, count }: Share,
  onLeftOut?: (entry: LeftOut) => void,
): Promise<PredictTarget[]> {
  const targets: PredictTarget[] = [];
  let at = 0;
  for await (const { images, nameOf } of imagesOf(paths, onLeftOut)) {
    for (const image of images) if (at++ % count === index) targets.push(called(image, nameOf(image)));
  }
  return targets;
}

/** The images of each path, and what an image is called in it. */
async function* imagesOf(
  paths: readonly string[],
  onLeftOut?: (entry: LeftOut) => void,
): AsyncGenerator<{ readonly images: readonly string[]; readonly nameOf: (image: string) => string }> {
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    if (!found) throw new CladError('FILE_NOT_FOUND', { path, hint: 'Give images or folders of images.' });
    if (!found.isDirectory()) {
      yield { images: [path], nameOf: basename };
      continue;
    }
    const { images, leftOut } = await imagesBelow(path);
    if (images.length === 0) {
      const expected = `.png, .jpg, .webp, .bmp or .tif files${leftOutBriefly(leftOut)}`;
      throw new CladError('DATASET_EMPTY', { path, expected });
    }
    for (const entry of leftOut) onLeftOut?.(entry);
    yield { images, nameOf: (image) => relative(path, image) };
  }
}

function called(path: string, name: string): PredictTarget {
  return { path, name, mapName: withEnding(name, '.png') };
}

/** A name with another ending. @param ending - with its dot */
export function withEnding(name: string, ending: string): string {
  return `${name.slice(0, name.length - extname(name).length)}${ending}`;
}

/** As a file system that does not tell capitals knows a name. */
const folded = (name: string) => name.normalize('NFC').toLowerCase();

/** Names with their folders, if images of different folders would have the same; as they are where no folder holds all (drives of Windows). */
function withFolders(targets: readonly PredictTarget[]): readonly PredictTarget[] {
  const placed = targets.map(({ path: at, mapName }) => ({
    key: folded(mapName),
    folder: dirname(resolve(at)),
  }));
  const first = new Map(placed.toReversed().map(({ key, folder }) => [key, folder]));
  if (placed.every(({ key, folder }) => first.get(key) === folder)) return targets;
  const folders = [...new Set(placed.map(({ folder }) => folder))];
  const shared = folders.map((folder) => folder.split(sep)).reduce(sharedStart);
  if (shared.length === 0) return targets;
  const root = shared.join(sep) || sep;
  return targets.map(({ path: at }) => called(at, relative(root, resolve(at))));
}

function sharedStart(one: readonly string[], other: readonly string[]): string[] {
  const end = one.findIndex((part, at) => part !== other[at]);
  return one.slice(0, end < 0 ? one.length : end);
}

/** Gives equally named images of one folder different names, on file systems too that do not tell capitals. */
function distinct(targets: readonly PredictTarget[]): PredictTarget[] {
  // A name that an image has by itself is never given to another.
  const own = new Set(targets.map(({ mapName }) => folded(mapName)));
  const given = new Set<string>();
  return targets.map((target) => {
    const { mapName } = target;
    const ending = extname(mapName);
    const stem = mapName.slice(0, -ending.length);
    let name = mapName;
    for (let number = 2; given.has(folded(name)) || (number > 2 && own.has(folded(name))); number++)
      name = `${stem}-${number}${ending}`;
    given.add(folded(name));
    return { ...target, mapName: name };
  });
}

/**
 * Refuses a folder for files of each image that holds photographs to predict, as a file could take the place of one, or that lies among them, as they would
 * be taken for such the next time.
 * @param option - what names it, e.g. `--maps`
 * @throws OPTION_INVALID
 */
export async function requireApart(
  option: string,
  folder: string,
  paths: readonly string[],
  targets: readonly PredictTarget[],
): Promise<void> {
  for (const path of paths) {
    if (await isInside(folder, path))
      throw refusal(`a folder outside ${path}, whose photographs are predicted`);
  }
  for (const place of new Set(targets.map(({ path }) => dirname(path)))) {
    if (await isInside(place, folder)) throw refusal(`a folder without photographs: ${place} has some`);
  }

  function refusal(expected: string): CladError {
    return new CladError('OPTION_INVALID', { option, expected, actual: folder });
  }
}
