/**
 * @file The tasks of a training and about how long each takes, from its options and the numbers of images alone: nothing is measured, which
 * `clad train --plan` does and takes seconds for. What `fit` does is told by the method.
 */
import type { ExpectedTask } from '../../core/expected-task.ts';
import { byClass, type Dataset } from '../../data/dataset.ts';
import type { CommonOptions, Method } from '../../methods/contract.ts';
import { imagesToPredict } from '../good-images/good-images.ts';
import { madePerClass } from './made-defects.ts';
import type { TrainRequest } from './train-request.ts';

/** Test images shown in the report's embedding, at most. */
const embedded = 600;
/** Seconds that a detector takes for an image, where the method does not say. */
const usualImage = 0.05;

/** In the order in which they come. Some may be left out, where an earlier try has done them. */
export function expectedTasks(
  method: Method,
  options: CommonOptions,
  request: Pick<TrainRequest, 'evaluated' | 'textures'>,
  { samples, classes }: Pick<Dataset, 'samples' | 'classes'>,
): ExpectedTask[] {
  const training = samples.filter(({ split }) => split === 'train');
  const tests = samples.length - training.length;
  const reported = request.evaluated ? tests : 0;
  const selection = method.usesTestImages?.(options) ? tests : 0;
  const counts = { training: training.length, selection, classes: classes.length };
  const image = method.imageSeconds?.(options, counts) ?? usualImage;
  const predicted = predictedImages(options, training);
  const made = options.synthesis.perImage > 0 ? madePerClass * classes.length : 0;
  const pictures = (task: string, seconds: number): ExpectedTask => ({ task, seconds, kind: 'pictures' });
  const tasks: readonly ExpectedTask[] = [
    pictures('checking images', (training.length + Math.max(reported, selection)) * 0.004),
    pictures('checking textures', request.textures === undefined || made === 0 ? 0 : 2),
    pictures('reading images', training.length * 0.001),
    ...(method.tasks?.(options, counts) ?? []),
    pictures('thresholds', predicted * image),
    pictures('regions', made * 1.5 * image),
    pictures('evaluating', reported * (image + 0.02)),
    pictures('embedding', Math.min(embedded, reported) * image),
  ];
  return tasks.filter(({ seconds }) => seconds > 0);
}

function predictedImages(options: CommonOptions, training: Dataset['samples']): number {
  const count = Math.max(1, Math.round(1 / Math.max(options.heldOut, 1e-3)));
  const heldOut = new Set<number>();
  // Which are held out does not matter here, only about how many of each product.
  for (const of of byClass(training.map(({ className }, id) => ({ className, id }))).values())
    of.forEach(({ id }, index) => {
      if (index % count === 0) heldOut.add(id);
    });
  const split = { heldOut, fit: new Set<number>() };
  const predicted = imagesToPredict(training, split, options.seed);
  return [...predicted.values()].reduce((sum, ids) => sum + ids.length, 0);
}
