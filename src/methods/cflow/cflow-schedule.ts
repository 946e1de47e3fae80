/** @file How long each level is trained. */
import { type StageSchedule, stepsOf } from '../../training/stage.ts';
import type { CflowOptions } from './cflow-options.ts';

/**
 * The schedule of a level, with its number of steps.
 * @param level - from 0
 * @param stepsPerEpoch - of the level's batches
 */
export function scheduleOf(
  { steps: given, epochs, warmUp, learningRate, schedule }: CflowOptions['training'],
  level: number,
  stepsPerEpoch: number,
): StageSchedule & { readonly steps: number } {
  const own = Array.isArray(given) ? (given[level] ?? (given.at(-1) as number)) : given;
  const steps = Math.max(1, stepsOf({ steps: own, epochs, learningRate, schedule }, stepsPerEpoch));
  return { steps, epochs: null, learningRate, schedule, warmUp: Math.round(warmUp * steps) };
}

/** Steps of a pass over so many images, with these patches each: what is left over of images that are shuffled together is left out. */
export function stepsOfPass(
  images: number,
  places: number,
  { batch, images: together }: Pick<CflowOptions['training'], 'batch' | 'images'>,
): { readonly together: number; readonly steps: number; readonly perPass: number } {
  // At most as many as there are, but enough for a step.
  const group = Math.max(Math.min(together, images), Math.ceil(batch / places));
  const steps = Math.floor((group * places) / batch);
  return { together: group, steps, perPass: (images * steps) / group };
}

/** The name of a level's training, for people. @param level - from 0 */
export function taskOfLevel(level: number): string {
  return `level ${level + 1}`;
}
