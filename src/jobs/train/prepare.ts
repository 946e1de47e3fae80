/** @file What a training is asked to do, and what its steps share once everything has been read and checked. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { CladError } from '../../core/errors.ts';
import type { ExpectedTask } from '../../core/expected-task.ts';
import { requireWritable } from '../../core/files.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { trainingBits } from '../../data/bit-depth.ts';
import { withoutTrainingCopies } from '../../data/copies.ts';
import type { Dataset, Sample } from '../../data/dataset.ts';
import { fileRecords, fingerprintOf } from '../../data/fingerprint.ts';
import { requireOutside } from '../../data/folders.ts';
import { describeLeftOut, type LeftOut, type LeftOutSummary, summariseLeftOut } from '../../data/left-out.ts';
import { loadDataset } from '../../data/load.ts';
import { nearlyBlack } from '../../data/nearly-black.ts';
import { describeReadAsOne, foldersReadAsOne } from '../../data/nested.ts';
import { largePatches, largePatchesNote } from '../../data/patch-size.ts';
import { listTextures, verifyTextures } from '../../data/textures.ts';
import { type Examination, noteLeftOut, verifyImages } from '../../data/verify.ts';
import { type Backbone, type BackboneFlags, loadBackbone } from '../../features/backbones/backbone.ts';
import { builtinNames } from '../../features/backbones/builtin-backbone.ts';
import { type FeaturePlan, gridSideOf, planFeatures } from '../../features/patches/extractor.ts';
import type { SeenPicture } from '../../image/look.ts';
import type { SampleBits } from '../../image/samples.ts';
import type { MethodName } from '../../methods/contract.ts';
import type { Device, Engine } from '../../runtime/engine.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { type HeldOutSplit, splitHeldOut } from '../../training/held-out.ts';
import { presets, type TrainingOptions } from '../../training/options.ts';
import { type RunConfig, RunFolder } from '../run-folder.ts';
import { version } from '../version.ts';
import { expectedTasks } from './expected-tasks.ts';
import { noteCopies, withoutExcluded } from './training-images.ts';

export interface TrainRequest {
  /** Folder of the data set. */
  readonly data: string;
  readonly layout?: Dataset['layout'] | undefined;
  /** Run folder to write. */
  readonly out: string;
  /** Registered name or ONNX file. */
  readonly backbone: string;
  readonly backboneFlags?: BackboneFlags;
  /** Folder of texture images; the built-in generator where absent. */
  readonly textures?: string | undefined;
  /** How many bits of the samples of 16-bit files are used; found from all training images where absent (bit-depth.ts). */
  readonly bits?: SampleBits | undefined;
  readonly method: MethodName;
  /** Settings the options began with; one of the method's. */
  readonly preset: string;
  readonly options: TrainingOptions;
  readonly device?: Device;
  readonly threads?: number | undefined;
  readonly skipBroken?: boolean;
  /** Training images to leave out: paths, as they are or below the data set. */
  readonly exclude?: readonly string[] | undefined;
  /** At the end, leave out of the finished detector what stands out or lies in the wrong folder (exclude.ts). */
  readonly excludeOutliers?: boolean;
  readonly resume?: boolean;
  /** The detector will be evaluated afterwards: test images that are broken are to be met before the training. */
  readonly evaluated?: boolean;
  /** Where stores of patch features are kept and found again; within the run, and removed at its end, where absent. */
  readonly cache?: string | undefined;
  readonly onProgress?: ProgressListener;
  /** Told once, before them, of the tasks that progress will be of. */
  readonly onTasks?: (tasks: readonly ExpectedTask[]) => void;
  /** Sentences about the work, for people. */
  readonly note?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** What the steps of a training share. */
export interface Work {
  readonly request: TrainRequest;
  readonly engine: Engine;
  readonly run: RunFolder;
  readonly cache: string;
  readonly dataset: Dataset;
  /** Each picture once. */
  readonly training: readonly Sample[];
  /** Hashes of the training images' pixels, in their order. */
  readonly trainingPixels: readonly string[];
  readonly split: HeldOutSplit;
  readonly backbone: Backbone;
  readonly features: FeaturePlan;
  readonly textures: readonly string[] | null;
  readonly fingerprint: string;
  /** What was passed over in the folders of data set and textures, broken files among it. */
  readonly leftOut: LeftOutSummary;
  /** How 16-bit files are read. */
  readonly bits: SampleBits;
  /** What the training images are like, by path. */
  readonly seen: ReadonlyMap<string, SeenPicture>;
  /** What the fingerprint is made of: a text for each training image. */
  readonly records: readonly string[];
}

/** Checks that the run's folder may be written, before anything is read or made. */
export async function requireOutput({ out, data, resume = false }: TrainRequest): Promise<void> {
  new RunFolder(out).requireFree(resume);
  await requireWritable(out, 'Give another folder to --out.');
  await requireOutside('--out', out, data);
}

/** Reads and checks everything a training needs, and begins the run's folder; nothing expensive is done yet. */
export async function prepare(request: TrainRequest): Promise<Work> {
  const run = new RunFolder(request.out);
  const read = await readAll(request);
  const { engine, dataset, backbone } = read;
  const config: RunConfig = {
    cladVersion: version,
    method: request.method,
    preset: request.preset,
    data: { root: dataset.root, layout: dataset.layout, fingerprint: read.fingerprint },
    backbone: { path: backbone.path, name: backbone.card.name, sha256: backbone.sha256 },
    textures: request.textures === undefined ? null : resolve(request.textures),
    device: engine.device,
    skipBroken: request.skipBroken ?? false,
    bits: read.bits,
    options: read.request.options,
  };
  await run.begin(config, request.resume ?? false, read.records);
  await run.writeLeftOut(read.leftOut);
  return { ...read, run };
}

/** Reads and checks everything a training needs, and writes nothing. */
export async function readAll(request: TrainRequest): Promise<Omit<Work, 'run'>> {
  const { options, note } = request;
  const loaded = await withoutExcluded(
    await loadDataset(request.data, { layout: request.layout }),
    request.exclude ?? [],
  );
  request.onTasks?.(expectedTasks(request, loaded));
  await requireOutside('--out', request.out, loaded.root);
  if (request.cache !== undefined) await requireOutside('--cache', request.cache, loaded.root);
  const engine = await nodeEngine({ device: request.device, threads: request.threads });
  const backbone = await loadBackbone(request.backbone, request.backboneFlags, engine);
  for (const sentence of backbone.assumed) note?.(sentence);
  const { dataset, pixels, sizes, textures, leftOut, bits, seen } = await verified(request, loaded);
  for (const { path, message } of dataset.asides ?? []) note?.(`${path}: ${message}.`);
  const training = dataset.samples.filter(({ split }) => split === 'train');
  const chosen = layersOf(backbone, options.features);
  const features = await featurePlan(request, engine, backbone, chosen);
  const patches = { ...features.geometry, gridSide: gridSideOf(features) };
  const large = largePatchesNote(largePatches(training, sizes, patches));
  if (large !== undefined) note?.(large);
  const records = await fileRecords({ ...dataset, samples: training }, stoppable(request));
  return {
    // What was used is what the run and its detector say.
    request: { ...request, options: { ...options, features: chosen } },
    engine,
    cache: request.cache ?? new RunFolder(request.out).cache,
    dataset,
    training,
    trainingPixels: training.map(({ path }) => pixels.get(path) as string),
    split: splitHeldOut(training, options.heldOut, options.seed),
    backbone,
    features,
    textures,
    fingerprint: fingerprintOf(records),
    records,
    leftOut,
    bits,
    seen,
  };
}

/**
 * The photographs and textures, each decoded once: what is broken is refused, or left out where that was asked for. Of copies among the training images the
 * first is kept: counts, the held-out split, the memory bank and thresholds are of distinct pictures.
 */
async function verified(
  request: TrainRequest,
  loaded: Dataset,
): Promise<
  Pick<Work, 'dataset' | 'textures' | 'leftOut' | 'bits' | 'seen'> & Pick<Examination, 'pixels' | 'sizes'>
> {
  const { options, note, skipBroken = false } = request;
  const used = options.synthesis.perImage > 0;
  for (const each of foldersReadAsOne(loaded)) note?.(describeReadAsOne(each));
  const passed: LeftOut[] = [...loaded.leftOut];
  const onLeftOut = (entry: LeftOut) => passed.push(entry);
  const listed = request.textures === undefined ? null : await listTextures(request.textures, onLeftOut);
  if (listed === null && used)
    note?.(
      'Textures for synthetic anomalies: the built-in generator (give photographs with --textures DIR).',
    );
  const testToo = options.selection === 'test' || (request.evaluated ?? false);
  const splits: Sample['split'][] = testToo ? ['train', 'test'] : ['train'];
  const examine = { skipBroken, onProgress: stoppable(request) };
  const { bits, note: reading } = await trainingBits(loaded, request.bits, examine.onProgress);
  if (reading !== undefined) note?.(reading);
  const verified = await verifyImages(loaded, { splits, bits, ...examine });
  const { dataset, pixels, sizes, seen, broken, laterPages } = verified;
  passed.push(...laterPages);
  const { textures, broken: brokenTextures } =
    listed && used
      ? await verifyTextures(listed, { ...examine, onLeftOut })
      : { textures: listed, broken: [] };
  noteLeftOut(verified, note);
  for (const { path, reason } of brokenTextures) note?.(`left out: ${path}: ${reason}`);
  const lines = describeLeftOut(summariseLeftOut(passed), loaded.root);
  if (lines.length > 0) note?.(lines.join('\n'));
  noteCopies(dataset, pixels, note);
  for (const { className, message } of nearlyBlack(dataset.samples, seen))
    note?.(`${className}: ${message}.`);
  const leftOut = summariseLeftOut([...passed, ...broken, ...brokenTextures]);
  return { dataset: withoutTrainingCopies(dataset, pixels), pixels, sizes, textures, leftOut, bits, seen };
}

/** How patch features are made, with notes where it is otherwise than was asked for. @param chosen - by `layersOf` */
async function featurePlan(
  { options, backbone: asked, note }: TrainRequest,
  engine: Engine,
  backbone: Backbone,
  chosen: TrainingOptions['features'],
): Promise<FeaturePlan> {
  const { name: own, layers } = backbone.card;
  if (chosen !== options.features) {
    const used = [...chosen.fineLayers, ...chosen.layers].join(', ');
    note?.(`Backbone ${own} has no ${options.features.layers.join(', ')}: its own layers are used, ${used}.`);
  }
  const has = (layer: string) => layers.some(({ name }) => name === layer);
  const missing = chosen.fineLayers.filter((layer) => !has(layer));
  if (missing.length > 0 && !builtinNames.includes(asked))
    note?.(`Backbone ${own} has no ${missing.join(', ')}; left out of the patch features.`);
  return planFeatures(engine, backbone, {
    geometry: { size: chosen.inputSize, resizeTo: chosen.resizeTo ?? undefined },
    layers: chosen.layers,
    fineLayers: chosen.fineLayers.filter(has),
    fineWeight: chosen.fineWeight,
    aggregation:
      chosen.aggregation === 'pooled'
        ? { aggregation: 'pooled', width: chosen.width }
        : { aggregation: 'concatenated' },
  });
}

/**
 * The features asked for. Where nobody asked for layers, and the backbone has none of the usual names, with those of its card that have the usual
 * strides: 8 to 16, finer ones beside them; with all where it has none such. A backbone that has some of the names is meant to have the others too: that is
 * refused later.
 */
function layersOf({ card }: Backbone, features: TrainingOptions['features']): TrainingOptions['features'] {
  const usual = presets.paper.features.layers;
  const has = (name: string) => card.layers.some((layer) => layer.name === name);
  if (features.layers.join() !== usual.join() || usual.some(has)) return features;
  const named = (fits: (stride: number) => boolean) =>
    card.layers.filter(({ stride }) => fits(stride)).map(({ name }) => name);
  const middle = named((stride) => stride >= 8 && stride <= 16);
  if (middle.length === 0) return { ...features, layers: named(() => true), fineLayers: [] };
  const asked = features.fineLayers.filter(has);
  const fine = features.fineLayers.length === 0 || asked.length > 0 ? asked : named((stride) => stride < 8);
  return { ...features, layers: middle, fineLayers: fine };
}

/**
 * The request's progress listener, which also ends work that keeps nothing, once the signal is aborted. Work that has checkpoints is given the
 * signal itself.
 * @throws INTERRUPTED, out of the listener
 */
export function stoppable({
  onProgress,
  signal,
}: Pick<TrainRequest, 'onProgress' | 'signal'>): ProgressListener {
  return (progress) => {
    onProgress?.(progress);
    if (signal?.aborted) throw new CladError('INTERRUPTED', { where: progress.task });
  };
}

/** A key for what was made from these texts. */
export function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\u0000')).digest('hex');
}
