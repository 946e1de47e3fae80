/** @file The anomaly map of levels: each one's scores enlarged to the input's size and blurred, all added. */
import { anomalyMap, type MapOptions } from '../../../detector/heat/anomaly-map.ts';
import { add, type Tensor } from '../../../graph/index.ts';
import type { Grid } from '../../../image/geometry.ts';

/**
 * @param scores - of each level's places, [N * rows * columns]
 * @returns [N, height, width]
 */
export function addedLevels(scores: readonly Tensor[], grids: readonly Grid[], size: MapOptions): Tensor {
  const maps = scores.map((level, at) => anomalyMap(level, grids[at] as Grid, size));
  return maps.reduce((all, each) => add(all, each));
}
