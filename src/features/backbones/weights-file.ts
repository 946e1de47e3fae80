/** @file A .safetensors file for which a backbone is to be built, with what the files beside it say (Node only). */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CladError, reasonOf } from '../../core/errors.ts';
import { readBytes } from '../../core/files.ts';
import { decodeSafetensors } from '../../core/safetensors.ts';
import type { WeightsFile } from './families/family.ts';
import { hintFiles, hintsOf } from './families/weight-hints.ts';

/** What one file can hold, in safetensors here and in ONNX anywhere, bytes: protobuf counts them in 31 bits. */
export const mostBytes = 2 ** 31 - 1;

/**
 * Reads weights.
 * @param activation - what the user says of it
 * @throws SAFETENSORS_INVALID, FILE_UNREADABLE; STATE_DICT_UNSUITABLE for a file of more than 2 GiB, or a JSON file beside it that is none
 */
export async function readWeights(path: string, activation: string | undefined): Promise<WeightsFile> {
  const { size } = await stat(path);
  if (size > mostBytes) {
    const reason = `the file has ${(size / 2 ** 30).toFixed(1)} GiB, and files of up to 2 GiB are read; take a smaller member of the family, or weights in half precision`;
    throw new CladError('STATE_DICT_UNSUITABLE', { path, reason });
  }
  const { tensors } = decodeSafetensors(await readBytes(path), path);
  const beside: Record<string, unknown> = {};
  for (const name of hintFiles) {
    const file = join(dirname(path), name);
    if (!existsSync(file)) continue;
    try {
      beside[name] = JSON.parse(await readFile(file, 'utf8'));
    } catch (error) {
      const reason = `${name} beside them cannot be read (${reasonOf(error)}); mend or move it`;
      throw new CladError('STATE_DICT_UNSUITABLE', { path, reason }, { cause: error });
    }
  }
  const hints = hintsOf(beside);
  return {
    tensors,
    path,
    hints: activation === undefined ? hints : { ...hints, activation, activationFrom: '--activation' },
  };
}
