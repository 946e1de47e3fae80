/** @file The training of networks on rows of patches: their stages' batches, what validates them, checkpoints and the log. */
import { hashOf } from '../../core/hash.ts';
import { Random } from '../../core/random.ts';
import type { ExtractedStore } from '../../features/store/extract-features.ts';
import { CheckpointFolder } from '../../training/checkpoint.ts';
import { type Stage, stepsOf } from '../../training/stage.ts';
import { type TrainedParameters, trainStages } from '../../training/trainer.ts';
import { batchRows } from './batch-rows.ts';
import { syntheticValidator, testValidator, type Validator } from './checkpoint-selection.ts';
import { keepLog } from './keep-log.ts';
import { inputStore } from './network-input/input-store.ts';
import type { FittedInput } from './network-input/network-input.ts';
import type { NetworkOptions } from './option-groups.ts';
import { ownNoise } from './own-noise.ts';
import { PatchBatches } from './patch-batches.ts';
import type { PatchNetworks } from './patch-networks.ts';
import { extractForTraining, type PatchContext } from './training-features.ts';
import { earlyWarning, finalWarnings, type StageSteps } from './training-warnings.ts';

/** What networks are trained on. */
export interface NetworkData {
  /** The networks' input of the training images. */
  readonly inputs: Pick<ExtractedStore, 'store' | 'index'>;
  readonly fitted: FittedInput;
  /** Names the fit. */
  readonly fitKey: string;
}

/** Trained networks. */
export interface TrainedNetworks extends Pick<TrainedParameters, 'parameters' | 'chosen'> {
  /** Gradient steps by the stage's name. */
  readonly steps: Readonly<Record<string, number>>;
  /** Sentences on what is wrong with the training. */
  readonly warnings: readonly string[];
}

/** Trains networks, from the checkpoint where the run is continued, and keeps the run's log. */
export async function trainNetworks(
  context: PatchContext<NetworkOptions>,
  data: NetworkData,
  networks: PatchNetworks,
): Promise<TrainedNetworks> {
  const { options, engine, run, resume } = context;
  const key = await hashOf([data.fitKey, JSON.stringify(options)]);
  const checkpoints = new CheckpointFolder(run.checkpoint, key);
  const from = resume ? await checkpoints.read(context.note) : undefined;
  await run.rewindLog(from?.progress.stage ?? 1, from?.progress.step ?? 0);
  const validator = await makeValidator(context, data, networks);
  const { inputs, fitted } = data;
  const heldOut = { ...inputs, images: context.split.heldOut, regions: context.regions };
  const noise = await ownNoise({ engine, heldOut, fitted, seed: options.seed, networks });
  const stages = await stagesOf(context, data, networks);
  const facts = {
    first: firstStage(stages),
    noise: networks.draws.noise,
    selection: options.selection,
  };
  const trained = await keepLog(run, async (log) => {
    try {
      const done = await trainStages({
        engine,
        parameters: networks.initial(new Random(options.seed, 'parameters')),
        stages,
        optimizer: options.optimizer,
        rateOf: networks.rateOf,
        evaluations: options.evaluations,
        checkpoints,
        resume: false,
        from,
        validate: validator?.validate,
        measure: noise && (async (parameters) => ({ ownNoise: await noise.measure(parameters) })),
        onValidated: (states) => {
          const early = earlyWarning(states, facts);
          if (early !== undefined) context.note?.(early);
        },
        log,
        onProgress: context.onProgress,
        signal: context.signal,
      });
      const { stage, step } = done.validated.at(-1) ?? {};
      const warnings = finalWarnings(done.validated, facts);
      for (const warning of warnings) log({ stage, step, warning });
      return { ...done, warnings };
    } finally {
      await validator?.release();
      await noise?.release();
    }
  });
  const { parameters, chosen, warnings } = trained;
  const steps = networks.stages.map(({ name }, at) => [name, trained.steps[at] ?? 0]);
  return {
    parameters,
    ...(chosen && { chosen }),
    steps: Object.fromEntries(steps),
    warnings,
  };
}

/** The first stage that has steps. */
function firstStage(stages: readonly Stage[]): StageSteps {
  const steps = stages.map(({ schedule, batches }) => stepsOf(schedule, batches.stepsPerEpoch));
  const at = Math.max(
    0,
    steps.findIndex((count) => count > 0),
  );
  return { stage: at + 1, steps: steps[at] ?? 0 };
}

/** The networks' stages with the batches that they are fed. */
async function stagesOf(
  { options, split, regions }: PatchContext<NetworkOptions>,
  { inputs }: NetworkData,
  { stages, draws }: PatchNetworks,
): Promise<Stage[]> {
  const hasLocal = inputs.index.shards.some(({ localRows }) => localRows > 0);
  const made: Stage[] = [];
  for (const [index, { name, schedule, step }] of stages.entries()) {
    const rows = batchRows(schedule.batch, draws, hasLocal);
    const batches = await PatchBatches.open(inputs.store, inputs.index, {
      seed: options.seed,
      stage: index + 1,
      rows,
      images: split.fit,
      regions,
      minCoverage: options.synthesis.minCoverage,
      drawBeta: draws.beta,
      noiseSpread: draws.noiseSpread,
    });
    made.push({ name: taskOf(name), schedule, batches, step: step(rows) });
  }
  return made;
}

/** The name of a stage's task in progress and errors, e.g. `stage 1` of `stage1`. */
export function taskOf(stage: string): string {
  return stage.replace(/(?<=[a-z])(?=\d)/, ' ');
}

async function makeValidator(
  context: PatchContext<NetworkOptions>,
  { inputs, fitted, fitKey }: NetworkData,
  networks: PatchNetworks,
): Promise<Validator | undefined> {
  const { options, engine, split, dataset, images, view, training, regions } = context;
  if (options.selection === 'last') return undefined;
  const common = { engine, fitted, training: options, networks, regions };
  if (options.selection === 'synthetic')
    return syntheticValidator({ ...common, inputs, heldOut: split.heldOut });
  const samples = dataset.samples.filter((sample) => sample.split === 'test');
  const firstId = training.length;
  const testFeatures = await extractForTraining(context, context.foregrounds, samples, firstId);
  const testInputs = await inputStore({
    engine,
    features: testFeatures,
    fitted,
    fitKey,
    cache: context.cache,
    onProgress: context.onProgress,
    note: context.note,
  });
  return testValidator({ ...common, inputs: testInputs, samples, images, firstId, geometry: view.geometry });
}
