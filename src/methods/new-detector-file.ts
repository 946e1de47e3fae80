/** @file Where a detector file made from another one goes. */
import { dirname } from 'node:path';
import { CladError } from '../core/errors.ts';
import { requireWritable } from '../core/files.ts';
import { statOrNothing } from '../data/folders.ts';

/**
 * The path with its ending, checked before any work is done.
 * @throws FILE_EXISTS, FILE_REFUSED, FOLDER_EXPECTED, FILE_NOT_FOUND
 */
export async function newDetectorFile(out: string): Promise<string> {
  const path = out.endsWith('.onnx') ? out : `${out}.onnx`;
  if (await statOrNothing(path)) throw new CladError('FILE_EXISTS', { path });
  await requireWritable(dirname(path), 'Give another file to --out.');
  return path;
}
