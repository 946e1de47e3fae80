/** @file What tells one detector file from another: the beginning of its SHA-256, as a detector's history has it of the files before. */
import { createHash } from 'node:crypto';

/** 16 hexadecimal digits. @param bytes - of the file */
export function detectorKey(bytes: Uint8Array): string {
  return keyOfSource(createHash('sha256').update(bytes).digest('hex'));
}

/** @param source - the whole SHA-256, hexadecimal */
export function keyOfSource(source: string): string {
  return source.slice(0, 16);
}
