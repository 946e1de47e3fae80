/**
 * @file The tasks of a training and about how long each takes, from its options and the numbers of images alone: nothing is measured, which
 * `clad train --plan` does and takes seconds for. What `fit` does is told by the method.
 */
import { availableParallelism } from 'node:os';
import type { ExpectedTask } from '../../core/expected-task.ts';
import type { Dataset } from '../../data/dataset.ts';
import type { CommonOptions, Method } from '../../methods/contract.ts';
import { defectsInReport } from '../trade-off/synthetic-defects.ts';
import { detectorTasks, imageSeconds } from './detector-tasks.ts';
import { madeCost, madeCount } from './made-defects.ts';
import type { TrainRequest } from './train-request.ts';

/** Test images shown in the report's embedding, at most. */
const embedded = 600;

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
  const counts = {
    training: training.length,
    selection,
    classes: classes.length,
    cores: availableParallelism(),
  };
  const image = imageSeconds(method, options, counts);
  const made = madeCount(options, classes.length);
  const defective = new Set(
    samples.filter(({ split, anomalous }) => split === 'test' && anomalous).map(({ className }) => className),
  );
  const inReport = request.evaluated
    ? (classes.length - defective.size) * defectsInReport(classes.length)
    : 0;
  const images = (task: string, seconds: number): ExpectedTask => ({ task, seconds, kind: 'images' });
  const tasks: readonly ExpectedTask[] = [
    images('checking images', (training.length + Math.max(reported, selection)) * 0.004),
    images('checking textures', request.textures === undefined || made === 0 ? 0 : 2),
    ...detectorTasks(method, options, counts),
    images('evaluating', reported * (image + 0.02)),
    images('embedding', Math.min(embedded, reported) * image),
    images('synthetic defects', inReport * madeCost * image),
  ];
  return tasks.filter(({ seconds }) => seconds > 0);
}
