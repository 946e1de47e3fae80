/**
 * @file `clad train` as a function: photographs of good parts in, a run folder with `model.onnx` out. Every long step leaves
 * something on disk that the next try finds.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { CladError } from '../core/errors.ts';
import type { DetectorSpec } from '../detector/detector-graph.ts';
import { type DetectorMetadata, parseMetadata } from '../detector/metadata.ts';
import { classForegrounds } from '../features/class-foreground.ts';
import { decodeMetadata } from '../graph/index.ts';
import type { TrainingOptions } from '../training/options.ts';
import type { TrainedNetworks } from '../training/trainer.ts';
import { methods } from './registry.ts';
import { requireRequest } from './request-fields.ts';
import { type RankedImage, standOut } from './standing-out.ts';
import { extract, writePictures } from './train-features.ts';
import { prepare, stoppable, type TrainRequest, type Work } from './train-work.ts';
import { calibrateAndWrite } from './write-detector.ts';

export type { TrainRequest } from './train-work.ts';

export interface TrainOutcome {
  readonly run: string;
  readonly model: string;
  readonly metadata: DetectorMetadata;
  /** Good images that stand out from those of their product, the furthest first; null where the run had been finished before. */
  readonly standingOut: readonly RankedImage[] | null;
  /** Of both stages; null where the run had been finished before. */
  readonly steps: TrainedNetworks['steps'] | null;
  /** Step and value of the judgement that chose the networks. */
  readonly chosen: TrainedNetworks['chosen'] | null;
  readonly seconds: number;
  /** Of these, until the features of the training images were there. */
  readonly featureSeconds: number;
}

/**
 * Trains one model over all products of a data set.
 * @throws every error of the data readers, the backbone and the run folder; INTERRUPTED when the signal is aborted
 */
export async function train(request: TrainRequest): Promise<TrainOutcome> {
  requireRequest('train', 'train', request);
  const started = Date.now();
  checkInput(request);
  const work = await prepare(request);
  if (existsSync(work.run.model)) return finished(work);
  const { run, backbone, features } = work;
  const { score } = request.options;
  const { foregrounds, extracted } = await extractTraining(work);
  const featureSeconds = secondsSince(started);
  const { model, steps, chosen } = await methods[request.method].train(work, foregrounds, extracted);
  const spec: DetectorSpec = {
    backbone,
    features,
    model,
    blurSigma: score.blurSigma,
    topShare: score.topShare,
  };
  const { metadata, goodImages } = await calibrateAndWrite(
    work,
    spec,
    presetOf(request),
    steps.stage1 + steps.stage2 > 0,
  );
  if (request.cache === undefined) await run.clearCache();
  return {
    run: run.path,
    model: run.model,
    metadata,
    standingOut: standOut(goodImages),
    steps,
    chosen: chosen ?? null,
    seconds: secondsSince(started),
    featureSeconds,
  };
}

/** Foregrounds, pictures of the synthesis, and the features of the training images. */
async function extractTraining(work: Work) {
  const { training, features, request } = work;
  const foregrounds =
    request.options.synthesis.perImage === 0
      ? {}
      : await classForegrounds(training, features.geometry, { onProgress: stoppable(request) });
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

/** A run that is asked to go on but has come to its end. */
async function finished({ run, request }: Work): Promise<TrainOutcome> {
  request.note?.(`${run.path} is finished already; nothing was done.`);
  // A process that was killed between the last two steps of a training left it.
  if (request.cache === undefined) await run.clearCache();
  const metadata = parseMetadata(decodeMetadata(await readFile(run.model)), run.model);
  return {
    run: run.path,
    model: run.model,
    metadata,
    standingOut: null,
    steps: null,
    chosen: null,
    seconds: 0,
    featureSeconds: 0,
  };
}

function secondsSince(start: number): number {
  return (Date.now() - start) / 1000;
}
