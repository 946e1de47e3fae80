/** @file Where a detector file made from another one goes. */
import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CladError } from '../core/errors.ts';
import { requireWritable } from '../core/files.ts';
import { lockOfFile, withLock } from '../core/lock.ts';

/**
 * Gives the path with its ending to `make`, checked before any work is done, while no other writes it.
 * @throws FILE_EXISTS, FILE_REFUSED, FOLDER_EXPECTED, FILE_NOT_FOUND, IN_USE, and what `make` throws
 */
export async function withNewDetectorFile<T>(out: string, make: (path: string) => Promise<T>): Promise<T> {
  const path = out.endsWith('.onnx') ? out : `${out}.onnx`;
  await requireNew(path);
  await requireWritable(dirname(path), 'Give another file to --out.');
  return withLock(lockOfFile(path), async () => {
    // Another may have been done with it just now.
    await requireNew(path);
    return make(path);
  });
}

/** A link that leads nowhere is something, too. */
async function requireNew(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found) throw new CladError('FILE_EXISTS', { path });
}
