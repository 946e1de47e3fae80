/** @file What RAD takes: told from counts alone, or measured on this machine; and how large its file will be, which holds every patch. */

import { CladError } from '../../core/errors.ts';
import type { ExpectedTask } from '../../core/expected-task.ts';
import { floatToHalf } from '../../core/half.ts';
import { detectorGraph } from '../../detector/detector-graph.ts';
import { chosenLayers, featureWidthOf } from '../../features/patches/extractor.ts';
import { encodedLength, Graph } from '../../graph/index.ts';
import { type Grid, patchCount } from '../../image/geometry.ts';
import { type Engine, float32 } from '../../runtime/engine.ts';
import type { FitPlan, PlanContext, TaskCounts } from '../contract.ts';
import { extractionSeconds, fastest } from '../shared/measured-times.ts';
import { patchDetector } from '../shared/on-patches.ts';
import type { PatchView } from '../shared/patch-view.ts';
import { mapSeconds, patchesOf } from '../shared/task-seconds.ts';
import { anomaliesOfEvery } from '../shared/training-features.ts';
import { type RadLayout, type RadMemory, radLayout, rowsSession } from './rad-memory.ts';
import { radModel } from './rad-model.ts';
import { classToken, type RadOptions } from './rad-options.ts';

/** Of two cores, seconds for each value kept of a patch of a retrieved image: to read it, and to compare it with a place. */
const [readSeconds, comparedSeconds] = [0.55e-9, 0.03e-9];
/** Of the program, the engine and the backbone, bytes. */
const base = 1e9;
/** An ONNX file holds 2 GiB, with the backbone. */
const mostBytes = 1.8e9;

/** Seconds to keep an image, for each value of its patch features, but for reading them: measured on one core. */
const keptSeconds = 6e-9;

/** Values kept of a patch, all layers together. */
function keptValues({ layers }: RadLayout, { components }: RadOptions['memory']): number {
  return layers.reduce((sum, { width }) => sum + Math.min(width, components ?? width), 0);
}

/**
 * Known before anything is extracted, which takes long where there are so many images.
 * @throws OPTION_INVALID
 */
export function requireFits(
  layout: RadLayout,
  memory: RadOptions['memory'],
  images: number,
  patches: number,
): void {
  const bytes = 2 * images * patches * keptValues(layout, memory);
  if (bytes <= mostBytes) return;
  const most = Math.floor(mostBytes / (2 * images * patches * layout.layers.length));
  const gigabytes = (bytes / 1e9).toFixed(1);
  throw new CladError('OPTION_INVALID', {
    option: 'memory.components',
    expected:
      most > 0
        ? `at most ${most} for ${images} images of ${patches} patches and ${layout.layers.length} layers (an ONNX file holds 2 GiB); or fewer images, a smaller input, fewer layers`
        : `set beside fewer images, a smaller input or fewer layers, as an ONNX file holds 2 GiB`,
    actual: `${memory.components}, which is ${gigabytes} GB`,
  });
}

/** How patch features of a view are cut up. */
export function layoutOf({
  backbone,
  view,
}: Pick<PlanContext<RadOptions, PatchView>, 'backbone' | 'view'>): RadLayout {
  return radLayout(chosenLayers(backbone, view.features), classToken);
}

/** Of a backbone that is not known yet: layers, and values of their patches. */
const usual: RadLayout = radLayout(
  [256, 512, 1024].map((channels, at) => ({ name: `layer${at + 1}`, channels })),
  classToken,
);

function shiftsOf(radius: number | null, patches: number): number {
  return radius === null ? patches : (2 * radius + 1) ** 2;
}

export function radTasks({ features }: RadOptions, { training }: TaskCounts): ExpectedTask[] {
  const values = patchesOf(features) * usual.layers.reduce((sum, { width }) => sum + width, 0);
  return [{ task: 'memory', seconds: training * values * keptSeconds, kind: 'products' }];
}

export function imageSeconds({ features, memory }: RadOptions, { training, classes }: TaskCounts): number {
  const patches = patchesOf(features);
  const images = Math.min(memory.neighbours, training / Math.max(1, classes));
  const seconds = readSeconds + shiftsOf(memory.radius, patches) * comparedSeconds;
  return patches * images * keptValues(usual, memory) * seconds;
}

/** A memory of zeros in the sizes that the real one will have. */
export function emptyMemory(
  layout: RadLayout,
  { components }: RadOptions['memory'],
  grid: Grid,
  imagesOf: readonly number[],
): RadMemory {
  const images = imagesOf.reduce((sum, each) => sum + each, 0);
  const patches = patchCount(grid);
  return {
    grid,
    layers: layout.layers.map((place) => {
      const kept = Math.min(place.width, components ?? place.width);
      return {
        ...place,
        kept,
        ...(kept < place.width && { projection: new Float32Array(place.width * kept) }),
        patches: new Uint16Array(patches * images * kept),
      };
    }),
    descriptor: layout.descriptor,
    descriptors: new Float32Array(images * layout.descriptor.width),
    imageClasses: imagesOf.flatMap((count, own) => new Array<number>(count).fill(own)),
    images: Array.from({ length: images }, (_, image) => image),
    classes: imagesOf.length,
    // No number that the graph has elsewhere, with which it would share a constant.
    spread: 0.123,
  };
}

/** Images whose comparison is timed; it grows with their number. */
const timedImages = 16;

/** Of one image, from its patch features to its score. */
async function searchSeconds(
  engine: Engine,
  layout: RadLayout,
  { memory }: RadOptions,
  grid: Grid,
  width: number,
  largest: number,
): Promise<number> {
  const images = Math.min(memory.neighbours, largest);
  const timed = Math.min(images, timedImages);
  const graph = new Graph();
  const patches = patchCount(grid);
  const rows = graph.input('rows', 'float32', [patches, width]);
  const said = radModel(emptyMemory(layout, memory, grid, [timed]), memory)(graph, rows, patches);
  graph.output('score', said.score);
  const session = await engine.load(graph.toBytes());
  try {
    const feeds = { rows: float32(new Float32Array(patches * width).fill(1), [patches, width]) };
    return (images / timed) * (await fastest(3, () => session.run(feeds)));
  } finally {
    await session.release();
  }
}

/** To make of an image's patch features what is kept of it. */
async function keepSeconds(
  engine: Engine,
  layout: RadLayout,
  { memory }: RadOptions,
  grid: Grid,
  width: number,
): Promise<number> {
  const patches = patchCount(grid);
  const { layers, descriptor } = emptyMemory(layout, memory, grid, [1]);
  const session = await rowsSession(engine, layers, descriptor, patches, width);
  try {
    const data = new Uint16Array(patches * width).fill(floatToHalf(1));
    const features = { dtype: 'float16', shape: [patches, width], data } as const;
    return await fastest(3, () => session.run({ features }));
  } finally {
    await session.release();
  }
}

/**
 * Measures what `fit` will cost.
 * @throws OPTION_INVALID where the file would be too large; what running the backbone once throws
 */
export async function planRad(context: PlanContext<RadOptions, PatchView>): Promise<FitPlan> {
  const { options, view, engine, backbone, dataset, training } = context;
  const layout = layoutOf(context);
  const width = featureWidthOf(backbone, view.features);
  const patches = patchCount(view.grid);
  const images = training.length;
  requireFits(layout, options.memory, images, patches);
  const imagesOf = dataset.classes.map(
    (name) => training.filter(({ className }) => className === name).length,
  );
  const featureSeconds = await extractionSeconds(engine, backbone, view.features);
  const search = await searchSeconds(engine, layout, options, view.grid, width, Math.max(...imagesOf));
  const made = options.synthesis.perImage / anomaliesOfEvery('some', images);
  const memoryBytes = 2 * images * patches * keptValues(layout, options.memory);
  return {
    learntFrom: { name: 'patches', count: images * patches },
    steps: {},
    disk: { features: images * patches * width * 2 },
    // The memory itself, the file that it is written to, and the engine's copy.
    memory: base + 3 * memoryBytes,
    file: plannedBytes(context, layout, imagesOf),
    time: {
      features: images * (1 + made) * featureSeconds,
      memory: images * (await keepSeconds(engine, layout, options, view.grid, width)),
    },
    imageSeconds: featureSeconds + search,
    storedSeconds: mapSeconds(options.features) + search,
  };
}

/** Bytes of the file, but for its metadata and the self-test's images. */
export function plannedBytes(
  {
    options,
    view,
    backbone,
    dataset,
  }: Pick<PlanContext<RadOptions, PatchView>, 'options' | 'view' | 'backbone' | 'dataset'>,
  layout: RadLayout,
  imagesOf: readonly number[],
): number {
  const model = radModel(emptyMemory(layout, options.memory, view.grid, imagesOf), options.memory);
  const detector = patchDetector({ backbone, view, model, score: options.score });
  return encodedLength(detectorGraph(detector, dataset.classes, { size: view.geometry }).toModel());
}
