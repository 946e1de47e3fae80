/** @file Fitted subspaces as a safetensors file of the run, so that a resumed training does not fit again. */
import type { Storage } from '../../core/storage.ts';
import type { Parameters } from '../../nn/parameters.ts';
import { readParameters, writeParameters } from '../../training/parameter-file.ts';
import type { FittedSubspaces, Subspace } from './fit-subspaces.ts';

/** In the folder of the checkpoint. */
const fileName = 'subspaces.safetensors';

/** What the file says beside its arrays. */
interface Facts {
  readonly spread: number;
  /** Share of the variance, of each class. */
  readonly explained: readonly number[];
}

/** @param key - of what they were fitted on */
export async function writeSubspaces(
  storage: Storage,
  key: string,
  { subspaces, centres }: FittedSubspaces,
): Promise<void> {
  const arrays: Record<string, Parameters[string]> = {
    centres: { shape: [centres.classes, centres.width], data: centres.centres },
  };
  for (const [at, { mean, matrix, components }] of subspaces.entries()) {
    arrays[`${at}.mean`] = { shape: [mean.length], data: mean };
    arrays[`${at}.matrix`] = { shape: [mean.length, components], data: matrix };
  }
  const facts: Facts = { spread: centres.spread, explained: subspaces.map(({ explained }) => explained) };
  await writeParameters(storage, fileName, arrays, { key, facts: JSON.stringify(facts) });
}

/**
 * Undefined where there are none with this key.
 * @throws FILE_DAMAGED
 */
export async function readSubspaces(storage: Storage, key: string): Promise<FittedSubspaces | undefined> {
  const read = await readParameters(storage, fileName);
  if (read?.metadata.key !== key || !read.metadata.facts) return undefined;
  const { parameters, metadata } = read;
  const { spread, explained } = JSON.parse(metadata.facts!) as Facts;
  const { data, shape } = parameters.centres!;
  const [classes = 0, width = 0] = shape;
  const subspaces = explained.map((share, at): Subspace => {
    const [mean, matrix] = [parameters[`${at}.mean`]!, parameters[`${at}.matrix`]!];
    return {
      mean: mean.data as Float32Array,
      matrix: matrix.data as Float32Array,
      components: matrix.shape[1]!,
      explained: share,
    };
  });
  return { subspaces, centres: { centres: data as Float32Array, spread, classes, width } };
}
