/**
 * @file Named arrays as a safetensors file with a checksum in its metadata: `crc32`, of the whole file with these eight digits as zeros.
 */

import { checksumOf } from '../core/crc32.ts';
import { fileDamaged } from '../core/damaged-file.ts';
import { reasonOf } from '../core/errors.ts';
import { decodeSafetensors, encodeSafetensors, safetensorFloats } from '../core/safetensors.ts';
import type { Storage } from '../core/storage.ts';
import type { Parameters } from '../nn/parameters.ts';

/** Within text of the header no quotation mark stands by itself, so this is the entry's own place. */
const entry = ascii('"crc32":"');
/** Digits of a checksum that is not known yet. */
const zeros = '00000000';

/** Writes named arrays. @param metadata - texts about them */
export async function writeParameters(
  storage: Storage,
  name: string,
  parameters: Parameters,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const tensors = Object.fromEntries(
    Object.entries(parameters).map(([each, { shape, data }]) => [
      each,
      { dtype: 'F32' as const, shape, data: data as Float32Array<ArrayBuffer> },
    ]),
  );
  const bytes = encodeSafetensors(tensors, { ...metadata, crc32: zeros });
  bytes.set(ascii(checksumOf(bytes)), placeOf(bytes));
  await storage.write(name, bytes);
}

/** What such a file holds. */
export interface ReadParameters {
  readonly parameters: Parameters;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads them; undefined where there is no such file.
 * @throws FILE_DAMAGED where it is not whole
 */
export async function readParameters(storage: Storage, name: string): Promise<ReadParameters | undefined> {
  const path = storage.pathOf(name);
  const bytes = await storage.read(name).catch((error: Error) => {
    throw fileDamaged(path, reasonOf(error.cause ?? error));
  });
  if (!bytes) return undefined;
  const place = placeOf(bytes);
  const end = place + zeros.length;
  if (place < 0 || end > bytes.length) throw fileDamaged(path, 'its checksum is another');
  const written = bytes.subarray(place, end);
  const found = ascii(checksumOf(bytes.subarray(0, place), ascii(zeros), bytes.subarray(end)));
  if (!startsWith(written, found)) throw fileDamaged(path, 'its checksum is another');
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const parameters = Object.fromEntries(
    Object.entries(tensors).map(([each, tensor]) => [
      each,
      { shape: tensor.shape, data: safetensorFloats(tensor) },
    ]),
  );
  return { parameters, metadata };
}

/** Where the checksum's digits are; below 0 where there are none. */
function placeOf(bytes: Uint8Array): number {
  const first = entry[0]!;
  let at = bytes.indexOf(first);
  while (at >= 0 && !startsWith(bytes.subarray(at), entry)) at = bytes.indexOf(first, at + 1);
  return at < 0 ? at : at + entry.length;
}

function startsWith(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return beginning.every((byte, at) => bytes[at] === byte);
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
