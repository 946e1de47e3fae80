/** @file Where the pictures of a judgement lie: the photograph in its folder or where it was moved to, its heat map where it is put just after the judgement is told. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CladError } from '../core/errors.ts';
import { isInside } from '../data/folders.ts';
import { isUnchanged } from '../jobs/watch/destinations.ts';
import type { JudgedFile } from './watch-channel.ts';

/** Milliseconds that a picture is waited for: it is put into its place, or moved, just after its judgement is told. */
const pictureComes = 3000;

/**
 * @param findFolder - the watched folder, as `WatchFolders.find` finds it
 * @param root - of the workspace, which photographs are moved into
 * @throws NOT_THERE where it has gone, or is another by now; WATCH_OUTSIDE, and what `findFolder` throws
 */
export async function photographOf(
  file: JudgedFile,
  findFolder: () => Promise<string>,
  root: string,
): Promise<string> {
  const { path: name, movedTo } = file;
  for (const end = Date.now() + pictureComes; ; await sleep(50)) {
    if (movedTo !== null && (await isThere(movedTo, root, file))) return movedTo;
    const folder = await findFolder();
    if (await isThere(join(folder, name), folder, file)) return join(folder, name);
    // It may have been moved between the two looks.
    if (movedTo === null || Date.now() > end) throw gone(file);
  }
}

/** @param maps - folder of pictures with their heat @throws NOT_THERE */
export async function heatOf(file: JudgedFile, maps: string): Promise<string> {
  if (file.map === null) throw gone(file);
  const path = join(maps, file.map);
  for (const end = Date.now() + pictureComes; !existsSync(path); await sleep(50))
    if (Date.now() > end) throw gone(file);
  return path;
}

/** Whether a file is there as it was judged. @throws WATCH_OUTSIDE where a link leads out of its folder */
async function isThere(path: string, folder: string, file: JudgedFile): Promise<boolean> {
  if (!(await isInside(path, folder)))
    throw new CladError('WATCH_OUTSIDE', { path: file.path, reason: 'it is a link out of its folder' });
  return isUnchanged(path, file);
}

function gone({ path }: JudgedFile): CladError<'NOT_THERE'> {
  return new CladError('NOT_THERE', { what: 'picture', name: path });
}
