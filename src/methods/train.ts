/**
 * @file `clad train` as a function: photographs of good parts in, a run folder with `model.onnx` out. Every long step leaves
 * something on disk that the next try finds.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { writeFileAtomic } from '../core/files.ts';
import { changesFrom } from '../core/options.ts';
import type { ProgressListener } from '../core/progress.ts';
import { Random } from '../core/random.ts';
import type { Dataset, Sample } from '../data/dataset.ts';
import { fingerprint, fingerprintFiles } from '../data/fingerprint.ts';
import { loadDataset } from '../data/load.ts';
import { listTextures } from '../data/textures.ts';
import { verifyImages } from '../data/verify.ts';
import { calibrateClass } from '../detector/calibrate.ts';
import { Detector, type Prediction } from '../detector/detector.ts';
import { type DetectorSpec, detectorGraph } from '../detector/detector-graph.ts';
import { type DetectorMetadata, metadataKey, parseMetadata } from '../detector/metadata.ts';
import { type Backbone, type BackboneFlags, loadBackbone } from '../features/backbone.ts';
import { type ClassForegrounds, classForegrounds, someTraining } from '../features/class-foreground.ts';
import { type ExtractedStore, type ExtractOptions, extractFeatures } from '../features/extract.ts';
import { type FeaturePlan, gridSideOf, planFeatures } from '../features/extractor.ts';
import type { InputGeometry } from '../features/preprocess.ts';
import { writeSynthesisPictures } from '../features/synthesis-pictures.ts';
import { proceduralTextures, textureFolder } from '../features/texture-source.ts';
import { decodeMetadata } from '../graph/index.ts';
import { decodeImage } from '../image/decode.ts';
import type { FittedInput } from '../model/network-input.ts';
import { initialParameters } from '../model/parameters.ts';
import type { Device, Engine } from '../runtime/engine.ts';
import { nodeEngine } from '../runtime/node.ts';
import type { LocalAnomalyOptions } from '../synthesis/local-anomaly.ts';
import { CheckpointFolder } from '../training/checkpoint.ts';
import { fitFeatureInput, fitResidualInput } from '../training/fit-input.ts';
import { readFitted, writeFitted } from '../training/fitted-file.ts';
import { type HeldOutSplit, splitHeldOut } from '../training/held-out.ts';
import { inputStore } from '../training/input-store.ts';
import { type PresetName, presets, type TrainingOptions } from '../training/options.ts';
import type { FitSource } from '../training/sample-rows.ts';
import { type TrainedNetworks, trainNetworks } from '../training/trainer.ts';
import { secondOpinion } from './opinion.ts';
import { type RunConfig, RunFolder } from './run-folder.ts';
import { type Judge, syntheticJudge, testJudge } from './selection.ts';
import { version } from './version.ts';

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
  readonly preset: PresetName;
  readonly options: TrainingOptions;
  readonly device?: Device;
  readonly threads?: number | undefined;
  readonly skipBroken?: boolean;
  readonly resume?: boolean;
  /** Where stores of patch features are kept and found again; within the run, and removed at its end, where absent. */
  readonly cache?: string | undefined;
  readonly onProgress?: ProgressListener;
  /** Sentences about the work, for people. */
  readonly note?: (text: string) => void;
  readonly signal?: AbortSignal;
}

export interface TrainOutcome {
  readonly run: string;
  readonly model: string;
  readonly metadata: DetectorMetadata;
  /** Of both stages; null where the run had been finished before. */
  readonly steps: TrainedNetworks['steps'] | null;
  /** Step and value of the judgement that chose the networks. */
  readonly chosen: TrainedNetworks['chosen'] | null;
  readonly seconds: number;
}

/** What the steps below share. */
interface Work {
  readonly request: TrainRequest;
  readonly engine: Engine;
  readonly run: RunFolder;
  readonly cache: string;
  readonly dataset: Dataset;
  readonly training: readonly Sample[];
  readonly split: HeldOutSplit;
  readonly backbone: Backbone;
  readonly features: FeaturePlan;
  readonly textures: readonly string[] | null;
  readonly fingerprint: string;
}

/**
 * Trains one model over all products of a data set.
 * @throws every error of the data readers, the backbone and the run folder; INTERRUPTED when the signal is aborted
 */
export async function train(request: TrainRequest): Promise<TrainOutcome> {
  const started = Date.now();
  const work = await prepare(request);
  if (existsSync(work.run.model)) return finished(work);
  const { engine, run, training, split, backbone, features, dataset } = work;
  const foregrounds = await classForegrounds(training, features.geometry, progress(request));
  await writePictures(work, foregrounds);
  const extracted = await extract(work, foregrounds, training, 0);
  const { fitted, fitKey } = await fitInput(work, extracted);
  const inputs = await inputStore({
    engine,
    features: extracted,
    fitted,
    fitKey,
    cache: work.cache,
    ...progress(request),
    ...signal(request),
  });
  const networks = await trainOn(work, foregrounds, inputs, fitted, fitKey);
  const trained = { fitted, parameters: networks.parameters, classes: dataset.classes };
  const { options } = request;
  const opinion = await secondOpinion(engine, trained, extracted, split.heldOut, options.score.networkWeight);
  const spec: DetectorSpec = {
    ...trained,
    backbone,
    features,
    opinion,
    blurSigma: options.score.blurSigma,
    topShare: options.score.topShare,
  };
  const metadata = await calibrateAndWrite(work, spec);
  if (request.cache === undefined) await run.clearCache();
  return {
    run: run.path,
    model: run.model,
    metadata,
    steps: networks.steps,
    chosen: networks.chosen ?? null,
    seconds: (Date.now() - started) / 1000,
  };
}

/** A run that is asked to go on but has come to its end. */
async function finished({ run, request }: Work): Promise<TrainOutcome> {
  request.note?.(`${run.path} is finished already; nothing was done.`);
  const metadata = parseMetadata(decodeMetadata(await readFile(run.model)), run.model);
  return { run: run.path, model: run.model, metadata, steps: null, chosen: null, seconds: 0 };
}

async function prepare(request: TrainRequest): Promise<Work> {
  const { options, note } = request;
  const run = new RunFolder(request.out);
  run.requireFree(request.resume ?? false);
  const layout = request.layout === undefined ? {} : { layout: request.layout };
  const loaded = await loadDataset(request.data, layout);
  const engine = await nodeEngine({
    ...(request.device && { device: request.device }),
    ...(request.threads !== undefined && { threads: request.threads }),
  });
  const backbone = await loadBackbone(request.backbone, request.backboneFlags, engine);
  for (const sentence of backbone.assumed) note?.(sentence);
  const textures = request.textures === undefined ? null : await listTextures(request.textures);
  if (textures === null)
    note?.(
      'Textures for synthetic anomalies: the built-in generator (give photographs with --textures DIR).',
    );
  const splits: Sample['split'][] = options.selection === 'test' ? ['train', 'test'] : ['train'];
  const skipBroken = request.skipBroken ?? false;
  const { dataset, broken } = await verifyImages(loaded, { splits, skipBroken, ...progress(request) });
  for (const { path, reason } of broken) note?.(`left out: ${path}: ${reason}`);
  const training = dataset.samples.filter(({ split }) => split === 'train');
  const split = splitHeldOut(training, options.heldOut, options.seed);
  const { features: chosen } = options;
  const geometry: InputGeometry = {
    size: chosen.inputSize,
    resizeShorterTo: chosen.resizeShorterTo ?? undefined,
  };
  const features = await planFeatures(engine, backbone, {
    geometry,
    layers: chosen.layers,
    aggregation:
      chosen.aggregation === 'pooled'
        ? { aggregation: 'pooled', width: chosen.width }
        : { aggregation: 'concatenated' },
  });
  const trainFingerprint = await fingerprint({ ...dataset, samples: training });
  const config: RunConfig = {
    cladVersion: version,
    method: 'clad',
    preset: request.preset,
    data: { root: dataset.root, layout: dataset.layout, fingerprint: trainFingerprint },
    backbone: { path: backbone.path, name: backbone.card.name, sha256: backbone.sha256 },
    textures: request.textures === undefined ? null : resolve(request.textures),
    device: engine.device,
    skipBroken,
    options,
  };
  await run.begin(config, request.resume ?? false);
  return {
    request,
    engine,
    run,
    cache: request.cache ?? run.cache,
    dataset,
    training,
    split,
    backbone,
    features,
    textures,
    fingerprint: trainFingerprint,
  };
}

function progress({ onProgress }: TrainRequest): { onProgress?: ProgressListener } {
  return onProgress ? { onProgress } : {};
}

function signal({ signal: abort }: TrainRequest): { signal?: AbortSignal } {
  return abort ? { signal: abort } : {};
}

/** A few synthetic anomalies of each class, to look at. */
async function writePictures(work: Work, foregrounds: ClassForegrounds): Promise<void> {
  const { request, training, features, textures, run } = work;
  const { synthesis, seed } = request.options;
  if (synthesis.perImage === 0) return;
  await writeSynthesisPictures({
    samples: someTraining(training, 4),
    foregrounds: synthesis.foreground ? foregrounds : {},
    textures: textures ? textureFolder(textures) : proceduralTextures(),
    geometry: features.geometry,
    seed,
    folder: run.samples,
    synthesis: synthesisOptions(work),
  });
}

function synthesisOptions({ request, features }: Work): Partial<LocalAnomalyOptions> {
  const { perImage: _, minCoverage: __, ...synthesis } = request.options.synthesis;
  return { ...synthesis, gridSide: gridSideOf(features) };
}

async function extract(
  work: Work,
  foregrounds: ClassForegrounds,
  samples: readonly Sample[],
  firstId: number,
): Promise<ExtractedStore> {
  const { request, engine, backbone, features, dataset, textures } = work;
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
    cache: work.cache,
    firstId,
    ...progress(request),
    ...signal(request),
  };
  const extracted = await extractFeatures(options);
  if (extracted.reused) request.note?.(`Patch features: reused from ${extracted.store.folder}.`);
  return extracted;
}

/** Fits what enters the networks, or reads what an earlier try fitted. */
async function fitInput(work: Work, { store, index }: ExtractedStore) {
  const { request, engine, run, split } = work;
  const { options } = request;
  const path = join(run.checkpoint, 'input.safetensors');
  const fitKey = hashOf([
    store.header.key,
    JSON.stringify([options.seed, options.heldOut, options.input, options.globalAnomalies.noise]),
  ]);
  const before = await readFitted(path, fitKey);
  if (before) return { fitted: before, fitKey };
  const source: FitSource = { store, index, images: split.fit };
  const fitted =
    options.input.kind === 'feature'
      ? await fitFeatureInput(source, options)
      : await fitResidualInput(engine, source, options, request.onProgress);
  await writeFitted(path, fitted, fitKey);
  return { fitted, fitKey };
}

async function trainOn(
  work: Work,
  foregrounds: ClassForegrounds,
  inputs: Pick<ExtractedStore, 'store' | 'index'>,
  fitted: FittedInput,
  fitKey: string,
): Promise<TrainedNetworks> {
  const { request, engine, run, split } = work;
  const { options } = request;
  const checkpoints = new CheckpointFolder(run.checkpoint, hashOf([fitKey, JSON.stringify(options)]));
  const resume = request.resume ?? false;
  const reached = resume ? await checkpoints.read() : undefined;
  await run.rewindLog(reached?.progress.stage ?? 1, reached?.progress.step ?? 0);
  const judge = await makeJudge(work, foregrounds, inputs, fitted, fitKey);
  // Lines are written one after another, without holding up the training.
  let writing: Promise<void> = Promise.resolve();
  try {
    return await trainNetworks({
      engine,
      source: { ...inputs, images: split.fit },
      fitted,
      training: options,
      checkpoints,
      resume,
      ...(judge && { judge: judge.judge }),
      log: (entry) => {
        writing = writing.then(() => run.log(entry));
      },
      ...progress(request),
      ...signal(request),
    });
  } finally {
    await writing;
    await judge?.release();
  }
}

async function makeJudge(
  work: Work,
  foregrounds: ClassForegrounds,
  inputs: Pick<ExtractedStore, 'store' | 'index'>,
  fitted: FittedInput,
  fitKey: string,
): Promise<Judge | undefined> {
  const { request, engine, split, dataset, features, training } = work;
  const { options } = request;
  if (options.selection === 'last') return undefined;
  const example = initialParameters(
    {
      inputWidth: fitted.width,
      adaptorWidths: options.adaptor,
      discriminatorWidths: options.discriminator,
      classes: dataset.classes.length,
    },
    new Random('example'),
  );
  const common = { engine, fitted, training: options, example };
  if (options.selection === 'synthetic') return syntheticJudge({ ...common, inputs, heldOut: split.heldOut });
  const samples = dataset.samples.filter((sample) => sample.split === 'test');
  const firstId = training.length;
  const testFeatures = await extract(work, foregrounds, samples, firstId);
  const testInputs = await inputStore({
    engine,
    features: testFeatures,
    fitted,
    fitKey,
    cache: work.cache,
    ...progress(request),
  });
  return testJudge({ ...common, inputs: testInputs, samples, firstId, geometry: features.geometry });
}

/** Judges the held-out good images with the very file, sets thresholds by them, and writes it. */
async function calibrateAndWrite(work: Work, spec: DetectorSpec): Promise<DetectorMetadata> {
  const { engine, run, training, split, request, dataset } = work;
  const metadata = describe(work);
  const graph = detectorGraph(spec);
  const bytes = (content: DetectorMetadata) => graph.toBytes({ [metadataKey]: JSON.stringify(content) });
  const detector = await Detector.fromBytes(engine, bytes(metadata), run.model);
  const predictions = new Map<string, Pick<Prediction, 'score' | 'map'>[]>();
  const held = [...split.heldOut].map((id) => training[id]);
  try {
    let done = 0;
    for (const { path, className } of held) {
      const { score, map } = await detector.predict(await decodeImage(path));
      predictions.set(className, [...(predictions.get(className) ?? []), { score, map }]);
      request.onProgress?.({ task: 'thresholds', done: ++done, total: held.length, unit: 'images' });
    }
  } finally {
    await detector.release();
  }
  for (const className of dataset.classes) {
    const { threshold, display } = calibrateClass(
      predictions.get(className) ?? [],
      request.options.falseAlarmRate,
    );
    metadata.thresholds[className] = threshold;
    metadata.display[className] = display;
  }
  await writeFileAtomic(run.model, bytes(metadata));
  return metadata;
}

function describe(work: Work): DetectorMetadata {
  const { request, dataset, training, split, backbone, features, engine, textures } = work;
  const { options } = request;
  const count = (ids: ReadonlySet<number>) =>
    Object.fromEntries(
      dataset.classes.map((name) => [name, [...ids].filter((id) => training[id].className === name).length]),
    );
  const { name, licence, source } = backbone.card;
  return {
    format: 1,
    cladVersion: version,
    created: new Date().toISOString(),
    method: 'clad',
    classes: [...dataset.classes],
    geometry: { size: features.geometry.size, resizeShorterTo: features.geometry.resizeShorterTo ?? null },
    thresholds: {},
    display: {},
    provenance: {
      data: {
        // The name alone: the file travels, and the path is nobody's business.
        name: basename(dataset.root),
        layout: dataset.layout,
        fingerprint: work.fingerprint,
        trainingImages: count(split.fit),
        heldOutImages: count(split.heldOut),
      },
      backbone: { name, sha256: backbone.sha256, licence: licence ?? '', source: source ?? '' },
      textures: (textures ? textureFolder(textures) : proceduralTextures()).description,
      preset: request.preset,
      changes: changesFrom(presets[request.preset], options),
      seed: options.seed,
      selection: options.selection,
      device: engine.device,
    },
  };
}

function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\u0000')).digest('hex');
}
