/** @file The losses of reverse distillation: how far the student's maps are from the teacher's, level by level. */
import { add, mean, type Tensor } from '../../graph/index.ts';
import { distanceMap, wholeDistances } from '../shared/maps/cosine.ts';

/**
 * The loss of each level, and their sum.
 * @param kind - see the option `cosine`
 */
export function distillationLosses(
  teacher: readonly Tensor[],
  student: readonly Tensor[],
  kind: 'whole' | 'places',
): { readonly total: Tensor } & Record<string, Tensor> {
  const distances = kind === 'places' ? distanceMap : wholeDistances;
  const losses = teacher.map((maps, level) => mean(distances(maps, student[level] as Tensor)));
  const total = losses.reduce((all, each) => add(all, each));
  return { ...Object.fromEntries(losses.map((loss, at) => [`level${at + 1}`, loss])), total };
}
