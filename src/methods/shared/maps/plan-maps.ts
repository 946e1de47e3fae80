/** @file What a training on whole feature maps will cost: a photograph, a step and a prediction are measured here and now; sizes follow from the options. */
import { Random } from '../../../core/random.ts';
import type { Backbone } from '../../../features/backbones/loaded-backbone.ts';
import {
  levelsOf,
  type MapLevel,
  type MapPlan,
  mapsGraph,
  mapsOfImages,
  mapsOfStored,
  valuesOf,
} from '../../../features/store/extract-maps.ts';
import { Graph, type Tensor } from '../../../graph/index.ts';
import type { ImageSize } from '../../../image/limits.ts';
import { constantParameters } from '../../../nn/constant-parameters.ts';
import type { DeclaredParameters } from '../../../nn/parameters.ts';
import type { Engine, TensorValue } from '../../../runtime/engine.ts';
import type { AdamWOptions } from '../../../training/adamw.ts';
import { type Batches, stepsOf } from '../../../training/stage.ts';
import type { FitPlan, ImageScores, PlanContext } from '../../contract.ts';
import { fastest } from '../measured-times.ts';
import { drawnValue, extrapolated, oneStepSeconds, type TimedProgram } from '../step-timing.ts';
import type { MapNetwork, MapOptions, MapView, NetworkOf } from './fit-on-maps.ts';

/** Of the program, the engine and the backbone, bytes. */
const base = 0.6e9;
/** A parameter and its moments, as they go into a call, change in it, and come out. */
const bytesPerParameter = ({ amsgrad }: AdamWOptions) => 10 * (amsgrad ? 4 : 3);
/** What is said of maps [N, channels, rows, columns] of each level. */
type SaidOfMaps = (graph: Graph, maps: readonly Tensor[]) => Pick<ImageScores, 'map' | 'score'>;

/** Images of the steps that are measured, where a step has more. */
const [few, more] = [2, 8];

/** @param imageBytes - what a step keeps of an image until it has its gradients */
export async function planOnMaps<O extends MapOptions, V extends MapView>(
  { options, view, engine, backbone, training, split }: PlanContext<O, V>,
  networkOf: NetworkOf,
  imageBytes: number,
): Promise<FitPlan> {
  const levels = levelsOf(backbone, view);
  const network = await networkOf(levels, async () => 1);
  const declared = network.parameters(new Random('plan'));
  const { batch } = options.training;
  const steps = stepsOf(options.training, Math.max(1, Math.round(split.fit.size / batch)));
  const step = steps === 0 ? 0 : await stepSeconds(engine, network, declared, levels, options);
  const features = await photographSeconds(engine, backbone, view, view.geometry);
  const ofMaps: SaidOfMaps = (graph, maps) => network.said(maps, constantParameters(graph, declared));
  const said = await saidSeconds(engine, ofMaps, levels);
  const parameters = Object.values(declared).reduce((sum, { data }) => sum + data.length, 0);
  return {
    learntFrom: { name: 'good images', count: split.fit.size },
    steps: { training: steps },
    disk: { features: training.length * valuesOf(levels) * 2 },
    memory: base + parameters * bytesPerParameter(options.optimizer) + batch * imageBytes,
    file: plannedBytes(ofMaps, backbone, view),
    time: { features: training.length * features, training: steps * step },
    imageSeconds: features + said,
    storedSeconds: said,
  };
}

/** Of one step; that of a large batch is told from two smaller ones. */
async function stepSeconds(
  engine: Engine,
  network: MapNetwork,
  parameters: DeclaredParameters,
  levels: readonly MapLevel[],
  { training: { batch }, optimizer }: MapOptions,
): Promise<number> {
  const timed = async (images: number) => {
    const program = stepOnMaps(network, parameters, levels, images, optimizer);
    return { rows: images, seconds: await oneStepSeconds(engine, program, 1) };
  };
  const large = await timed(Math.min(batch, more));
  return batch <= more ? large.seconds : extrapolated(await timed(few), large, batch, false);
}

/** A step of so many images, for a clock. */
export function stepOnMaps(
  { batches, step, longestGradient }: MapNetwork,
  parameters: DeclaredParameters,
  levels: readonly MapLevel[],
  images: number,
  optimizer: MapOptions['optimizer'],
): TimedProgram {
  const maps = drawnMaps(levels, images);
  const { spec } = batches?.(maps) ?? maps;
  return { parameters, spec, step, optimizer, longestGradient };
}

/** Batches that are fed nothing but numbers by chance. */
function drawnMaps(levels: readonly MapLevel[], images: number): Batches {
  const shape = [images, valuesOf(levels)];
  return {
    spec: { maps: { dtype: 'float16', shape } },
    stepsPerEpoch: 1,
    batches: async (_, steps) => ({ maps: drawnValue('float16', [steps, ...shape], 1) }),
  };
}

/** Of one photograph to its maps: decoding runs beside it. */
export async function photographSeconds(
  engine: Engine,
  backbone: Backbone,
  plan: MapPlan,
  { width, height }: ImageSize,
): Promise<number> {
  const random = new Random('plan');
  const data = Uint8Array.from({ length: width * height * 3 }, () => random.integer(256));
  const image: TensorValue = { dtype: 'uint8', shape: [1, height, width, 3], data };
  return runSeconds(engine, mapsGraph(backbone, plan), { image });
}

/** Of one image's stored maps to its anomaly map and score. */
export async function saidSeconds(
  engine: Engine,
  said: SaidOfMaps,
  levels: readonly MapLevel[],
): Promise<number> {
  const graph = new Graph();
  const shape = [1, valuesOf(levels)];
  const maps = mapsOfStored(graph.input('maps', 'float16', shape), levels);
  const { map, score } = said(graph, maps);
  graph.output('map', map);
  graph.output('score', score);
  return runSeconds(engine, graph, { maps: drawnValue('float16', shape, 1) });
}

async function runSeconds(
  engine: Engine,
  graph: Graph,
  feeds: Readonly<Record<string, TensorValue>>,
): Promise<number> {
  const session = await engine.load(graph.toBytes());
  try {
    return await fastest(3, () => session.run(feeds));
  } finally {
    await session.release();
  }
}

/** Bytes of the file from photograph to score, with numbers in the sizes that the real ones will have. */
export function plannedBytes(said: SaidOfMaps, backbone: Backbone, plan: MapPlan): number {
  const graph = new Graph();
  const image = graph.input('image', 'uint8', ['N', 'H', 'W', 3]);
  const { map, score } = said(graph, mapsOfImages(graph, image, backbone, plan));
  graph.output('map', map);
  graph.output('score', score);
  return graph.toBytes().length;
}
