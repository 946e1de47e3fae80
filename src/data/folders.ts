/** @file Folders listed in an order that does not depend on the file system: by code unit of the name. */
import type { Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { CladError, reasonOf } from '../core/errors.ts';
import { imageExtensions } from '../image/decode.ts';

/** Folders that systems put beside other people's files. */
const foreign = new Set(['__MACOSX', '@eaDir']);

/** What a folder holds; hidden entries and files that are no images are left out. */
export interface Listing {
  /** Names of the folders, sorted. */
  readonly folders: readonly string[];
  /** Names of the image files, sorted. */
  readonly images: readonly string[];
}

/** Orders strings by code unit, the same on every machine and in every language. */
export function byCodeUnit(first: string, second: string): number {
  return first < second ? -1 : first > second ? 1 : 0;
}

/** Whether a file name ends as an image's does. */
export function isImageName(name: string): boolean {
  return imageExtensions.includes(extname(name).toLowerCase());
}

/** A file's name without folder and ending: the stem by which images and masks are matched. */
export function stemOf(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}

/**
 * Lists a folder; links count as what they lead to. A dangling link with an image's name is listed, so that it is
 * reported as broken rather than overlooked.
 * @throws CladError `FILE_UNREADABLE`
 */
export async function listFolder(path: string): Promise<Listing> {
  const folders: string[] = [];
  const images: string[] = [];
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw new CladError('FILE_UNREADABLE', { path, reason: reasonOf(error) }, { cause: error });
  });
  for (const entry of entries) {
    if (entry.name.startsWith('.') || foreign.has(entry.name)) continue;
    const target = entry.isSymbolicLink() ? await statOrNothing(join(path, entry.name)) : entry;
    if (target?.isDirectory()) folders.push(entry.name);
    else if (isImageName(entry.name)) images.push(entry.name);
  }
  return { folders: folders.sort(byCodeUnit), images: images.sort(byCodeUnit) };
}

/**
 * Paths of all images in a folder and the folders below it, each of them visited once, wherever links lead.
 * @throws CladError `FILE_UNREADABLE`
 */
export async function imagesBelow(folder: string, visited = new Set<string>()): Promise<string[]> {
  const real = await realPath(resolve(folder));
  if (visited.has(real)) return [];
  visited.add(real);
  const { folders, images } = await listFolder(folder);
  const inside = images.map((name) => join(folder, name));
  for (const name of folders) inside.push(...(await imagesBelow(join(folder, name), visited)));
  return inside;
}

/** Like `listFolder`, but a folder that does not exist is an empty one. */
export async function listFolderIfAny(path: string): Promise<Listing> {
  const found = await statOrNothing(path);
  return found?.isDirectory() ? listFolder(path) : { folders: [], images: [] };
}

/**
 * Paths of the images of a folder that may hold nothing but images.
 * @throws CladError `FILE_UNREADABLE`, or `LAYOUT_UNCLEAR` when it holds a folder: its images would be overlooked
 */
export async function listImages(path: string): Promise<string[]> {
  const { folders, images } = await listFolder(path);
  if (folders[0] !== undefined) {
    throw new CladError('LAYOUT_UNCLEAR', {
      path: join(path, folders[0]),
      reason: 'it is a folder where only images are expected',
      hint: 'MVTec AD has train/good, test/good and test/<defect> in each class; good parts alone stand in <product>/.',
    });
  }
  return images.map((name) => join(path, name));
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
  // A drive's root ends in a separator already.
  const closed = (real: string) => (real.endsWith(sep) ? real : `${real}${sep}`);
  return closed(await realPath(resolve(path))).startsWith(closed(await realPath(resolve(folder))));
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
