/** @file The images that a method without networks learns from, class by class. */
import { CladError } from '../../core/errors.ts';
import type { FitSource } from '../../features/store/sample-rows.ts';

/**
 * Numbers of the images of each class, in order.
 * @param least - how many a class needs: 2 where an image is judged by the others while thresholds are set
 * @throws OPTION_INVALID for a class of fewer
 */
export async function imagesOfClasses(
  { store, index, images }: FitSource,
  least: 1 | 2,
): Promise<number[][]> {
  const found = index.classes.map((): number[] => []);
  for (const shard of index.shards.keys())
    for (const { id, classIndex } of (await store.readShardIndex(shard)).images)
      if (images.has(id)) found[classIndex]?.push(id);
  for (const [classIndex, name] of index.classes.entries()) {
    const { length } = found[classIndex]!;
    if (length >= least) continue;
    throw new CladError('OPTION_INVALID', {
      option: `the good images of class ${name}`,
      expected:
        least === 1
          ? 'one at least that is not held out'
          : 'two at least: an image is judged by the others while thresholds are set',
      actual: length,
    });
  }
  return found.map((ids) => ids.sort((a, b) => a - b));
}
