/** @file What an entry of a folder is to a reader of images: a folder, an image, or something to pass over, and why. */
import { closeSync, type Dirent, openSync, readSync, type Stats, statSync } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { specialFile } from '../core/files.ts';
import { headBytes, sniff } from '../image/other-formats.ts';
import { unreadableReason } from './left-out.ts';
import { isImageName } from './names.ts';

/** Files and folders that systems put beside other people's, and the mark of `clad data demo`, in lower case. Nobody misses them. */
const foreign = new Set(['__macosx', '@eadir', 'thumbs.db', 'desktop.ini', 'demo-data.json']);

/** Whether an entry is passed over without a word. */
export function isSilent(name: string): boolean {
  return name.startsWith('.') || foreign.has(name.toLowerCase());
}

export type EntryKind = 'folder' | 'image' | { readonly leftOut: string };

/** What was found in files that were looked into, by path: a data set's folder is listed more than once. */
export type Looks = Map<string, EntryKind>;

/**
 * Tells what an entry is; links count as what they lead to. An image's ending is believed, as decoding will look; of other
 * files the first bytes are read. Nothing but files is ever opened.
 * @param looks - is asked before a file is opened, and told after it
 */
export async function kindOf(folder: string, entry: Dirent, looks?: Looks): Promise<EntryKind> {
  const path = join(folder, entry.name);
  if (await isNameless(path, entry.name)) return { leftOut: 'its name is not UTF-8' };
  let found: Dirent | Stats = entry;
  if (entry.isSymbolicLink()) {
    try {
      found = await stat(path);
    } catch (error) {
      // Where an image should be: met as a broken one when it is read.
      return isImageName(entry.name) ? 'image' : { leftOut: brokenLink(error) };
    }
  }
  if (found.isDirectory()) return 'folder';
  const special = specialFile(found);
  if (special !== undefined) return { leftOut: `${special}, not a file` };
  if (isImageName(entry.name)) return 'image';
  const kind = looks?.get(path) ?? (await kindOfContent(path, entry.name));
  looks?.set(path, kind);
  return kind;
}

/** Whether a name is of bytes that are no text, of which Node makes U+FFFD: nobody can open anything under that. */
async function isNameless(path: string, name: string): Promise<boolean> {
  return (
    name.includes('\uFFFD') &&
    lstat(path).then(
      () => false,
      () => true,
    )
  );
}

function brokenLink(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'link that leads nowhere';
  return code === 'ELOOP' ? 'link that leads in a circle' : `link that ${unreadableReason(error)}`;
}

/**
 * Reads a little of a file, synchronously: there may be a text beside each of fifty thousand images, and an asynchronous look
 * takes ten times as long. Between two of them other work has its turn.
 */
async function kindOfContent(path: string, name: string): Promise<EntryKind> {
  await setImmediate();
  try {
    // Empty ones are not opened: those of /proc have no size and may keep a reader waiting.
    if (statSync(path).size === 0) return { leftOut: 'empty file' };
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(headBytes);
      const { format, other } = sniff(head.subarray(0, readSync(file, head, 0, headBytes, 0)), name);
      if (format !== undefined) return 'image';
      return { leftOut: other === undefined ? 'no image' : `${other} is not read` };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return { leftOut: unreadableReason(error) };
  }
}
