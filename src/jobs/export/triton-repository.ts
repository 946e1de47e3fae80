/**
 * @file A detector in a folder that NVIDIA Triton serves from: `<name>/config.pbtxt`, `<name>/labels.txt`, `<name>/<version>/model.onnx`. A
 * repeated export adds a version.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CladError } from '../../core/errors.ts';
import { requireWritable, writeFileAtomic } from '../../core/files.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { type TritonOptions, tritonConfig, tritonLabels, tritonMark } from './triton-config.ts';

const command = 'clad export --to triton';

/** Where the next version goes. */
export interface TritonPlace {
  /** Folder of the model. */
  readonly folder: string;
  readonly version: number;
}

/**
 * Finds the place of a version without writing anything.
 * @param version - the one after the highest where absent
 * @throws FOLDER_EXPECTED, FILE_REFUSED, FOLDER_FOREIGN where the folder is not ours, EXPORT_VERSION_EXISTS
 */
export async function tritonPlace(
  repository: string,
  name: string,
  version: number | undefined,
): Promise<TritonPlace> {
  const folder = join(repository, name);
  await requireWritable(folder, 'Give another folder to --out.');
  const entries = await readdir(folder).catch(() => []);
  const config = await readFile(join(folder, 'config.pbtxt'), 'utf8').catch(() => '');
  if (entries.length > 0 && !config.startsWith(tritonMark))
    throw new CladError('FOLDER_FOREIGN', { path: folder, command });
  const versions = entries.filter((entry) => /^[1-9]\d*$/.test(entry)).map(Number);
  const next = version ?? Math.max(0, ...versions) + 1;
  if (versions.includes(next)) throw new CladError('EXPORT_VERSION_EXISTS', { path: folder, version: next });
  return { folder, version: next };
}

/**
 * Writes a version. Its folder appears whole, and after the description, since a server may be watching.
 * @returns path of the model file
 * @throws EXPORT_VERSION_EXISTS where somebody else has written it meanwhile
 */
export async function writeTriton(
  { folder, version }: TritonPlace,
  model: Uint8Array,
  metadata: DetectorMetadata,
  options: TritonOptions,
): Promise<string> {
  await writeFileAtomic(join(folder, 'labels.txt'), tritonLabels(metadata));
  await writeFileAtomic(join(folder, 'config.pbtxt'), tritonConfig(metadata, options));
  const temporary = join(folder, `.${version}.${randomUUID()}.tmp`);
  const target = join(folder, String(version));
  try {
    await mkdir(temporary);
    await writeFileAtomic(join(temporary, 'model.onnx'), model);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST')
      throw new CladError('EXPORT_VERSION_EXISTS', { path: folder, version }, { cause: error });
    throw error;
  }
  return join(target, 'model.onnx');
}
