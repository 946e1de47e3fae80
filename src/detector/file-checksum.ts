/**
 * @file The checksum of a detector file, inside the file: its last 24 bytes are one more metadata entry of ONNX, `clad.crc32`, whose
 * value is the CRC-32 of all bytes before them. Every byte of the file counts: those of the entry itself are known.
 */
import { checksumOf } from '../core/crc32.ts';
import { CladError, firstLineOf } from '../core/errors.ts';
import { decodeMetadata } from '../graph/metadata.ts';
import { type DetectorMetadata, parseMetadata } from './metadata.ts';

/** Key of the entry. */
export const checksumKey = 'clad.crc32';

/** The entry up to its value: `metadata_props` (field 14) of 22 bytes, with `key` (1) of 10 and `value` (2) of 8. */
const head = Uint8Array.of(0x72, 22, 0x0a, 10, ...new TextEncoder().encode(checksumKey), 0x12, 8);
const entryLength = head.length + 8;

/** A file with its checksum. @param body - an ONNX file without one */
export function withChecksum(body: Uint8Array): Uint8Array {
  const file = new Uint8Array(body.length + entryLength);
  file.set(body);
  file.set(head, body.length);
  file.set(new TextEncoder().encode(checksumOf(body)), body.length + head.length);
  return file;
}

/**
 * Reads what a detector file says of itself, after it has shown that the file is whole.
 * @param path - names the file in errors
 * @returns `checked`: false for a file that was made before files had a checksum
 * @throws DETECTOR_INVALID when it is damaged or no detector
 */
export function readDetector(
  bytes: Uint8Array,
  path: string,
): { readonly metadata: DetectorMetadata; readonly checked: boolean } {
  const refuse = (what: string) => {
    const reason = `it is damaged, or was changed after it was written (${what}): copy it again from a whole one, or make it again`;
    return new CladError('DETECTOR_INVALID', { path, reason });
  };
  const start = bytes.length - entryLength;
  const checked = start > 0 && head.every((byte, at) => bytes[start + at] === byte);
  if (checked) {
    const said = new TextDecoder().decode(bytes.subarray(start + head.length));
    const found = checksumOf(bytes.subarray(0, start));
    if (said !== found) throw refuse(`its checksum says ${JSON.stringify(said)}, its bytes ${found}`);
  }
  const metadata = parseMetadata(entriesOf(bytes, path), path);
  // Damage that takes the entry away must not make the file pass for an older one.
  if (!checked && metadata.checksum) throw refuse('it does not end with its checksum');
  return { metadata, checked };
}

function entriesOf(bytes: Uint8Array, path: string): Record<string, string> {
  try {
    return decodeMetadata(bytes);
  } catch (error) {
    const reason = `it cannot be read as ONNX (${firstLineOf(error)})`;
    throw new CladError('DETECTOR_INVALID', { path, reason }, { cause: error });
  }
}
