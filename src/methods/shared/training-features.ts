/** @file Patch features of photographs and of the synthetic anomalies made of them, taken from the cache where they are there. */
import { stoppable } from '../../core/progress.ts';
import type { Sample } from '../../data/dataset.ts';
import { fingerprint, fingerprintFiles } from '../../data/fingerprint.ts';
import {
  type ClassForegrounds,
  classForegrounds,
  someTraining,
} from '../../features/patches/class-foreground.ts';
import { type ExtractedStore, type ExtractOptions, extractFeatures } from '../../features/store/extract.ts';
import { writeSynthesisPictures } from '../../features/store/synthesis-pictures.ts';
import { proceduralTextures, textureFolder } from '../../features/store/texture-source.ts';
import type { Grid } from '../../image/geometry.ts';
import { wholeRange } from '../../image/samples.ts';
import type { LocalAnomalyOptions } from '../../synthesis/local-anomaly.ts';
import type { FitContext } from '../contract.ts';
import type { PatchOptions, SynthesisOptions } from './option-groups.ts';
import type { PatchView } from './patch-view.ts';

type Context = FitContext<PatchOptions, PatchView>;

/** What a method on patch features is given to learn from. */
export interface PatchContext<O extends PatchOptions = PatchOptions> extends FitContext<O, PatchView> {
  readonly foregrounds: ClassForegrounds;
  /** Patch features of the training images, and of the synthetic anomalies made of them. */
  readonly extracted: ExtractedStore;
}

/** Foregrounds, pictures of the synthesis to look at, and the features of the training images. */
export async function withFeatures<O extends PatchOptions>(
  context: FitContext<O, PatchView>,
): Promise<PatchContext<O>> {
  const { training, view, options, bits } = context;
  const foregrounds =
    options.synthesis.perImage === 0
      ? {}
      : await classForegrounds(training, view.geometry, { bits, onProgress: stoppable(context) });
  await writePictures(context, foregrounds);
  const extracted = await extract(context, foregrounds, training, 0);
  return { ...context, foregrounds, extracted };
}

/** A few synthetic anomalies of each class, to look at. */
async function writePictures(context: Context, foregrounds: ClassForegrounds): Promise<void> {
  const { options, training, view, textures, run, bits } = context;
  const { synthesis, seed } = options;
  if (synthesis.perImage === 0) return;
  await writeSynthesisPictures({
    samples: someTraining(training, 4),
    foregrounds: synthesis.foreground ? foregrounds : {},
    textures: textures ? textureFolder(textures) : proceduralTextures(),
    geometry: view.geometry,
    bits,
    seed,
    folder: run.samples,
    synthesis: anomaliesOn(synthesis, view.grid),
  });
}

/** How local anomalies are made. */
export function anomaliesOn(
  { perImage: _, minCoverage: __, ...synthesis }: SynthesisOptions,
  grid: Grid,
): Partial<LocalAnomalyOptions> {
  return { ...synthesis, grid };
}

/** Patch features of samples, taken from the cache where they are there. @param firstId - 0 for the training images, else of test images */
export async function extract(
  context: Context,
  foregrounds: ClassForegrounds,
  samples: readonly Sample[],
  firstId: number,
): Promise<ExtractedStore> {
  const { options: all, engine, backbone, view, dataset, textures, bits } = context;
  const { features } = view;
  const { seed, synthesis } = all;
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
      synthesis: anomaliesOn(synthesis, view.grid),
      textures,
      foregroundClasses: synthesis.foreground
        ? dataset.classes.filter((name) => foregrounds[name]?.accepted)
        : [],
    },
    fingerprint: forTraining ? context.fingerprint : await fingerprint({ ...dataset, samples }),
    texturesFingerprint: textures ? await fingerprintFiles(textures) : '',
    cache: context.cache,
    firstId,
    onProgress: context.onProgress,
    note: context.note,
    signal: context.signal,
  };
  const extracted = await extractFeatures(options);
  if (extracted.reused) context.note?.(`Patch features: reused from ${extracted.store.storage.pathOf()}.`);
  return extracted;
}

/**
 * All good images, held-out ones too. A memory bank may hold all of them, as whatever predicts an image leaves out the image's own
 * entries: training, checkpoint selection and thresholds alike (docs/decisions/0013-every-good-image-in-the-bank.md).
 */
export function goodImages({ split }: Pick<FitContext, 'split'>): ReadonlySet<number> {
  return new Set([...split.fit, ...split.heldOut].sort((a, b) => a - b));
}
