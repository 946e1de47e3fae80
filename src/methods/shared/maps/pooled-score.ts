/** @file An image score of the map's means over squares, which single pixels do not decide. */

import { z } from 'zod';
import { imageScore } from '../../../detector/heat/anomaly-map.ts';
import { averagePool, reshape, type Tensor } from '../../../graph/index.ts';
import type { Geometry } from '../../../image/geometry.ts';
import { score } from '../option-groups.ts';

/** The options of such a score. */
export const pooledScoreOptions = score.extend({
  pooled: z
    .number()
    .int()
    .min(1)
    .max(128)
    .describe(
      'Side of the squares of pixels over which the map is averaged for the image score, at every place; 1: single pixels.',
    ),
});

/** The score of each image: of the map's means over squares. @param map - [N, height, width] @returns [N] */
export function pooledScore(
  map: Tensor,
  { width, height }: Geometry,
  { pooled, topShare }: Pick<z.infer<typeof pooledScoreOptions>, 'pooled' | 'topShare'>,
): Tensor {
  const side = Math.min(pooled, width, height);
  if (side === 1) return imageScore(map, { width, height }, topShare);
  const means = averagePool(reshape(map, [-1, 1, height, width], 'N'), { kernel: side });
  const size = { width: width - side + 1, height: height - side + 1 };
  return imageScore(reshape(means, [-1, size.height, size.width], 'N'), size, topShare);
}
