/**
 * @file `clad train` as a function: photographs of good parts in, a run folder with `model.onnx` out. Every long step leaves
 * something on disk that the next try finds.
 */
import { existsSync } from 'node:fs';
import { CladError } from '../../core/errors.ts';
import { readBytes } from '../../core/files.ts';
import { withLock } from '../../core/lock.ts';
import { madeAgain } from '../../core/made-again.ts';
import { checkOptions } from '../../core/options.ts';
import { blaming } from '../../core/plugin.ts';
import { stoppable } from '../../core/progress.ts';
import type { LeftOutSummary } from '../../data/left-out.ts';
import { readDetector } from '../../detector/file-checksum.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import type { Fitted, StoredImages } from '../../methods/contract.ts';
import { methodOf } from '../../methods/registry.ts';
import type { Validation } from '../../training/checkpoint.ts';
import { goodImageWarnings } from '../good-images/good-image-warnings.ts';
import { readGoodImagesFile } from '../good-images/good-images-file.ts';
import { misplaced, type RankedImage, standOut } from '../good-images/ranked-images.ts';
import { requireRequest } from '../request-fields.ts';
import { RunFolder } from '../run-folder.ts';
import { excludeUnlocked } from '../update/exclude.ts';
import { prepare, requireOutput } from './prepare.ts';
import { type TrainRequest, trainFields, type Work } from './train-request.ts';
import { calibrateAndWrite } from './write-detector.ts';

export type { TrainRequest } from './train-request.ts';

export interface TrainOutcome {
  readonly run: string;
  readonly model: string;
  readonly metadata: DetectorMetadata;
  /** Good images that stand out from those of their class, the furthest first; null where the run had been finished before. */
  readonly standingOut: readonly RankedImage[] | null;
  /** Good images that are recognised as another class, the surest first; null as `standingOut`. */
  readonly misplaced: readonly RankedImage[] | null;
  /** Sentences on what is wrong with the training, and on what to look at before the thresholds are believed. */
  readonly warnings: readonly string[];
  /** Gradient steps by stage; null where the run had been finished before. */
  readonly steps: Fitted['steps'] | null;
  /** Step and value of the validation that chose the networks. */
  readonly chosen: Validation | null;
  /** What was passed over in the folders of data set and textures. */
  readonly leftOut: LeftOutSummary;
  readonly seconds: number;
  /** Of these, until the features of the training images were there. */
  readonly featureSeconds: number;
}

/**
 * Trains one model over all classes of a data set.
 * @throws every error of the data readers, the backbone and the run folder; IN_USE where another training writes it; INTERRUPTED when the signal is aborted
 */
export async function train(request: TrainRequest): Promise<TrainOutcome> {
  requireRequest('train', trainFields, request);
  checkOptions((await methodOf(request.method)).options, request.options);
  await requireOutput(request);
  return withLock(new RunFolder(request.out).lock, () => trainAlone(request));
}

/** The training, while no other writes the run's folder. */
async function trainAlone(request: TrainRequest): Promise<TrainOutcome> {
  const started = Date.now();
  const work = await prepare(request);
  if (existsSync(work.run.model) && (await isWhole(work))) return excluding(await finished(work), request);
  const { run } = work;
  const prepared = secondsSince(started);
  const { fitted, metadata, goodImages } = await blaming(work.method.file, async () => {
    const made = requireFitted(await fitOrForget(work), work.training.length);
    return { fitted: made, ...(await calibrateAndWrite(work, made)) };
  });
  const { steps, chosen, warnings = [], sharedSeconds = 0 } = fitted;
  if (request.cache === undefined) await run.clearCache();
  const outcome: TrainOutcome = {
    run: run.path,
    model: run.model,
    metadata,
    standingOut: standOut(goodImages),
    misplaced: misplaced(goodImages),
    warnings: [...warnings, ...goodImageWarnings(goodImages, metadata)],
    steps,
    chosen: chosen ?? null,
    leftOut: work.leftOut,
    seconds: secondsSince(started),
    featureSeconds: prepared + sharedSeconds,
  };
  return excluding(outcome, request);
}

/** Fits; a new run that is refused for its shards has nothing worth going on with, and is taken back. */
async function fitOrForget(work: Work): Promise<Fitted> {
  try {
    return await work.method.fit(work);
  } catch (error) {
    const refused = error instanceof CladError && error.code.startsWith('SHARDS_');
    if (refused && !work.resume) await work.run.forget();
    throw error;
  }
}

/** A method from a file may give anything. @throws TypeError */
function requireFitted(fitted: Fitted, images: number): Fitted {
  const { graph, reach, steps, entryImages = [], stored } = (fitted as Partial<Fitted> | undefined) ?? {};
  const refuse = (what: string) => {
    throw new TypeError(`its fit gave no ${what}`);
  };
  if (typeof graph !== 'function') refuse('function graph');
  if (!(Number(reach) >= 0)) refuse('reach, a number of pixels from 0');
  if (stored !== undefined && !isStored(stored))
    refuse('stored with functions read and graph, and an input with dtype and shape');
  const counts = typeof steps === 'object' && steps !== null ? Object.values(steps) : [Number.NaN];
  if (!counts.every((count) => Number.isInteger(count) && count >= 0))
    refuse('steps, whole numbers by stage');
  if (!entryImages.every((id) => Number.isInteger(id) && id >= 0 && id < images))
    refuse('entryImages that are numbers of training images');
  return fitted;
}

function isStored(given: StoredImages): boolean {
  const { read, graph, input } = (given as Partial<StoredImages> | null) ?? {};
  const { dtype, shape } = (input as Partial<StoredImages['input']> | undefined) ?? {};
  return [read, graph].every((each) => typeof each === 'function') && Boolean(dtype) && Array.isArray(shape);
}

/** What stands out leaves the finished detector, where that was asked for and has not happened. */
async function excluding(outcome: TrainOutcome, request: TrainRequest): Promise<TrainOutcome> {
  if (!request.excludeOutliers || outcome.metadata.provenance.exclusions) return outcome;
  const { run, model } = outcome;
  const { device, threads } = request;
  const asked = { run, exclude: [], outliers: true, device, threads, onProgress: stoppable(request) };
  const { excluded, standingOut, misplaced, warnings } = await excludeUnlocked(asked);
  for (const image of excluded) request.note?.(`left out of ${image.class}: ${image.path}`);
  const { metadata } = readDetector(await readBytes(model), model);
  return { ...outcome, metadata, standingOut, misplaced, warnings };
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
    const added = file?.images.filter((image) => image.added).length ?? 0;
    if (added > 0)
      request.note?.(
        `Good images that clad update had added are not in it any more: ${added}. Add them once more, or put a file of ${run.versions} in its place.`,
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
