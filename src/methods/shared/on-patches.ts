/**
 * @file Methods on patch features of a frozen backbone: `onPatches` makes a method of what is said of patches. It plans the features, extracts them,
 * and puts the fitted model between the backbone and the anomaly map.
 */
import { CladError } from '../../core/errors.ts';
import type { ExpectedTask } from '../../core/expected-task.ts';
import { anomalyMap, imageScore } from '../../detector/heat/anomaly-map.ts';
import { reachOf } from '../../detector/heat/region-rule.ts';
import { withWhole } from '../../detector/heat/whole-scores.ts';
import type { BackboneCard } from '../../features/backbones/backbone-card.ts';
import type { Backbone } from '../../features/backbones/loaded-backbone.ts';
import { backboneFeatures } from '../../features/patches/extractor.ts';
import type { ExtractedStore } from '../../features/store/extract-features.ts';
import { imageReader } from '../../features/store/stored-image.ts';
import { cast, type Graph, type Tensor } from '../../graph/index.ts';
import { patchCount, patchSize } from '../../image/geometry.ts';
import type { FitContext, Fitted, ImageScores, Method, StoredImages, TaskCounts } from '../contract.ts';
import { type PatchOptions, wholeExpected } from './option-groups.ts';
import type { PatchModel, PatchVerdict } from './patch-model.ts';
import { type PatchView, patchView, withOwnLayers } from './patch-view.ts';
import { extractionTasks, featureSeconds, mapSeconds, onCores } from './task-seconds.ts';
import { type AnomalyShare, extractPatches, type PatchContext, withFeatures } from './training-features.ts';

/** What a method on patch features has learnt. */
export interface FittedPatches extends Pick<Fitted, 'steps' | 'chosen' | 'warnings' | 'entryImages'> {
  readonly model: PatchModel;
}

/** A method on patch features. */
export interface PatchMethod<O extends PatchOptions>
  extends Pick<
    Method<O, PatchView>,
    | 'name'
    | 'summary'
    | 'options'
    | 'presets'
    | 'ablation'
    | 'refusesRegions'
    | 'refusesNamedRegions'
    | 'usesTestImages'
    | 'plan'
  > {
  /** Of how many training images features of synthetic local anomalies are made beside. @default all */
  localAnomalies?(options: O): AnomalyShare;
  /** Layers that it takes of a backbone where nobody asked for others; undefined for what is usual. */
  layersOf?(options: O, card: BackboneCard): readonly string[] | undefined;
  /** The options as they will be used with this backbone, once they have its layers. */
  adapt?(options: O, backbone: Backbone, note?: (text: string) => void): O;
  /** Whether it takes the whole made small beside tiles (`features.tileWhole`) with these options: its scores are measured in units that both have alike. Absent: never. */
  seesWhole?(options: O): boolean;
  /** Options of networks that were set where none are trained: it is said before anything takes long. */
  idleOptions?(options: O): readonly string[];
  /** Refuses what could not be finished, before features are made, which takes long. */
  check?(context: FitContext<O, PatchView>): void;
  /** Learns from the patch features of the training images; goes on from what an earlier try left in the run. */
  fit(context: PatchContext<O>): Promise<FittedPatches>;
  /** What that takes on two cores, beside making the features. */
  tasks?(options: O, counts: TaskCounts): readonly ExpectedTask[];
  /** Seconds an image on two cores, beside its features. */
  imageSeconds?(options: O, counts: TaskCounts): number;
}

/** The method as all others are. @throws TypeError where it has no function fit */
export function onPatches<O extends PatchOptions>(method: PatchMethod<O>): Method<O, PatchView> {
  if (typeof method?.fit !== 'function') throw new TypeError('onPatches was given no function fit');
  const anomaliesOf = (options: O) => method.localAnomalies?.(options) ?? 'all';
  return {
    ...method,
    inputSize: ({ features }) => features.tile ?? features.inputSize,
    refusesNamedRegions: (options) =>
      method.refusesNamedRegions?.(options) ??
      (options.features.tileWhole
        ? 'a patch of the whole beside its tiles reaches across several regions (--tiles-whole)'
        : undefined),
    adapt: (options, backbone, note) => {
      const idle = method.idleOptions?.(options) ?? [];
      if (idle.length > 0)
        note?.(
          `Options of networks have no effect, as none are trained in these settings: ${idle.join(', ')}.`,
        );
      const own = withOwnLayers(options, backbone, note, method.layersOf?.(options, backbone.card));
      return method.adapt?.(own, backbone, note) ?? own;
    },
    view: async (options, backbone, seen) => {
      if (options.features.tileWhole && !(method.seesWhole?.(options) ?? false)) throw cannotSeeWhole();
      return patchView(options, backbone, seen);
    },
    tasks: (options, counts) =>
      onCores(counts.cores, [
        ...extractionTasks(options, counts, anomaliesOf(options)),
        ...(method.tasks?.(options, counts) ?? []),
      ]),
    imageSeconds: (options, counts) =>
      (2 / counts.cores) * (featureSeconds(options.features) + (method.imageSeconds?.(options, counts) ?? 0)),
    storedSeconds: (options, counts) =>
      (2 / counts.cores) * (mapSeconds(options.features) + (method.imageSeconds?.(options, counts) ?? 0)),
    extract: (context) =>
      extractPatches(
        { ...context, anomalies: anomaliesOf(context.options) },
        method.usesTestImages?.(context.options) ?? false,
      ),
    async fit(context) {
      const started = Date.now();
      const { backbone, view, options } = context;
      method.check?.(context);
      const patches = await withFeatures({ ...context, anomalies: anomaliesOf(options) });
      const sharedSeconds = (Date.now() - started) / 1000;
      const { model, ...learnt } = (await method.fit(patches)) ?? {};
      if (typeof model !== 'function') throw new TypeError('its fit gave no function model');
      const detector = { backbone, view, model, score: options.score };
      const stored = storedPatches(patches.extracted, saidOfPatches(detector));
      return { ...learnt, ...patchDetector(detector), stored, sharedSeconds };
    },
  };
}

function cannotSeeWhole(): CladError {
  return new CladError('OPTION_INVALID', {
    option: 'features.tileWhole',
    expected: wholeExpected,
    actual: 'true',
  });
}

/** What the graph of a detector on patch features is made of. */
export interface PatchDetector {
  readonly backbone: Backbone;
  readonly view: PatchView;
  readonly model: PatchModel;
  readonly score: PatchOptions['score'];
}

/** Photograph to anomaly map: the backbone's features, what the model says of them, and the map of that. */
export function patchDetector({ backbone, ...rest }: PatchDetector): Pick<Fitted, 'graph' | 'reach'> {
  const { features, geometry, grid } = rest.view;
  const said = saidOfPatches(rest);
  return {
    reach: reachOf(rest.score.blurSigma, patchSize(geometry, grid)),
    graph: (graph, image, own) => said(graph, backboneFeatures(graph, image, backbone, features), own),
  };
}

/** @param rows - patch features, float32 [N * patches, C] */
type SaidOfPatches = (graph: Graph, rows: Tensor, own?: Tensor) => ImageScores;

/** What the model says of patch features, and the map of that. */
function saidOfPatches({
  view: { geometry, grid },
  model,
  score: { blurSigma, topShare },
}: Omit<PatchDetector, 'backbone'>): SaidOfPatches {
  const { width, height } = geometry;
  return (graph, rows, own) => {
    const said = model(graph, rows, patchCount(grid), own);
    requireScores(said);
    const { score, shares, imageScore: fromModel } = said;
    const map = anomalyMap(withWhole(score, grid), grid, { width, height, blurSigma });
    return { map, score: fromModel ?? imageScore(map, geometry, topShare), shares };
  };
}

/** The features of the training images that are in the store, in half precision. */
function storedPatches({ store, index }: ExtractedStore, said: SaidOfPatches): StoredImages {
  const shape = [patchCount(index.grid), index.width];
  const read = imageReader(store, index);
  return {
    input: { dtype: 'float16', shape },
    read: async (id) => ({ dtype: 'float16', shape, data: await read(id) }),
    graph: (graph, stored, own) => said(graph, cast(stored, 'float32'), own),
  };
}

/** A model from a file may give anything. @throws TypeError */
function requireScores(said: PatchVerdict | undefined): void {
  const rank = said?.score?.shape?.length;
  if (rank !== 1) throw new TypeError('its model gave no score of each patch, a tensor [N * patches]');
}
