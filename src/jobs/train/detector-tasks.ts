/** @file The tasks of making a detector of images that have been checked, and about how long each takes: the same wherever it is made. */
import type { ExpectedTask } from '../../core/expected-task.ts';
import type { CommonOptions, Method, TaskCounts } from '../../methods/contract.ts';
import { madeCost, madeCount } from './made-defects.ts';

/** Seconds that a detector takes for an image, where the method does not say. */
const usualImage = 0.05;

/** Seconds that the finished detector takes for an image. */
export function imageSeconds(method: Method, options: CommonOptions, counts: TaskCounts): number {
  return method.imageSeconds?.(options, counts) ?? usualImage;
}

/** In the order in which they come; some take no time. */
export function detectorTasks(method: Method, options: CommonOptions, counts: TaskCounts): ExpectedTask[] {
  const { training, classes } = counts;
  const image = imageSeconds(method, options, counts);
  const images = (task: string, seconds: number): ExpectedTask => ({ task, seconds, kind: 'images' });
  return [
    images('reading images', training * 0.001),
    ...(method.tasks?.(options, counts) ?? []),
    images('thresholds', training * (method.storedSeconds?.(options, counts) ?? image)),
    images('regions', madeCount(options, classes) * madeCost * image),
  ];
}
