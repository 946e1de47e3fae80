/** @file Where a detector file made from another one goes. */
import { CladError } from '../core/errors.ts';
import { statOrNothing } from '../data/folders.ts';

/**
 * The path with its ending, checked before any work is done.
 * @throws FILE_EXISTS
 */
export async function newDetectorFile(out: string): Promise<string> {
  const path = out.endsWith('.onnx') ? out : `${out}.onnx`;
  if (await statOrNothing(path)) throw new CladError('FILE_EXISTS', { path });
  return path;
}
