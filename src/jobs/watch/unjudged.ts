/** @file What lies in a watched folder and has not been judged. */
import { stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { imagesBelow } from '../../data/folders.ts';
import type { LeftOut } from '../../data/left-out.ts';
import type { FileState, Journal } from './journal.ts';

/** Files that are there and have not been judged as they are, and what is no image or may not be read. */
export async function unjudgedFiles(
  folder: string,
  journal: Journal,
): Promise<{ readonly files: readonly FileState[]; readonly leftOut: readonly LeftOut[] }> {
  const { images, leftOut } = await imagesBelow(folder);
  const files: FileState[] = [];
  for (const image of images) {
    const found = await stat(image).catch(() => undefined);
    // Gone again: whoever wrote it may have renamed it.
    if (!found?.isFile()) continue;
    const path = relative(folder, image).split(sep).join('/');
    const file = { path, bytes: found.size, modified: Math.floor(found.mtimeMs) };
    if (!journal.knows(file)) files.push(file);
  }
  return { files, leftOut };
}
