/**
 * @file `clad train` as a function: photographs of good parts in, a run folder with `model.onnx` out. Every long step leaves
 * something on disk that the next try finds.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { DetectorSpec } from '../detector/detector-graph.ts';
import { type DetectorMetadata, parseMetadata } from '../detector/metadata.ts';
import { classForegrounds } from '../features/class-foreground.ts';
import { decodeMetadata } from '../graph/index.ts';
import { inputStore } from '../training/input-store.ts';
import type { TrainedNetworks } from '../training/trainer.ts';
import { secondOpinion } from './opinion.ts';
import { extract, fitInput, writePictures } from './train-features.ts';
import { trainOn } from './train-networks.ts';
import { prepare, type TrainRequest, type Work } from './train-work.ts';
import { calibrateAndWrite } from './write-detector.ts';

export type { TrainRequest } from './train-work.ts';

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

/**
 * Trains one model over all products of a data set.
 * @throws every error of the data readers, the backbone and the run folder; INTERRUPTED when the signal is aborted
 */
export async function train(request: TrainRequest): Promise<TrainOutcome> {
  const started = Date.now();
  const work = await prepare(request);
  if (existsSync(work.run.model)) return finished(work);
  const { engine, run, training, split, backbone, features, dataset } = work;
  const foregrounds = await classForegrounds(training, features.geometry, {
    onProgress: request.onProgress,
  });
  await writePictures(work, foregrounds);
  const extracted = await extract(work, foregrounds, training, 0);
  const { fitted, fitKey } = await fitInput(work, extracted);
  const inputs = await inputStore({
    engine,
    features: extracted,
    fitted,
    fitKey,
    cache: work.cache,
    onProgress: request.onProgress,
    signal: request.signal,
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
