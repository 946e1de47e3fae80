/** @file Folders listed in an order that does not depend on the file system: by code unit of the name. */
import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { byCodeUnit } from '../core/arrays.ts';
import { CladError, reasonOf } from '../core/errors.ts';
import { mapConcurrently } from './concurrency.ts';
import { defaultConcurrency } from './default-concurrency.ts';
import { isSilent, kindOf, type Looks } from './entries.ts';
import { type LeftOut, unreadableReason } from './left-out.ts';

export { byCodeUnit } from '../core/arrays.ts';
export { isImageName, stemOf } from './names.ts';

/** What a folder holds. */
export interface Listing {
  /** Names of the folders, sorted. */
  readonly folders: readonly string[];
  /** Names of the image files, sorted. */
  readonly images: readonly string[];
  /** Everything else but hidden entries and those that systems put there. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * Lists a folder; links count as what they lead to. A dangling link with an image's name is listed, so that it is
 * reported as broken rather than overlooked.
 * @throws CladError `FILE_UNREADABLE`
 */
export async function listFolder(path: string, looks?: Looks): Promise<Listing> {
  const shown = await shownEntries(path);
  const kinds = await mapConcurrently(shown, defaultConcurrency, (entry) => kindOf(path, entry, looks));
  const folders: string[] = [];
  const images: string[] = [];
  const leftOut: LeftOut[] = [];
  for (const [index, { name }] of shown.entries()) {
    const kind = kinds[index];
    if (kind === 'folder') folders.push(name);
    else if (kind === 'image') images.push(name);
    else if (kind) leftOut.push({ path: join(path, name), reason: kind.leftOut });
  }
  return { folders: folders.sort(byCodeUnit), images: images.sort(byCodeUnit), leftOut };
}

/**
 * The names of a folder's folders alone, sorted: no file is looked into.
 * @throws CladError `FILE_UNREADABLE`
 */
export async function foldersIn(path: string): Promise<string[]> {
  const entries = await shownEntries(path);
  const folders = await mapConcurrently(entries, defaultConcurrency, async (entry) =>
    entry.isSymbolicLink()
      ? ((await statOrNothing(join(path, entry.name)))?.isDirectory() ?? false)
      : entry.isDirectory(),
  );
  return entries
    .filter((_, index) => folders[index])
    .map(({ name }) => name)
    .sort(byCodeUnit);
}

/** Names of all that a folder holds but hidden entries, sorted, none of them looked into; none where there is no such folder. */
export async function namesIn(path: string): Promise<string[]> {
  const names = await readdir(path).catch(() => []);
  return names.filter((name) => !isSilent(name)).sort(byCodeUnit);
}

/** Whether a path leads to a file. */
export async function isFile(path: string): Promise<boolean> {
  return (await statOrNothing(path))?.isFile() ?? false;
}

async function shownEntries(path: string): Promise<Dirent[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw new CladError('FILE_UNREADABLE', { path, reason: reasonOf(error) }, { cause: error });
  });
  return entries.filter(({ name }) => !isSilent(name));
}

/** What a folder and those below it hold: paths, each folder's own images before those of its folders. */
export interface FoundBelow {
  readonly images: readonly string[];
  /** The folders below it that were searched. */
  readonly folders: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

export interface SearchOptions {
  /**
   * Whether a link to a folder is followed.
   * @default every link
   */
  readonly follow?: (path: string) => boolean;
  readonly looks?: Looks;
}

/**
 * Searches a folder and the folders below it, each of them visited once, wherever links lead. What cannot be read below it is left out.
 * @throws CladError `FILE_UNREADABLE` for the folder itself
 */
export async function imagesBelow(folder: string, options: SearchOptions = {}): Promise<FoundBelow> {
  const found = { images: [] as string[], folders: [] as string[], leftOut: [] as LeftOut[] };
  const visited = new Set<string>();
  const visit = async (path: string, real: string, { folders, images, leftOut }: Listing) => {
    visited.add(real);
    // One by one: a folder may hold more than a call takes arguments.
    for (const name of images) found.images.push(join(path, name));
    for (const each of leftOut) found.leftOut.push(each);
    for (const name of folders) {
      const below = join(path, name);
      const realBelow = await realPath(below);
      const pass = (reason: string) => found.leftOut.push({ path: below, reason });
      const isLink = realBelow !== join(real, name);
      if (isLink && closed(real).startsWith(closed(realBelow))) pass('link that leads in a circle');
      else if (visited.has(realBelow)) pass('folder that is read already, by a link');
      else if (isLink && options.follow?.(below) === false) pass('link to a folder that is not read');
      else await descend(below, realBelow, pass);
    }
  };
  const descend = async (path: string, real: string, pass: (reason: string) => void) => {
    try {
      const listing = await listFolder(path, options.looks);
      found.folders.push(path);
      if (isEmpty(listing)) pass('empty folder');
      await visit(path, real, listing);
    } catch (error) {
      if (!(error instanceof CladError)) throw error;
      pass(unreadableReason(error.cause));
    }
  };
  await visit(folder, await realPath(resolve(folder)), await listFolder(folder, options.looks));
  return found;
}

function isEmpty({ folders, images, leftOut }: Listing): boolean {
  return folders.length + images.length + leftOut.length === 0;
}

/** Like `listFolder`, but a folder that does not exist is an empty one. */
export async function listFolderIfAny(path: string): Promise<Listing> {
  const found = await statOrNothing(path);
  return found?.isDirectory() ? listFolder(path) : { folders: [], images: [], leftOut: [] };
}

/**
 * The absolute path of a folder that must exist.
 * @throws CladError `FILE_NOT_FOUND` or `FOLDER_EXPECTED`
 */
export async function requireFolder(path: string, hint: string): Promise<string> {
  const absolute = resolve(path);
  const found = await statOrNothing(absolute);
  if (!found) throw new CladError('FILE_NOT_FOUND', { path, hint });
  if (!found.isDirectory()) throw new CladError('FOLDER_EXPECTED', { path, hint });
  return absolute;
}

/**
 * The absolute path of what is to be written: not within the data set, which would then hold it.
 * @param option - what names it, e.g. `--out`
 * @throws CladError `OPTION_INVALID`
 */
export async function requireOutside(option: string, path: string, root: string): Promise<string> {
  if (!(await isInside(path, root))) return resolve(path);
  throw new CladError('OPTION_INVALID', { option, expected: 'outside the data set', actual: path });
}

/** Whether a path is a folder or below it, whatever links lead there; the path need not exist. */
export async function isInside(path: string, folder: string): Promise<boolean> {
  return closed(await realPath(resolve(path))).startsWith(closed(await realPath(resolve(folder))));
}

/** A folder's path with a separator at its end, as a drive's root has it already. */
function closed(path: string): string {
  return path.endsWith(sep) ? path : `${path}${sep}`;
}

/** Without symbolic links, as far as it exists. */
async function realPath(path: string): Promise<string> {
  return realpath(path).catch(async () => {
    const parent = dirname(path);
    return parent === path ? path : join(await realPath(parent), basename(path));
  });
}

/** The file system's record of a path, undefined where there is nothing. */
export async function statOrNothing(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}
