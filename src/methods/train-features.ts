/** @file The steps of a training up to the networks' input: pictures of the synthesis, patch features, what is fitted on them. */
import { diskStorage } from '../core/disk-storage.ts';
import { lockOfFile, withLockInTurn } from '../core/lock.ts';
import type { Sample } from '../data/dataset.ts';
import { fingerprint, fingerprintFiles } from '../data/fingerprint.ts';
import { type ClassForegrounds, someTraining } from '../features/class-foreground.ts';
import { type ExtractedStore, type ExtractOptions, extractFeatures } from '../features/extract.ts';
import { gridSideOf } from '../features/extractor.ts';
import { writeSynthesisPictures } from '../features/synthesis-pictures.ts';
import { proceduralTextures, textureFolder } from '../features/texture-source.ts';
import { wholeRange } from '../image/samples.ts';
import type { LocalAnomalyOptions } from '../synthesis/local-anomaly.ts';
import { fitFeatureInput, fitResidualInput } from '../training/fit-input.ts';
import { readFitted, writeFitted } from '../training/fitted-file.ts';
import { orMadeAgain } from './made-again.ts';
import { hashOf, stoppable, type Work } from './train-work.ts';

/** A few synthetic anomalies of each class, to look at. */
export async function writePictures(work: Work, foregrounds: ClassForegrounds): Promise<void> {
  const { request, training, features, textures, run, bits } = work;
  const { synthesis, seed } = request.options;
  if (synthesis.perImage === 0) return;
  await writeSynthesisPictures({
    samples: someTraining(training, 4),
    foregrounds: synthesis.foreground ? foregrounds : {},
    textures: textures ? textureFolder(textures) : proceduralTextures(),
    geometry: features.geometry,
    bits,
    seed,
    folder: run.samples,
    synthesis: synthesisOptions(work),
  });
}

/** How the training's local anomalies are made. */
export function synthesisOptions({
  request,
  features,
}: Pick<Work, 'request' | 'features'>): Partial<LocalAnomalyOptions> {
  const { perImage: _, minCoverage: __, ...synthesis } = request.options.synthesis;
  return { ...synthesis, gridSide: gridSideOf(features) };
}

/** Patch features of samples, taken from the cache where they are there. */
export async function extract(
  work: Work,
  foregrounds: ClassForegrounds,
  samples: readonly Sample[],
  firstId: number,
): Promise<ExtractedStore> {
  const { request, engine, backbone, features, dataset, textures, bits } = work;
  const { seed, synthesis } = request.options;
  const forTraining = firstId === 0;
  const options: ExtractOptions = {
    engine,
    backbone,
    features,
    samples,
    root: dataset.root,
    classes: dataset.classes,
    setup: {
      geometry: features.geometry,
      ...(bits !== wholeRange && { bits }),
      seed,
      perImage: forTraining ? synthesis.perImage : 0,
      synthesis: synthesisOptions(work),
      textures,
      foregroundClasses: synthesis.foreground
        ? dataset.classes.filter((name) => foregrounds[name]?.accepted)
        : [],
    },
    fingerprint: forTraining ? work.fingerprint : await fingerprint({ ...dataset, samples }),
    texturesFingerprint: textures ? await fingerprintFiles(textures) : '',
    cache: diskStorage(work.cache),
    firstId,
    onProgress: request.onProgress,
    note: request.note,
    signal: request.signal,
  };
  const extracted = await extractFeatures(options);
  if (extracted.reused) request.note?.(`Patch features: reused from ${extracted.store.storage.pathOf()}.`);
  return extracted;
}

/** The version of how the input is fitted; raised when the same options give other numbers. */
export const fitRecipe = 4;

/**
 * All good images, held-out ones too. A memory bank may hold all of them, as whatever judges an image leaves out the image's own
 * members: training, selection and thresholds alike (docs/decisions/0013-every-good-image-in-the-bank.md).
 */
export function goodImages({ split }: Pick<Work, 'split'>): ReadonlySet<number> {
  return new Set([...split.fit, ...split.heldOut].sort((a, b) => a - b));
}

/** Fits what enters the networks, or reads what an earlier try, or another training over the same features, fitted. */
export async function fitInput(work: Work, { store, index }: ExtractedStore) {
  const { request, engine, cache, split } = work;
  const { options } = request;
  const fitKey = hashOf([
    store.header.key,
    JSON.stringify([fitRecipe, options.seed, options.heldOut, options.input, options.globalAnomalies.noise]),
  ]);
  const storage = diskStorage(cache);
  const name = `fitted-${fitKey.slice(0, 16)}.safetensors`;
  const path = storage.pathOf(name);
  const { note, signal } = request;
  const onWait = (who: string) => note?.(`Waiting for another training that makes ${path}: ${who}.`);
  const before = await orMadeAgain(() => readFitted(storage, name, fitKey), note);
  // Looked for before the lock is asked for: a cache may be one that is only read.
  if (before) return { fitted: before, fitKey };
  return withLockInTurn(lockOfFile(path), { onWait, signal }, async () => {
    const meanwhile = await readFitted(storage, name, fitKey).catch(() => undefined);
    if (meanwhile) return { fitted: meanwhile, fitKey };
    const fitted =
      options.input.kind === 'feature'
        ? await fitFeatureInput({ store, index, images: split.fit }, options)
        : await fitResidualInput(
            engine,
            { store, index, images: goodImages(work) },
            options,
            stoppable(request),
          );
    await writeFitted(storage, name, fitted, fitKey);
    return { fitted, fitKey };
  });
}
