/** @file Where photographs go once they are judged, and how they get there so that at any moment one whole file lies in one of the two places. */
import { randomUUID } from 'node:crypto';
import { copyFile, lstat, mkdir, open, readFile, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { asRefusal } from '../../core/files.ts';
import { sha256 as sha256Of } from '../../core/sha256.ts';
import { statOrNothing } from '../../data/folders.ts';
import type { Decision, Prediction } from '../../detector/prediction.ts';
import type { FileState } from './journal.ts';

/** Folders that photographs are moved into, below the one that is given. */
export const decisions: readonly Decision[] = ['pass', 'check', 'reject'];

/** By which a file is known to be what it was. */
type Content = Pick<FileState, 'bytes' | 'modified'>;
/** The same, and by its content where that is known. */
export type Known = Content & { readonly sha256?: string | undefined };
/** What was said of a photograph; undefined where it could not be judged. */
type Said = Pick<Prediction, 'verdict' | 'decision'> | undefined;

/** The folder that a photograph is moved into. A person looks at `check`: at what looks like no class or cannot be read as well. */
export function folderOf(said: Said): Decision {
  return said?.decision && said.verdict !== 'unknown' ? said.decision : 'check';
}

/**
 * A free place for a photograph, below the folder that photographs are moved into: cameras give the same names again.
 * @param path - below the watched folder, with forward slashes
 */
export function freePlace(folder: string, outcome: Decision, path: string): Promise<string> {
  return freeName(folder, `${outcome}/${path}`);
}

/**
 * A name that is not taken below a folder: the one that is wanted, or with a number.
 * @param path - that is wanted, with forward slashes
 * @param taken - names that are given already and may not be there yet, as `asTaken` has them
 */
export async function freeName(
  folder: string,
  path: string,
  taken: ReadonlySet<string> = new Set(),
): Promise<string> {
  const { dir, name, ext } = parse(path);
  for (let number = 1; ; number++) {
    const file = number === 1 ? `${name}${ext}` : `${shortened(name, ext)}-${number}${ext}`;
    const place = dir === '' ? file : `${dir}/${file}`;
    // Of a folder that is away nothing is known; the move looks again.
    const isTaken = taken.has(asTaken(place)) || (await isOccupied(join(folder, place)).catch(() => false));
    if (!isTaken) return place;
  }
}

/** What is said of a name that nothing can have. */
const nothingThere: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'];

/** Whether something has a name: also a link that leads nowhere now, as its drive may be away. @throws FILE_REFUSED where that cannot be known */
export function isOccupied(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (nothingThere.includes(error.code)) return false;
      throw asRefusal(error, path);
    },
  );
}

/** A name as a file system that does not tell capitals knows it. */
export function asTaken(place: string): string {
  return place.normalize('NFC').toLowerCase();
}

/** A stem that leaves room for a number, as a name has 255 bytes at most. */
function shortened(name: string, ext: string): string {
  let stem = name;
  while (Buffer.byteLength(`${stem}-999999${ext}`) > 255) stem = stem.slice(0, -1);
  return stem;
}

/**
 * Moves a file, onto another disk as well. Of a link what it leads to is copied, since it may lead nowhere from there.
 * @throws FILE_REFUSED
 */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await mkdir(dirname(to), { recursive: true });
    if ((await lstat(from)).isSymbolicLink()) return await copyOver(from, to);
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw asRefusal(error, to);
    await copyOver(from, to);
  }
}

async function copyOver(from: string, to: string): Promise<void> {
  const temporary = join(dirname(to), `.${randomUUID()}.tmp`);
  try {
    const found = await statOrNothing(from);
    await copyFile(from, temporary);
    if (found) await utimes(temporary, found.atime, found.mtime);
    const file = await open(temporary, 'r+');
    await file.sync().finally(() => file.close());
    await rename(temporary, to);
    await rm(from);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw asRefusal(error, to);
  }
}

/** How far the time of a copy may be off, milliseconds: it is set in seconds with fractions, which are rounded. */
const rounding = 1;
/** The same on drives that keep every other second alone, as FAT does. */
const coarse = 2000;

/** Whether a file is there as it was, or a copy of it that has its time as nearly as its drive keeps it; where that is not the millisecond, the content tells. */
export async function isUnchanged(path: string, { bytes, modified, sha256 }: Known): Promise<boolean> {
  const found = await stateOf(path);
  if (found?.bytes !== bytes) return false;
  const off = Math.abs(found.modified - modified);
  if (off <= rounding) return true;
  return off <= coarse && sha256 !== undefined && (await sha256OfFile(path)) === sha256;
}

/** Undefined where it cannot be read. */
async function sha256OfFile(path: string): Promise<string | undefined> {
  const content = await readFile(path).catch(() => undefined);
  return content && sha256Of(content);
}

/** A file as it is now; undefined where there is none. */
export async function stateOf(path: string): Promise<Content | undefined> {
  const found = await statOrNothing(path);
  return found && { bytes: found.size, modified: Math.floor(found.mtimeMs) };
}
