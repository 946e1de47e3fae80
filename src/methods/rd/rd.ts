/**
 * @file RD (Deng and Li, "Anomaly Detection via Reverse Distillation from One-Class Embedding", CVPR 2022): a student that never sees the image learns to give
 * the maps of a frozen teacher back from a narrow embedding of them. What is anomalous does not pass the embedding as it was, so the cosine distance of both, level by
 * level, is the anomaly map.
 *
 * Four things differ from its code: maps are enlarged with half-pixel centres, where it aligns corners; the last state is taken, where it reports one chosen
 * by the test images; the class is that of the nearest mean of the teacher's maps, which it is told; and one student learns all classes.
 */
import { hashOf } from '../../core/hash.ts';
import { Random } from '../../core/random.ts';
import { anomalyMap, imageScore } from '../../detector/heat/anomaly-map.ts';
import { reachOf } from '../../detector/heat/region-rule.ts';
import { backboneMaps } from '../../features/patches/extractor.ts';
import {
  extractMaps,
  levelsOf,
  type MapLevel,
  mapsOfStored,
  valuesOf,
} from '../../features/store/extract-maps.ts';
import { imageReader } from '../../features/store/stored-image.ts';
import { add, type Graph, reshape, type Tensor } from '../../graph/index.ts';
import { patchSize } from '../../image/geometry.ts';
import { constantParameters } from '../../nn/constant-parameters.ts';
import { batchNormaliser, runningNormaliser } from '../../nn/normalize.ts';
import { CheckpointFolder } from '../../training/checkpoint.ts';
import type { StepBuilder } from '../../training/program.ts';
import { type TrainedParameters, trainStages } from '../../training/trainer.ts';
import { defineMethod, type FitContext, type ImageScores } from '../contract.ts';
import { sharesOfCentres } from '../shared/class-centres.ts';
import { keepLog } from '../shared/keep-log.ts';
import { distanceMap, distillationLosses } from './cosine.ts';
import { MapBatches } from './map-batches.ts';
import { pooledCentres, pooledMaps } from './pooled-classes.ts';
import { type RdOptions, rdOptions, rdPresets } from './rd-options.ts';
import { rdImageSeconds, rdStoredSeconds, rdTasks } from './rd-seconds.ts';
import { mapView, type RdView, withMapLayers } from './rd-view.ts';
import { reconstruct, type StudentShape, studentParameters, studentShape } from './student.ts';

/** The most that a call of the engine is fed: some steps, so that there is progress to tell and a chance to stop. */
const feedBytes = 128e6;

export const rd = defineMethod<RdOptions, RdView>({
  name: 'rd',
  summary: 'a student gives the feature maps of the backbone back from a narrow embedding',
  options: rdOptions,
  presets: rdPresets,
  inputSize: ({ features }) => features.inputSize,
  adapt: withMapLayers,
  view: mapView,
  tasks: rdTasks,
  imageSeconds: rdImageSeconds,
  storedSeconds: rdStoredSeconds,

  async fit(context) {
    const { backbone, view, options, split, engine, note } = context;
    const started = Date.now();
    const made = await extractMaps({
      ...context,
      root: context.dataset.root,
      samples: context.training,
      classes: context.dataset.classes,
      features: view.features,
      seed: options.seed,
    });
    if (made.reused) note?.(`Feature maps: reused from ${made.store.storage.pathOf()}.`);
    const sharedSeconds = (Date.now() - started) / 1000;
    const levels = levelsOf(backbone, view.features);
    const shape = studentShape(levels, options.student);
    const batches = new MapBatches(made, split.fit, options.training.batch, options.seed);
    const trained = await trainStudent(context, shape, levels, batches, made.store.header.key);
    const centres = await pooledCentres(engine, made, split.fit, levels, context.dataset.classes.length);

    const said = (graph: Graph, teacher: readonly Tensor[]): ImageScores => {
      const parameters = constantParameters(graph, trained.parameters);
      const student = reconstruct(teacher, shape, parameters, runningNormaliser(parameters));
      const { width, height } = view.geometry;
      const maps = teacher.map((level, at) => {
        const places = reshape(distanceMap(level, student[at] as Tensor), [-1], 'places');
        return anomalyMap(places, levels[at] as MapLevel, {
          width,
          height,
          blurSigma: options.score.blurSigma,
        });
      });
      const map = maps.reduce((all, each) => add(all, each));
      return {
        map,
        score: imageScore(map, view.geometry, options.score.topShare),
        shares: sharesOfCentres(graph, pooledMaps(teacher), 1, centres),
      };
    };
    const read = imageReader(made.store, made.index);
    const stored = [valuesOf(levels)];
    return {
      graph: (graph, image) => said(graph, backboneMaps(graph, image, backbone, view.features)),
      stored: {
        input: { dtype: 'float16', shape: stored },
        read: async (id) => ({ dtype: 'float16', shape: stored, data: await read(id) }),
        graph: (graph, maps) => said(graph, mapsOfStored(reshape(maps, [1, valuesOf(levels)]), levels)),
      },
      reach: reachOf(options.score.blurSigma, patchSize(view.geometry, view.grid)),
      steps: { training: trained.steps[0] ?? 0 },
      sharedSeconds,
    };
  },
});

/** Trains from the checkpoint, where the run is continued, and keeps the run's log. */
async function trainStudent(
  { options, engine, run, resume, note, onProgress, signal }: FitContext<RdOptions, RdView>,
  shape: StudentShape,
  levels: readonly MapLevel[],
  batches: MapBatches,
  storeKey: string,
): Promise<TrainedParameters> {
  const checkpoints = new CheckpointFolder(run.checkpoint, await hashOf([storeKey, JSON.stringify(options)]));
  const from = resume ? await checkpoints.read(note) : undefined;
  await run.rewindLog(from?.progress.stage ?? 1, from?.progress.step ?? 0);
  return keepLog(run, (log) =>
    trainStages({
      engine,
      parameters: studentParameters(shape, new Random(options.seed, 'parameters')),
      stages: [
        {
          name: 'training',
          schedule: options.training,
          batches,
          step: rdStep(shape, levels, options.cosine),
        },
      ],
      optimizer: options.optimizer,
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

/** One gradient step on a batch of stored maps. */
export function rdStep(
  shape: StudentShape,
  levels: readonly MapLevel[],
  cosine: RdOptions['cosine'],
): StepBuilder {
  return (parameters, batch) => {
    const teacher = mapsOfStored(batch.maps as Tensor, levels);
    const { normalise, statistics } = batchNormaliser(parameters);
    const student = reconstruct(teacher, shape, parameters, normalise);
    return { losses: distillationLosses(teacher, student, cosine), statistics };
  };
}
