/** @file The networks of a training: both stages, what judges them, and the log. */
import { diskStorage } from '../core/disk-storage.ts';
import type { ClassForegrounds } from '../features/class-foreground.ts';
import type { ExtractedStore } from '../features/extract.ts';
import type { FittedInput } from '../model/network-input.ts';
import { CheckpointFolder } from '../training/checkpoint.ts';
import { inputStore } from '../training/input-store.ts';
import type { TrainableNetworks } from '../training/trainable.ts';
import { type TrainedNetworks, trainNetworks } from '../training/trainer.ts';
import { type Judge, syntheticJudge, testJudge } from './selection.ts';
import { extract } from './train-features.ts';
import { hashOf, type Work } from './train-work.ts';

/** Trains networks, from the checkpoint where the run is continued, and keeps the run's log. */
export async function trainOn(
  work: Work,
  foregrounds: ClassForegrounds,
  inputs: Pick<ExtractedStore, 'store' | 'index'>,
  fitted: FittedInput,
  fitKey: string,
  networks: TrainableNetworks,
): Promise<TrainedNetworks> {
  const { request, engine, run, split } = work;
  const { options } = request;
  const checkpoints = new CheckpointFolder(
    diskStorage(run.checkpoint),
    hashOf([fitKey, JSON.stringify(options)]),
  );
  const resume = request.resume ?? false;
  const reached = resume ? (await checkpoints.read(request.note))?.progress : undefined;
  await run.rewindLog(reached?.stage ?? 1, reached?.step ?? 0);
  const judge = await makeJudge(work, foregrounds, inputs, fitted, fitKey, networks);
  // Lines are written one after another, without holding up the training; one that cannot be written ends it at the next.
  let writing: Promise<void> = Promise.resolve();
  let failure: unknown;
  const log = (entry: object) => {
    if (failure !== undefined) throw failure;
    writing = writing
      .then(() => run.log(entry))
      .catch((error: unknown) => {
        failure ??= error;
      });
  };
  let trained: TrainedNetworks;
  try {
    trained = await trainNetworks({
      engine,
      source: { ...inputs, images: split.fit },
      fitted,
      networks,
      training: options,
      checkpoints,
      resume,
      judge: judge?.judge,
      log,
      onProgress: request.onProgress,
      signal: request.signal,
    });
  } finally {
    await judge?.release();
    await writing;
  }
  if (failure !== undefined) throw failure;
  return trained;
}

async function makeJudge(
  work: Work,
  foregrounds: ClassForegrounds,
  inputs: Pick<ExtractedStore, 'store' | 'index'>,
  fitted: FittedInput,
  fitKey: string,
  networks: TrainableNetworks,
): Promise<Judge | undefined> {
  const { request, engine, split, dataset, features, training } = work;
  const { options } = request;
  if (options.selection === 'last') return undefined;
  const common = { engine, fitted, training: options, networks };
  if (options.selection === 'synthetic') return syntheticJudge({ ...common, inputs, heldOut: split.heldOut });
  const samples = dataset.samples.filter((sample) => sample.split === 'test');
  const firstId = training.length;
  const testFeatures = await extract(work, foregrounds, samples, firstId);
  const testInputs = await inputStore({
    engine,
    features: testFeatures,
    fitted,
    fitKey,
    cache: diskStorage(work.cache),
    onProgress: request.onProgress,
    note: request.note,
  });
  return testJudge({ ...common, inputs: testInputs, samples, firstId, geometry: features.geometry });
}
