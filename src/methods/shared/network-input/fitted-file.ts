/** @file The fitted network input as a safetensors file beside the checkpoint, so that a resumed run does not fit again. */
import type { Storage } from '../../../core/storage.ts';
import type { Parameters } from '../../../nn/parameters.ts';
import { readParameters, writeParameters } from '../../../training/parameter-file.ts';
import type { BankArrays, FittedInput, FittedResidual } from './network-input.ts';

const noise = 'noise_deviation';

/** Writes it, with the key of what it was fitted on. */
export async function writeFitted(
  storage: Storage,
  name: string,
  fitted: FittedInput,
  key: string,
): Promise<void> {
  const arrays: Parameters = {
    ...(fitted.kind === 'residual' && fitted.arrays),
    [noise]: { shape: [fitted.width], data: fitted.noiseDeviation },
  };
  const facts =
    fitted.kind === 'residual'
      ? {
          search: fitted.search,
          searchWidth: fitted.searchWidth,
          classes: fitted.entryClasses,
          images: fitted.entryImages,
        }
      : {};
  await writeParameters(storage, name, arrays, { key, kind: fitted.kind, facts: JSON.stringify(facts) });
}

/**
 * Reads it; undefined where there is none with this key.
 * @throws FILE_DAMAGED
 */
export async function readFitted(
  storage: Storage,
  name: string,
  key: string,
): Promise<FittedInput | undefined> {
  const read = await readParameters(storage, name);
  if (read?.metadata.key !== key) return undefined;
  const { parameters: arrays, metadata } = read;
  const { [noise]: deviation, ...bank } = arrays;
  const common = { width: deviation!.data.length, noiseDeviation: deviation!.data };
  if (metadata.kind === 'feature') return { kind: 'feature', ...common };
  const { search, searchWidth, classes, images } = JSON.parse(metadata.facts ?? '{}') as {
    search: FittedResidual['search'];
    searchWidth: number | null;
    classes: number[];
    images: number[];
  };
  return {
    kind: 'residual',
    ...common,
    search,
    searchWidth,
    arrays: bank as BankArrays,
    entryClasses: classes,
    entryImages: images,
  };
}
