/** @file A detector file on disk, opened. */
import { engine as asEngine, path as asPath, requireArgument } from '../core/arguments.ts';
import { readBytes } from '../core/files.ts';
import type { Engine } from '../runtime/engine.ts';
import { Detector } from './detector.ts';

/**
 * Opens a detector file.
 * @throws FILE_UNREADABLE, or DETECTOR_INVALID when it is no detector or damaged
 */
export async function openDetector(engine: Engine, path: string): Promise<Detector> {
  requireArgument('openDetector', 'engine', engine, asEngine);
  requireArgument('openDetector', 'path', path, asPath);
  const bytes = await readBytes(path);
  return Detector.fromOwnBytes(engine, bytes, path);
}

/** What to tell of a detector file that has no checksum; nothing of one that has. */
export function uncheckedNote({ checked }: Pick<Detector, 'checked'>, path: string): readonly string[] {
  if (checked) return [];
  return [
    `${path} was made before detector files had a checksum, so whether it is whole cannot be told. \`clad export --to onnx\` writes a copy with one.`,
  ];
}
