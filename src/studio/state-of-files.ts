/** @file Tells one state of some files from another, so that a page can say what it has seen before it writes over it. */
import { createHash } from 'node:crypto';
import { readBytes } from '../core/files.ts';

/** @returns null where there are none @throws FILE_UNREADABLE */
export async function stateOfFiles(paths: readonly string[]): Promise<string | null> {
  if (paths.length === 0) return null;
  const hash = createHash('sha256');
  for (const path of paths) hash.update(await readBytes(path));
  return hash.digest('hex').slice(0, 16);
}
