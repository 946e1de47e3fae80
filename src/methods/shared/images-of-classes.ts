/** @file The images that a method without networks learns from, class by class. */
import { CladError } from '../../core/errors.ts';
import type { FitSource } from '../../features/store/sample-rows.ts';

/**
 * Numbers of the images of each class, in order.
 * @throws OPTION_INVALID for a class of one image, which would be judged by itself while thresholds are set
 */
export async function imagesOfClasses({ store, index, images }: FitSource): Promise<number[][]> {
  const found = index.classes.map((): number[] => []);
  for (const shard of index.shards.keys())
    for (const { id, classIndex } of (await store.readShardIndex(shard)).images)
      if (images.has(id)) found[classIndex]?.push(id);
  for (const [classIndex, name] of index.classes.entries()) {
    const { length } = found[classIndex]!;
    if (length >= 2) continue;
    throw new CladError('OPTION_INVALID', {
      option: `the good images of class ${name}`,
      expected: 'two at least: an image is judged by the others while thresholds are set',
      actual: length,
    });
  }
  return found.map((ids) => ids.sort((a, b) => a - b));
}
