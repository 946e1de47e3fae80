/** @file Paths that a list of somebody's names: below the list's own folder, and nowhere else. */
import { join } from 'node:path';

/**
 * The absolute path of a listed file. A list that comes with a data set may be anybody's, and must not make a training read other files.
 * @param listed - with slashes, relative to the folder
 * @param refuse - makes the error of a reason
 * @throws what `refuse` makes, where the path is absolute, or leads out by `..`, or has backslashes, drives or null bytes
 */
export function pathWithin(folder: string, listed: string, refuse: (reason: string) => Error): string {
  const parts = listed.split('/');
  const leads = listed === '' || /^[A-Za-z]:/.test(listed) || /[\\\0]/.test(listed) || listed.startsWith('/');
  if (leads || parts.includes('..'))
    throw refuse(
      `the path ${JSON.stringify(listed)} leads out of ${folder}, expected one below it, with slashes`,
    );
  return join(folder, ...parts);
}
