/**
 * @file `clad train` as a function: photographs of good parts in, a run folder with `model.onnx` out. Every long step leaves
 * something on disk that the next try finds.
 */
import { existsSync } from 'node:fs';
import { CladError } from '../core/errors.ts';
import { readBytes } from '../core/files.ts';
import { withLock } from '../core/lock.ts';
import type { LeftOutSummary } from '../data/left-out.ts';
import type { DetectorSpec } from '../detector/detector-graph.ts';
import { readDetector } from '../detector/file-checksum.ts';
import type { DetectorMetadata } from '../detector/metadata.ts';
import { classForegrounds } from '../features/class-foreground.ts';
import type { TrainingOptions } from '../training/options.ts';
import type { TrainedNetworks } from '../training/trainer.ts';
import { excludeUnlocked } from './exclude.ts';
import { goodImageWarnings } from './good-image-warnings.ts';
import { readGoodImagesFile } from './good-images-file.ts';
import { madeAgain } from './made-again.ts';
import { methods } from './registry.ts';
import { requireRequest } from './request-fields.ts';
import { RunFolder } from './run-folder.ts';
import { misplaced, type RankedImage, standOut } from './standing-out.ts';
import { extract, writePictures } from './train-features.ts';
import { prepare, requireOutput, stoppable, type TrainRequest, type Work } from './train-work.ts';
import { calibrateAndWrite } from './write-detector.ts';

export type { TrainRequest } from './train-work.ts';

export interface TrainOutcome {
  readonly run: string;
  readonly model: string;
  readonly metadata: DetectorMetadata;
  /** Good images that stand out from those of their product, the furthest first; null where the run had been finished before. */
  readonly standingOut: readonly RankedImage[] | null;
  /** Good images that are recognised as another product, the surest first; null as `standingOut`. */
  readonly misplaced: readonly RankedImage[] | null;
  /** Sentences on what to look at before the thresholds are believed. */
  readonly warnings: readonly string[];
  /** Of both stages; null where the run had been finished before. */
  readonly steps: TrainedNetworks['steps'] | null;
  /** Step and value of the judgement that chose the networks. */
  readonly chosen: TrainedNetworks['chosen'] | null;
  /** What was passed over in the folders of data set and textures. */
  readonly leftOut: LeftOutSummary;
  readonly seconds: number;
  /** Of these, until the features of the training images were there. */
  readonly featureSeconds: number;
}

/**
 * Trains one model over all products of a data set.
 * @throws every error of the data readers, the backbone and the run folder; IN_USE where another training writes it; INTERRUPTED when the signal is aborted
 */
export async function train(request: TrainRequest): Promise<TrainOutcome> {
  requireRequest('train', 'train', request);
  checkInput(request);
  await requireOutput(request);
  return withLock(new RunFolder(request.out).lock, () => trainAlone(request));
}

/** The training, while no other writes the run's folder. */
async function trainAlone(request: TrainRequest): Promise<TrainOutcome> {
  const started = Date.now();
  const work = await prepare(request);
  if (existsSync(work.run.model) && (await isWhole(work))) return excluding(await finished(work), request);
  const { run, backbone, features } = work;
  const { score } = request.options;
  const { foregrounds, extracted } = await extractTraining(work);
  const featureSeconds = secondsSince(started);
  const trained = await methods[request.method].train(work, foregrounds, extracted);
  const { model, steps, chosen } = trained;
  const spec: DetectorSpec = {
    backbone,
    features,
    model,
    blurSigma: score.blurSigma,
    topShare: score.topShare,
  };
  const { metadata, goodImages } = await calibrateAndWrite(work, spec, trained, presetOf(request));
  if (request.cache === undefined) await run.clearCache();
  const outcome: TrainOutcome = {
    run: run.path,
    model: run.model,
    metadata,
    standingOut: standOut(goodImages),
    misplaced: misplaced(goodImages),
    warnings: goodImageWarnings(goodImages, metadata),
    steps,
    chosen: chosen ?? null,
    leftOut: work.leftOut,
    seconds: secondsSince(started),
    featureSeconds,
  };
  return excluding(outcome, request);
}

/** What stands out leaves the finished detector, where that was asked for and has not happened. */
async function excluding(outcome: TrainOutcome, request: TrainRequest): Promise<TrainOutcome> {
  if (!request.excludeOutliers || outcome.metadata.provenance.exclusions) return outcome;
  const { run, model } = outcome;
  const { device, threads } = request;
  const asked = { run, exclude: [], outliers: true, device, threads, onProgress: stoppable(request) };
  const { excluded, standingOut, misplaced, warnings } = await excludeUnlocked(asked);
  for (const { path, product } of excluded) request.note?.(`left out of ${product}: ${path}`);
  const { metadata } = readDetector(await readBytes(model), model);
  return { ...outcome, metadata, standingOut, misplaced, warnings };
}

/** Foregrounds, pictures of the synthesis, and the features of the training images. */
async function extractTraining(work: Work) {
  const { training, features, request, bits } = work;
  const foregrounds =
    request.options.synthesis.perImage === 0
      ? {}
      : await classForegrounds(training, features.geometry, { bits, onProgress: stoppable(request) });
  await writePictures(work, foregrounds);
  return { foregrounds, extracted: await extract(work, foregrounds, training, 0) };
}

/** @throws OPTION_INVALID when the method has no such preset */
export function presetOf({ method, preset }: Pick<TrainRequest, 'method' | 'preset'>): TrainingOptions {
  const { presets } = methods[method];
  if (Object.hasOwn(presets, preset)) return presets[preset] as TrainingOptions;
  throw new CladError('OPTION_INVALID', {
    option: 'preset',
    expected: `one of ${Object.keys(presets).join(', ')} for method ${method}`,
    actual: preset,
  });
}

/** @throws OPTION_INVALID when the method cannot take what `input.kind` asks for */
export function checkInput({ method, options }: Pick<TrainRequest, 'method' | 'options'>): void {
  const { inputs } = methods[method];
  const { kind } = options.input;
  if (inputs.includes(kind)) return;
  throw new CladError('OPTION_INVALID', {
    option: 'input.kind',
    expected: `${inputs.join(' or ')} for method ${method}`,
    actual: kind,
  });
}

/** Whether the detector of a run that is asked to go on is as it was written; else it is told, and written again. */
async function isWhole({ run, request }: Work): Promise<boolean> {
  try {
    readDetector(await readBytes(run.model), run.model);
    return true;
  } catch (error) {
    if (!(error instanceof CladError) || error.code !== 'DETECTOR_INVALID') throw error;
    request.note?.(madeAgain(error.message));
    const file = await readGoodImagesFile(run.goodImagesState).catch(() => undefined);
    const excluded = file?.images.filter((image) => image.excluded).length ?? 0;
    if (excluded > 0)
      request.note?.(
        `Good images that clad update had left out are in it again: ${excluded}. Leave them out once more.`,
      );
    return false;
  }
}

/** A run that is asked to go on but has come to its end. */
async function finished({ run, request, leftOut }: Work): Promise<TrainOutcome> {
  request.note?.(`${run.path} is finished already; nothing was done.`);
  // A process that was killed between the last two steps of a training left it.
  if (request.cache === undefined) await run.clearCache();
  const { metadata } = readDetector(await readBytes(run.model), run.model);
  return {
    run: run.path,
    model: run.model,
    metadata,
    standingOut: null,
    misplaced: null,
    warnings: [],
    steps: null,
    chosen: null,
    leftOut,
    seconds: 0,
    featureSeconds: 0,
  };
}

function secondsSince(start: number): number {
  return (Date.now() - start) / 1000;
}
