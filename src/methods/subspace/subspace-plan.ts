/** @file What fitting subspaces takes: told from counts alone, or measured on this machine. */
import type { ExpectedTask } from '../../core/expected-task.ts';
import { featureWidthOf } from '../../features/patches/extractor.ts';
import { patchCount } from '../../image/geometry.ts';
import type { FitPlan, PlanContext, TaskCounts } from '../contract.ts';
import { extractionSeconds, productRate } from '../shared/measured-times.ts';
import type { PatchView } from '../shared/patch-view.ts';
import { mapSeconds, patchesOf } from '../shared/task-seconds.ts';
import { anomaliesOfEvery } from '../shared/training-features.ts';
import type { SubspaceOptions } from './subspace-options.ts';

/** Of large products, on two cores, multiplications and additions a second. */
const usualRate = 190e9;
/** Of a full decomposition, by the cube of the width, and of orthonormal columns, by the width and the square of their number: measured on one core. */
const [decompositionSeconds, columnSeconds] = [2e-8, 1.3e-8];
/** For the components of a class, on so many columns more than are wanted. */
const [iterations, extraColumns] = [9, 32];
/** Of the program, the engine and the backbone, bytes. */
const base = 1e9;

interface Size {
  readonly images: number;
  readonly classes: number;
  readonly perImage: number;
  readonly width: number;
}

/** Components at most, as far as is known before anything is fitted. */
function mostComponents({ components }: SubspaceOptions['subspace'], width: number): number {
  return Math.min(components ?? width, width);
}

function productSeconds({ images, perImage, width }: Size, rate: number): number {
  return (2 * images * perImage * width * width) / rate;
}

function componentSeconds({ subspace }: Pick<SubspaceOptions, 'subspace'>, { classes, width }: Size): number {
  const most = mostComponents(subspace, width);
  const columns = columnSeconds * width * (most + extraColumns) ** 2;
  const first = most > width / 2 ? decompositionSeconds * width ** 3 : iterations * columns;
  return classes * first;
}

/** Patch to subspace and back. */
function searchSeconds(
  { subspace }: Pick<SubspaceOptions, 'subspace'>,
  { perImage, width }: Size,
  rate: number,
) {
  return (4 * perImage * width * mostComponents(subspace, width)) / rate;
}

/** Of a backbone that is not known yet: channels of a ResNet-50's layers. */
const usualWidth = 1792;

function usualSize(
  options: SubspaceOptions,
  { training, classes }: Pick<TaskCounts, 'training' | 'classes'>,
): Size {
  const width = options.features.aggregation === 'pooled' ? options.features.width : usualWidth;
  return { images: training, classes, perImage: patchesOf(options.features), width };
}

export function subspaceTasks(options: SubspaceOptions, counts: TaskCounts): ExpectedTask[] {
  const size = usualSize(options, counts);
  const seconds = productSeconds(size, usualRate) + componentSeconds(options, size);
  return [{ task: 'subspaces', seconds, kind: 'products' }];
}

export function imageSeconds(options: SubspaceOptions, counts: TaskCounts): number {
  return searchSeconds(options, usualSize(options, counts), usualRate);
}

/** Measures what `fit` will cost. @throws what running the backbone once throws */
export async function planSubspace({
  options,
  view,
  engine,
  backbone,
  dataset,
  training,
}: PlanContext<SubspaceOptions, PatchView>): Promise<FitPlan> {
  const width = featureWidthOf(backbone, view.features);
  const perImage = patchCount(view.grid);
  const size = { images: training.length, classes: dataset.classes.length, perImage, width };
  const featureSeconds = await extractionSeconds(engine, backbone, view.features);
  const rate = await productRate(engine);
  const search = searchSeconds(options, size, rate);
  const made = options.synthesis.perImage / anomaliesOfEvery('some', size.images);
  const most = mostComponents(options.subspace, width);
  return {
    learntFrom: { name: 'patches', count: size.images * perImage },
    steps: {},
    disk: { features: Math.round(size.images * perImage * width * 2) },
    memory: base + 3 * width * width * 8 + 3 * size.classes * width * most * 4 + perImage * width * 12,
    time: {
      features: size.images * (1 + made) * featureSeconds,
      subspaces: productSeconds(size, rate) + componentSeconds(options, size),
    },
    imageSeconds: featureSeconds + search,
    storedSeconds: mapSeconds(options.features) + search,
  };
}
