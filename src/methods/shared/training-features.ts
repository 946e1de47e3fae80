/** @file Patch features of photographs and of the synthetic anomalies made of them, taken from the cache where they are there. */
import { stoppable } from '../../core/progress.ts';
import type { Sample } from '../../data/dataset.ts';
import { fingerprint, fingerprintFiles } from '../../data/fingerprint.ts';
import {
  type ClassForegrounds,
  classForegrounds,
  someTraining,
} from '../../features/patches/class-foreground.ts';
import {
  type ExtractedShare,
  type ExtractedStore,
  type ExtractOptions,
  extractFeatures,
  extractShare,
} from '../../features/store/extract-features.ts';
import type { ProducerSetup } from '../../features/store/producer.ts';
import { seenFingerprint } from '../../features/store/seen-fingerprint.ts';
import { writeSynthesisImages } from '../../features/store/synthesis-images.ts';
import { proceduralTextures, textureFolder } from '../../features/store/texture-source.ts';
import type { Grid } from '../../image/geometry.ts';
import {
  maskOfRegion,
  type RegionOfInterest,
  type Regions,
  regionOfImage,
  regionRuns,
} from '../../image/roi/region-of-interest.ts';
import { wholeRange } from '../../image/samples.ts';
import type { LocalAnomalyOptions } from '../../synthesis/local-anomaly.ts';
import type { ExtractContext, ExtractedImages, FitContext } from '../contract.ts';
import type { PatchOptions, SynthesisOptions } from './option-groups.ts';
import type { PatchView } from './patch-view.ts';

type Context = FitContext<PatchOptions, PatchView>;

/** Of how many training images local anomalies are made: of all, or of as many as show what a feature may be that is not normal. */
export type AnomalyShare = 'all' | 'some';

/** `some` is about so many, but no more than half of them: those of all twenty photographs of a product serve no better (docs/decisions/0086). */
const someImages = 128;
/** With fewer it is all of them, as chance draws which, and might draw none. */
const fewImages = 16;

/** They are made of one training image in so many. */
export function anomaliesOfEvery(share: AnomalyShare, images: number): number {
  if (share === 'all' || images < fewImages) return 1;
  return Math.max(2, Math.round(images / someImages));
}

interface Anomalies {
  /** @default all */
  readonly anomalies?: AnomalyShare;
}

/** What features need of it. */
type FeatureContext = Omit<Context, 'run' | 'resume' | 'mayExtract'> & Anomalies;

/** What a method on patch features is given to learn from. */
export interface PatchContext<O extends PatchOptions = PatchOptions> extends FitContext<O, PatchView> {
  readonly foregrounds: ClassForegrounds;
  /** Patch features of the training images, and of the synthetic anomalies made of them. */
  readonly extracted: ExtractedStore;
}

/** Foregrounds, images of the synthesis to look at, and the features of the training images. */
export async function withFeatures<O extends PatchOptions>(
  context: FitContext<O, PatchView> & Anomalies,
): Promise<PatchContext<O>> {
  const { training } = context;
  const foregrounds = await foregroundsOf(context);
  await writeImages(context, foregrounds);
  const extracted = await extractForTraining(context, foregrounds, training, 0);
  return { ...context, foregrounds, extracted };
}

/**
 * One machine's share of the features that a training with these options reads.
 * @param selects - whether test images choose the checkpoint, so that it reads theirs too
 */
export async function extractPatches(
  context: ExtractContext<PatchOptions, PatchView> & Anomalies,
  selects: boolean,
): Promise<ExtractedImages> {
  const { training, dataset, share, madeBy } = context;
  const foregrounds = await foregroundsOf(context);
  const tests = selects ? dataset.samples.filter(({ split }) => split === 'test') : [];
  const made: ExtractedShare[] = [];
  for (const samples of [training, tests]) {
    if (samples.length === 0) continue;
    const firstId = samples === training ? 0 : training.length;
    made.push(
      await extractShare(await extractOptions(context, foregrounds, samples, firstId), share, madeBy),
    );
  }
  return {
    places: made.map(({ store }) => store.storage.pathOf()),
    images: made.reduce((sum, { images }) => sum + images, 0),
    total: made.reduce((sum, { total }) => sum + total, 0),
    reused: made.every(({ reused }) => reused),
  };
}

async function foregroundsOf(context: FeatureContext): Promise<ClassForegrounds> {
  const { training, view, options, bits, images } = context;
  if (options.synthesis.perImage === 0) return {};
  return classForegrounds(training, view.geometry, images, { bits, onProgress: stoppable(context) });
}

/** A few synthetic anomalies of each class, to look at. */
async function writeImages(context: Context, foregrounds: ClassForegrounds): Promise<void> {
  const { options, training, view, textures, run, bits, images, regions, dataset } = context;
  const { synthesis, seed } = options;
  if (synthesis.perImage === 0 || !run.samples) return;
  await writeSynthesisImages({
    samples: someTraining(training, 4),
    images,
    foregrounds: synthesis.foreground ? foregrounds : {},
    regionOf: ({ className, path }) => {
      const id = training.findIndex((sample) => sample.path === path);
      return maskOfRegion(regionOfImage(regions, dataset.classes.indexOf(className), id), view.geometry);
    },
    textures: textures ? textureFolder(textures, images) : proceduralTextures(),
    geometry: view.geometry,
    bits,
    seed,
    folder: run.samples,
    synthesis: anomaliesOn(synthesis, view.grid),
  });
}

/** What of each class's images is looked at, as the setup of an extraction has it. */
function regionsInSetup(
  classes: readonly string[],
  { ofClasses }: Regions,
): Pick<ProducerSetup, 'regions' | 'parts'> {
  const each = <T>(of: (region: RegionOfInterest) => T | undefined) =>
    Object.fromEntries(
      classes.flatMap((name, index) => {
        const value = ofClasses[index] && of(ofClasses[index]);
        return value === undefined ? [] : [[name, value] as const];
      }),
    );
  const parts = each(({ follows }) => follows);
  return { regions: each(regionRuns), ...(Object.keys(parts).length > 0 && { parts }) };
}

/** How local anomalies are made. */
export function anomaliesOn(
  { perImage: _, minCoverage: __, ...synthesis }: SynthesisOptions,
  grid: Grid,
): Partial<LocalAnomalyOptions> {
  return { ...synthesis, grid };
}

/** Patch features of samples, taken from the cache where they are there. @param firstId - 0 for the training images, else of test images */
export async function extractForTraining(
  context: Context & Anomalies,
  foregrounds: ClassForegrounds,
  samples: readonly Sample[],
  firstId: number,
): Promise<ExtractedStore> {
  const options = await extractOptions(context, foregrounds, samples, firstId);
  const extracted = await extractFeatures({ ...options, mayExtract: context.mayExtract });
  if (extracted.reused) context.note?.(`Patch features: reused from ${extracted.store.storage.pathOf()}.`);
  return extracted;
}

async function extractOptions(
  context: FeatureContext,
  foregrounds: ClassForegrounds,
  samples: readonly Sample[],
  firstId: number,
): Promise<ExtractOptions> {
  const { options: all, engine, backbone, view, dataset, textures, bits, images, regions } = context;
  const { features } = view;
  const { seed, synthesis } = all;
  const forTraining = firstId === 0;
  const ofEvery = anomaliesOfEvery(context.anomalies ?? 'all', samples.length);
  return {
    engine,
    backbone,
    features,
    samples,
    produce: context.produce,
    root: dataset.root,
    classes: dataset.classes,
    setup: {
      geometry: features.geometry,
      ...(bits !== wholeRange && { bits }),
      seed,
      perImage: forTraining ? synthesis.perImage : 0,
      // Where it is all, features of before keep their key.
      ...(forTraining && ofEvery > 1 && { ofEvery }),
      synthesis: anomaliesOn(synthesis, view.grid),
      textures,
      foregroundClasses: synthesis.foreground
        ? dataset.classes.filter((name) => foregrounds[name]?.accepted)
        : [],
      ...(regions && regionsInSetup(dataset.classes, regions)),
    },
    insideOf: forTraining ? regions?.seenOf : undefined,
    fingerprint: forTraining ? seenFingerprint(context) : await fingerprint({ ...dataset, samples }, images),
    texturesFingerprint: textures ? await fingerprintFiles(textures, images) : '',
    cache: context.cache,
    firstId,
    onProgress: context.onProgress,
    note: context.note,
    signal: context.signal,
  };
}

/**
 * All good images, held-out ones too. A memory bank may hold all of them, as whatever predicts an image leaves out the image's own
 * entries: training, checkpoint selection and thresholds alike (docs/decisions/0013-every-good-image-in-the-bank.md).
 */
export function goodImages({ split }: Pick<FitContext, 'split'>): ReadonlySet<number> {
  return new Set([...split.fit, ...split.heldOut].sort((a, b) => a - b));
}
