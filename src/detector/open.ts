/** @file A detector file on disk, opened. */
import { readFile } from 'node:fs/promises';
import { CladError, reasonOf } from '../core/errors.ts';
import type { Engine } from '../runtime/engine.ts';
import { Detector } from './detector.ts';

/**
 * Opens a detector file.
 * @throws FILE_UNREADABLE, or DETECTOR_INVALID when it is no detector or damaged
 */
export async function openDetector(engine: Engine, path: string): Promise<Detector> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new CladError('FILE_UNREADABLE', { path, reason: reasonOf(error) }, { cause: error });
  });
  return Detector.fromBytes(engine, bytes, path);
}
