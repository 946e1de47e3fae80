/**
 * @file Named arrays as a safetensors file with a checksum in its metadata: `crc32`, of the whole file with these eight digits as zeros.
 */
import { readFile } from 'node:fs/promises';
import { checksumOf } from '../core/crc32.ts';
import { reasonOf } from '../core/errors.ts';
import { fileDamaged, writeFileAtomic } from '../core/files.ts';
import { decodeSafetensors, encodeSafetensors, safetensorFloats } from '../core/safetensors.ts';
import type { Parameters } from '../nn/parameters.ts';

/** Within text of the header no quotation mark stands by itself, so this is the entry's own place. */
const entry = '"crc32":"';
const zeros = '00000000';

/** Writes named arrays. @param metadata - texts about them */
export async function writeParameters(
  path: string,
  parameters: Parameters,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const tensors = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, data }]) => [
      name,
      { dtype: 'F32' as const, shape, data: data as Float32Array<ArrayBuffer> },
    ]),
  );
  const bytes = Buffer.from(encodeSafetensors(tensors, { ...metadata, crc32: zeros }).buffer);
  bytes.write(checksumOf(bytes), placeOf(bytes), 'latin1');
  await writeFileAtomic(path, bytes);
}

/**
 * Reads them.
 * @throws FILE_DAMAGED where the file is not there or not whole
 */
export async function readParameters(
  path: string,
): Promise<{ readonly parameters: Parameters; readonly metadata: Readonly<Record<string, string>> }> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileDamaged(path, reasonOf(error));
  });
  const place = placeOf(bytes);
  const end = place + zeros.length;
  const found = checksumOf(bytes.subarray(0, place), Buffer.from(zeros), bytes.subarray(end));
  if (place < 0 || bytes.toString('latin1', place, end) !== found)
    throw fileDamaged(path, 'its checksum is another');
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const parameters = Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      { shape: tensor.shape, data: safetensorFloats(tensor) },
    ]),
  );
  return { parameters, metadata };
}

/** Where the checksum's digits are; below 0 where there are none. */
function placeOf(bytes: Buffer): number {
  const at = bytes.indexOf(entry);
  return at < 0 ? at : at + entry.length;
}
