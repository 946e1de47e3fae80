/** @file Files (Node only): read with a sentence where that fails; written whole or not at all, to a temporary name beside the target, then renamed. */
import { randomUUID } from 'node:crypto';
import { constants, type Dirent, existsSync, type Stats } from 'node:fs';
import {
  access,
  appendFile,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CladError, reasonOf } from './errors.ts';

/**
 * The bytes of a file.
 * @throws FILE_UNREADABLE
 */
export async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new CladError('FILE_UNREADABLE', { path, reason: reasonOf(error) }, { cause: error });
  }
}

/** What stands in a folder and is neither file nor folder, in words; undefined for files and folders. */
export function specialFile(found: Stats | Dirent): string | undefined {
  if (found.isFile() || found.isDirectory()) return undefined;
  if (found.isFIFO()) return 'named pipe';
  if (found.isSocket()) return 'socket';
  return found.isBlockDevice() || found.isCharacterDevice() ? 'device' : 'special file';
}

/** Pipes that whoever started this process opened for it: they have a writer. */
const givenPipe = /^\/dev\/(fd\/\d+|stdin)$|^\/proc\/(self|\d+)\/fd\/\d+$/;

/**
 * The bytes of a file of somebody's folder. A named pipe or a device is refused before it is opened: reading might never end.
 * @throws FILE_UNREADABLE
 */
export async function readRegular(path: string): Promise<Buffer> {
  const found = await stat(path).catch(() => undefined);
  const special = found && specialFile(found);
  if (special === undefined || (found?.isFIFO() && givenPipe.test(path))) return readBytes(path);
  const reason = `it is a ${special}, not a file`;
  throw new CladError('FILE_UNREADABLE', { path, reason }, { cause: new Error(reason) });
}

/**
 * Writes a file atomically, making its folder when missing. A reader sees the old content or the new, never a part.
 * @throws FILE_REFUSED; the temporary file is removed first
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  await replaceFile(path, async (temporary) => {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

/**
 * Gives `write` a temporary path beside `path` and renames the result into place once it succeeds.
 * @throws FILE_REFUSED where the file system does not let it, and what `write` throws
 */
export async function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const folder = dirname(path);
  // Of fixed length, whatever the file is called: a name may be as long as the file system allows.
  const temporary = join(folder, `.${randomUUID()}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    await write(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw asRefusal(error, path);
  }
}

/**
 * Adds a line to a file.
 * @throws FILE_REFUSED
 */
export async function appendLine(path: string, line: string): Promise<void> {
  try {
    await appendFile(path, `${line}\n`);
  } catch (error) {
    throw asRefusal(error, path);
  }
}

/**
 * Checks that a folder can be written, or made where it is not there yet; makes nothing.
 * @throws FOLDER_EXPECTED where it, or a folder it would lie in, is a file; FILE_REFUSED without the permission; FILE_NOT_FOUND for a drive there is not
 */
export async function requireWritable(folder: string, hint: string): Promise<void> {
  let place = resolve(folder);
  for (;;) {
    // A link that leads nowhere would be met when the folder is made, after all the work.
    const link = await lstat(place).catch(() => undefined);
    if (link?.isSymbolicLink() && !existsSync(place))
      throw new CladError('FILE_REFUSED', { path: place, reason: 'it is a link that leads nowhere' });
    const found = await stat(place).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw asRefusal(error, place);
    });
    if (found && !found.isDirectory()) throw new CladError('FOLDER_EXPECTED', { path: place, hint });
    if (found) break;
    if (dirname(place) === place) throw new CladError('FILE_NOT_FOUND', { path: place, hint });
    place = dirname(place);
  }
  try {
    await access(place, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw asRefusal(error, place);
  }
}

/** Milliseconds after which a temporary file belongs to no process that still writes it. */
const abandonedAfter = 3_600_000;

/** Removes temporary files that processes left in a folder when they were killed. */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!/^\..*\.tmp$/.test(name)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() && Date.now() - found.mtimeMs > abandonedAfter) await rm(path, { force: true });
  }
}

/** What the file system says when it refuses, and what that is for people; other errors have other causes. */
const refusals: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  EDQUOT: 'the quota is used up',
  EFBIG: 'the file system allows no file so large',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a part of the path is a file',
  EISDIR: 'it is a folder',
  ELOOP: 'too many symbolic links',
  EIO: 'the device failed',
  ENODEV: 'the device is not there',
  ENXIO: 'the device is not there',
  ESTALE: 'the network drive has lost it',
  ENOTEMPTY: 'the folder is not empty',
  EBUSY: 'another program uses it',
};

/** Why the file system refused, for people and without the path; undefined for errors of other causes. */
export function refusalOf(error: unknown): string | undefined {
  return refusals[String((error as NodeJS.ErrnoException).code)];
}

/** A refusal of the file system as a sentence; any other error as it is. @param path - where the error does not say it */
export function asRefusal(error: unknown, path?: string): unknown {
  if (error instanceof CladError || !(error instanceof Error)) return error;
  const { code, path: said } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : refusals[code];
  const place = path ?? said;
  if (reason === undefined || place === undefined) return error;
  return new CladError('FILE_REFUSED', { path: place, reason }, { cause: error });
}
