/**
 * @file Methods whose network learns from whole feature maps of a frozen backbone: maps are extracted once, the network is trained on batches of them, the
 * class of an image is that of the nearest mean of its maps, and the detector is backbone, network and what its method makes of both.
 */
import { hashOf } from '../../../core/hash.ts';
import { Random } from '../../../core/random.ts';
import { reachOf } from '../../../detector/heat/region-rule.ts';
import {
  extractMaps,
  levelsOf,
  type MapLevel,
  type MapPlan,
  mapsOfImages,
  mapsOfStored,
  valuesOf,
} from '../../../features/store/extract-maps.ts';
import type { MadeStore } from '../../../features/store/made-once.ts';
import { seenFingerprint } from '../../../features/store/seen-fingerprint.ts';
import { imageReader } from '../../../features/store/stored-image.ts';
import { type Graph, reshape, type Tensor } from '../../../graph/index.ts';
import { patchSize } from '../../../image/geometry.ts';
import { constantParameters } from '../../../nn/constant-parameters.ts';
import type { DeclaredParameters, ParameterTensors } from '../../../nn/parameters.ts';
import type { AdamWOptions } from '../../../training/adamw.ts';
import { CheckpointFolder } from '../../../training/checkpoint.ts';
import type { StepBuilder } from '../../../training/program.ts';
import type { Batches, Stage, StageSchedule } from '../../../training/stage.ts';
import { type TrainedParameters, trainStages } from '../../../training/trainer.ts';
import type { CommonOptions, FitContext, Fitted, ImageScores, View } from '../../contract.ts';
import { sharesOfCentres } from '../class-centres.ts';
import { keepLog } from '../keep-log.ts';
import { MapBatches } from './map-batches.ts';
import { rootMeanSquare } from './map-size.ts';
import { pooledCentres, pooledMaps } from './pooled-classes.ts';

/** The most that a call of the engine is fed: some steps, so that there is progress to tell and a chance to stop. */
const usualFeed = 128e6;

/** What a method on whole maps sees. */
export interface MapView extends View, MapPlan {}

/** Options that the training of a network on maps asks for. */
export interface MapOptions extends CommonOptions {
  readonly training: StageSchedule & { /** Images a step. */ readonly batch: number };
  readonly optimizer: AdamWOptions & { readonly averageDecay: number };
  readonly score: { readonly blurSigma: number };
}

/** A network on whole maps. */
export interface MapNetwork {
  /** First values of all parameters. */
  parameters(random: Random): DeclaredParameters;
  /** What a step is fed: the maps, or these and more. @default the maps */
  batches?(maps: Batches): Batches;
  readonly step: StepBuilder;
  /** See `ProgramOptions`. */
  readonly longestGradient?: number | undefined;
  /** See `TrainOptions`. */
  readonly rateOf?: ((parameter: string) => number) | undefined;
  /** What it says of images by their maps, once it is trained. @param maps - [N, channels, rows, columns] of each level */
  said(maps: readonly Tensor[], parameters: ParameterTensors): Pick<ImageScores, 'map' | 'score'>;
}

/** The network for the levels of the maps. @param size - how large their numbers are (map-size.ts); 1 while it is only planned */
export type NetworkOf = (levels: readonly MapLevel[], size: () => Promise<number>) => Promise<MapNetwork>;

/**
 * Trains a network on the maps of the good images; goes on from what an earlier try left in the run.
 * @throws INTERRUPTED when the signal is aborted
 */
export async function fitOnMaps<O extends MapOptions, V extends MapView>(
  context: FitContext<O, V>,
  networkOf: NetworkOf,
): Promise<Fitted> {
  const { options, split, engine } = context;
  const stored = await storedMaps(context);
  const size = () => rootMeanSquare(engine, stored.made, split.fit);
  const { step, ...network } = await networkOf(stored.levels, size);
  const maps = new MapBatches(stored.made, split.fit, options.training.batch, options.seed);
  const batches = network.batches?.(maps) ?? maps;
  const trained = await trainOnMaps(context, stored, {
    ...network,
    stages: [{ name: 'training', schedule: options.training, batches, step }],
  });
  const fitted = await fittedOnMaps(context, stored, (graph, ofImage) =>
    network.said(ofImage, constantParameters(graph, trained.parameters)),
  );
  return { ...fitted, steps: { training: trained.steps[0] ?? 0 } };
}

/** The maps of all good images, in a store. */
export interface StoredMaps {
  readonly made: MadeStore;
  readonly levels: readonly MapLevel[];
  /** Seconds that another training on the same images would not take again. */
  readonly seconds: number;
}

/** Makes the maps of the good images, or takes them from the cache. @throws INTERRUPTED */
export async function storedMaps<O extends CommonOptions, V extends MapView>(
  context: FitContext<O, V>,
): Promise<StoredMaps> {
  const { backbone, view, options, dataset, training, note } = context;
  const started = Date.now();
  const made = await extractMaps({
    ...context,
    fingerprint: seenFingerprint(context),
    root: dataset.root,
    samples: training,
    classes: dataset.classes,
    features: view.features,
    joined: view.joined,
    groups: view.groups,
    photograph: view.photograph,
    seed: options.seed,
  });
  if (made.reused) note?.(`Feature maps: reused from ${made.store.storage.pathOf()}.`);
  return { made, levels: levelsOf(backbone, view), seconds: (Date.now() - started) / 1000 };
}

/** What is trained, and in which stages. */
export interface MapTraining extends Pick<MapNetwork, 'parameters' | 'longestGradient' | 'rateOf'> {
  readonly stages: readonly Stage[];
  /** What it depends on beside the stored maps and the options. @default nothing */
  readonly basis?: string | undefined;
  /** See `TrainOptions`. @default 128e6 */
  readonly feedBytes?: number | undefined;
}

/** Trains from the checkpoint, where the run is continued, and keeps the run's log. The last state is taken. */
export async function trainOnMaps<O extends CommonOptions & Pick<MapOptions, 'optimizer'>, V extends MapView>(
  { options, engine, run, resume, note, onProgress, signal }: FitContext<O, V>,
  { made }: StoredMaps,
  { parameters, stages, basis, longestGradient, rateOf, feedBytes = usualFeed }: MapTraining,
): Promise<TrainedParameters> {
  const parts = [made.store.header.key, JSON.stringify(options)];
  const key = await hashOf(basis === undefined ? parts : [...parts, basis]);
  const checkpoints = new CheckpointFolder(run.checkpoint, key);
  const from = resume ? await checkpoints.read(note) : undefined;
  await run.rewindLog(from?.progress.stage ?? 1, from?.progress.step ?? 0);
  return keepLog(run, (log) =>
    trainStages({
      engine,
      parameters: parameters(new Random(options.seed, 'parameters')),
      stages,
      optimizer: options.optimizer,
      longestGradient,
      rateOf,
      feedBytes,
      evaluations: 1,
      checkpoints,
      resume: false,
      from,
      log,
      onProgress,
      signal,
    }),
  );
}

/**
 * The detector: the backbone's maps, what is said of them, and the class of the nearest mean of maps.
 * @param ofMaps - what is said of maps [N, channels, rows, columns] of each level
 * @param telling - how many levels tell the class, the first ones. @default all
 */
export async function fittedOnMaps<O extends CommonOptions & Pick<MapOptions, 'score'>, V extends MapView>(
  { backbone, view, options, split, engine, dataset }: FitContext<O, V>,
  { made, levels, seconds }: StoredMaps,
  ofMaps: (graph: Graph, maps: readonly Tensor[]) => Pick<ImageScores, 'map' | 'score'>,
  telling = levels.length,
): Promise<Omit<Fitted, 'steps'>> {
  const told = levels.slice(0, telling);
  const centres = await pooledCentres(engine, made, split.fit, told, dataset.classes.length);
  const said = (graph: Graph, maps: readonly Tensor[]): ImageScores => ({
    ...ofMaps(graph, maps),
    shares: sharesOfCentres(graph, pooledMaps(maps.slice(0, telling)), 1, centres),
  });
  const read = imageReader(made.store, made.index);
  const stored = [valuesOf(levels)];
  return {
    graph: (graph, image) => said(graph, mapsOfImages(graph, image, backbone, view)),
    stored: {
      input: { dtype: 'float16', shape: stored },
      read: async (id) => ({ dtype: 'float16', shape: stored, data: await read(id) }),
      graph: (graph, row) => said(graph, mapsOfStored(reshape(row, [1, valuesOf(levels)]), levels)),
    },
    reach: reachOf(options.score.blurSigma, patchSize(view.geometry, view.grid)),
    sharedSeconds: seconds,
  };
}
