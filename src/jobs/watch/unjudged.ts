/** @file What lies in a watched folder and has not been judged. */
import { realpath, stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { imagesBelow } from '../../data/folders.ts';
import type { LeftOut } from '../../data/left-out.ts';
import type { FileState, Journal } from './journal.ts';

/**
 * Files that are there and have not been judged as they are, and what is no image or may not be read.
 * @param linksOut - whether links out of the folder count as what they lead to; else they are passed over
 */
export async function unjudgedFiles(
  folder: string,
  journal: Journal,
  linksOut = true,
): Promise<{ readonly files: readonly FileState[]; readonly leftOut: readonly LeftOut[] }> {
  const { images, leftOut } = await imagesBelow(folder);
  const files: FileState[] = [];
  const out: LeftOut[] = [];
  const real = linksOut ? folder : await realpath(folder).catch(() => folder);
  for (const image of images) {
    const found = await stat(image).catch(() => undefined);
    // Gone again: whoever wrote it may have renamed it.
    if (!found?.isFile()) continue;
    const path = relative(folder, image).split(sep).join('/');
    const file = { path, bytes: found.size, modified: Math.floor(found.mtimeMs) };
    if (journal.knows(file)) continue;
    const isOut = !linksOut && !(await realpath(image).catch(() => '')).startsWith(real + sep);
    if (isOut) out.push({ path: image, reason: 'link out of the folder' });
    else files.push(file);
  }
  return { files, leftOut: [...leftOut, ...out] };
}
