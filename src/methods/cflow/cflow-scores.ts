/** @file The anomaly map of likelihoods. */
import { imageScore } from '../../detector/heat/anomaly-map.ts';
import { exp, type Graph, mul, sub, type Tensor } from '../../graph/index.ts';
import { constantParameters } from '../../nn/constant-parameters.ts';
import type { Parameters } from '../../nn/parameters.ts';
import type { ImageScores } from '../contract.ts';
import type { MapView } from '../shared/maps/fit-on-maps.ts';
import { addedLevels } from '../shared/maps/level-maps.ts';
import type { CflowOptions } from './cflow-options.ts';
import { type LevelFlow, likelihoodsOfMaps } from './flow.ts';

/** Trained flows. */
export interface TrainedFlows {
  readonly flows: readonly LevelFlow[];
  readonly parameters: Parameters;
  /** The highest likelihood of each level. */
  readonly peaks: readonly number[];
}

/**
 * What flows say of maps. Of each level it is how much less likely a patch is than the likeliest, 0 to about 1; the map is the mean of levels.
 * @returns a function of maps [N, channels, rows, columns] of each level
 */
export function cflowScores(
  { flows, parameters, peaks }: TrainedFlows,
  { score: { blurSigma, topShare } }: Pick<CflowOptions, 'score'>,
  { geometry }: Pick<MapView, 'geometry'>,
): (graph: Graph, maps: readonly Tensor[]) => Pick<ImageScores, 'map' | 'score'> {
  const { width, height } = geometry;
  return (graph, maps) => {
    const likelihoods = likelihoodsOfMaps(graph, maps, flows, constantParameters(graph, parameters));
    const scores = likelihoods.map((level, at) =>
      mul(sub(1, exp(sub(level, peaks[at] as number))), 1 / flows.length),
    );
    const grids = flows.map(({ level }) => level);
    const map = addedLevels(scores, grids, { width, height, blurSigma });
    return { map, score: imageScore(map, geometry, topShare) };
  };
}
