/** @file The fitted network input as a safetensors file beside the checkpoint, so that a resumed run does not fit again. */
import { existsSync } from 'node:fs';
import type { Parameters } from '../../../nn/parameters.ts';
import { readParameters, writeParameters } from '../../../training/parameter-file.ts';
import type { BankArrays, FittedInput } from './network-input.ts';

const noise = 'noise_deviation';

/** Writes it, with the key of what it was fitted on. */
export async function writeFitted(path: string, fitted: FittedInput, key: string): Promise<void> {
  const arrays: Parameters = {
    ...(fitted.kind === 'residual' && fitted.arrays),
    [noise]: { shape: [fitted.width], data: fitted.noiseDeviation },
  };
  const facts =
    fitted.kind === 'residual'
      ? { neighbours: fitted.neighbours, classes: fitted.memberClasses, images: fitted.memberImages }
      : {};
  await writeParameters(path, arrays, { key, kind: fitted.kind, facts: JSON.stringify(facts) });
}

/**
 * Reads it; undefined where there is none with this key.
 * @throws FILE_DAMAGED
 */
export async function readFitted(path: string, key: string): Promise<FittedInput | undefined> {
  if (!existsSync(path)) return undefined;
  const { parameters: arrays, metadata } = await readParameters(path);
  if (metadata.key !== key) return undefined;
  const { [noise]: deviation, ...bank } = arrays;
  const common = { width: deviation!.data.length, noiseDeviation: deviation!.data };
  if (metadata.kind === 'feature') return { kind: 'feature', ...common };
  const { neighbours, classes, images } = JSON.parse(metadata.facts ?? '{}') as {
    neighbours: number;
    classes: number[];
    images: number[];
  };
  return {
    kind: 'residual',
    ...common,
    neighbours,
    arrays: bank as BankArrays,
    memberClasses: classes,
    memberImages: images,
  };
}
