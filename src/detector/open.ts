/** @file A detector file on disk, opened. */
import { readBytes } from '../core/files.ts';
import type { Engine } from '../runtime/engine.ts';
import { Detector } from './detector.ts';

/**
 * Opens a detector file.
 * @throws FILE_UNREADABLE, or DETECTOR_INVALID when it is no detector or damaged
 */
export async function openDetector(engine: Engine, path: string): Promise<Detector> {
  const bytes = await readBytes(path);
  return Detector.fromBytes(engine, bytes, path);
}
