/** @file Files (Node only): read with a sentence where that fails; written whole or not at all, to a temporary name beside the target, then renamed. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
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

/**
 * Writes a file atomically, making its folder when missing. A reader sees the old content or the new, never a part.
 * @throws the file system's error; the temporary file is removed first
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

/** Gives `write` a temporary path beside `path` and renames the result into place once it succeeds. */
export async function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    await write(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
