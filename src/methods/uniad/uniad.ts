/**
 * @file UniAD (You et al., "A Unified Model for Multi-class Anomaly Detection", NeurIPS 2022): one transformer for all classes learns to reconstruct the
 * features of a frozen backbone, joined on one grid, from noisy ones. Three things keep it from copying what it is given: no token sees its neighbours, each
 * layer of the decoder asks with queries of its own, and the noise is to be taken away. What it cannot give back is anomalous.
 *
 * Five things differ from its code: maps are brought to the grid and the result is enlarged with half-pixel centres, where it aligns corners; layers begin
 * each with values of their own, where some of its are copies of one; the last state is taken, where it reports one chosen by the test images; the class is
 * that of the nearest mean of the features, which it is told; features are kept in half precision.
 */
import { anomalyMap } from '../../detector/heat/anomaly-map.ts';
import { levelsOf, type MapLevel, mapsOfStored } from '../../features/store/extract-maps.ts';
import { matmul, mean, mul, reshape, sqrt, square, sub, type Tensor } from '../../graph/index.ts';
import type { Geometry } from '../../image/geometry.ts';
import { type Drop, dropout } from '../../nn/dropout.ts';
import { normalNoise } from '../../nn/noise.ts';
import type { StepBuilder } from '../../training/program.ts';
import { defineMethod, type FitContext } from '../contract.ts';
import { fitOnMaps, type MapNetwork, type MapView } from '../shared/maps/fit-on-maps.ts';
import { planOnMaps } from '../shared/maps/plan-maps.ts';
import { pooledScore } from '../shared/maps/pooled-score.ts';
import { tokensOf } from '../shared/maps/tokens.ts';
import { jittered } from './jitter.ts';
import { withJitter } from './jitter-batches.ts';
import { type ReconstructorShape, reconstruct, reconstructorParameters } from './reconstructor.ts';
import { type UniadOptions, uniadOptions, uniadPresets } from './uniad-options.ts';
import { uniadImageBytes, uniadImageSeconds, uniadStoredSeconds, uniadTasks } from './uniad-seconds.ts';
import { joinedView, withJoinedLayers } from './uniad-view.ts';

export const uniad = defineMethod<UniadOptions, MapView>({
  name: 'uniad',
  summary: 'a transformer that sees no neighbours reconstructs the features of the backbone',
  options: uniadOptions,
  presets: uniadPresets,
  inputSize: ({ features }) => features.inputSize,
  adapt: withJoinedLayers,
  view: joinedView,
  tasks: uniadTasks,
  imageSeconds: uniadImageSeconds,
  storedSeconds: uniadStoredSeconds,

  fit: (context) => fitOnMaps(context, reconstructorFor(context)),
  plan: (context) => {
    const [{ channels }] = levelsOf(context.backbone, context.view) as [MapLevel];
    return planOnMaps(context, reconstructorFor(context), uniadImageBytes(context.options, channels));
  },
});

/** What is trained, once its levels are known. */
export const reconstructorFor =
  ({ options, view }: Pick<FitContext<UniadOptions, MapView>, 'options' | 'view'>) =>
  async ([level]: readonly MapLevel[], size: () => Promise<number>) =>
    reconstructorOn(level as MapLevel, options.features.unit ? await size() : 1, options, view.geometry);

/** @param size - of the features, by which they are divided */
function reconstructorOn(
  level: MapLevel,
  size: number,
  options: UniadOptions,
  geometry: Geometry,
): MapNetwork {
  const { network, jitter, training, score, seed } = options;
  const shape = { level, size, ...network };
  return {
    parameters: (random) => reconstructorParameters(shape, random),
    batches: (maps) => withJitter(maps, jitter, seed),
    step: uniadStep(shape, network.dropout),
    longestGradient: training.longestGradient ?? undefined,
    said([maps], parameters) {
      const tokens = sizedTokens(maps as Tensor, size);
      const distances = tokenDistances(tokens, reconstruct(tokens, shape, parameters));
      const { width, height } = geometry;
      const map = anomalyMap(distances, level, { width, height, blurSigma: score.blurSigma });
      return { map, score: pooledScore(map, geometry, score) };
    },
  };
}

/** Places as tokens. @param maps - [N, channels, rows, columns] @param size - what they are divided by @returns [N, places, channels] */
export function sizedTokens(maps: Tensor, size: number): Tensor {
  const tokens = tokensOf(maps);
  return size === 1 ? tokens : mul(tokens, 1 / size);
}

/**
 * Lengths of the differences. By a product with ones: the engine's own sum goes another way for one image than for several, and would give another last digit.
 * @param a - [N, places, channels], as `b`
 * @returns [N * places]
 */
export function tokenDistances(a: Tensor, b: Tensor): Tensor {
  const channels = a.shape[2] as number;
  const ones = a.graph.constant('ones', new Float32Array(channels).fill(1), [channels, 1]);
  const squares = reshape(square(sub(a, b)), [-1, channels], 'places');
  return reshape(sqrt(matmul(squares, ones)), [-1], 'places');
}

/** One gradient step on a batch of stored maps, with `draw` and `scale` beside them (jitter-batches.ts). @param rate - of dropout */
export function uniadStep(shape: ReconstructorShape, rate: number): StepBuilder {
  return (parameters, { maps, draw, scale }) => {
    const tokens = sizedTokens(mapsOfStored(maps as Tensor, [shape.level])[0] as Tensor, shape.size);
    const [images, places, channels] = tokens.shape as [number, number, number];
    const noise = reshape(normalNoise(images * places, channels, draw as Tensor, 'jitter'), tokens.shape);
    const noisy = jittered(tokens, noise, scale as Tensor);
    const drop: Drop = (name, x) => dropout(x, rate, draw as Tensor, name);
    const total = reconstructionLoss(tokens, reconstruct(noisy, shape, parameters, drop));
    return { losses: { total }, statistics: {} };
  };
}

/** Mean of the squared differences. @param tokens - as they were before the noise @param made - as they were reconstructed */
export function reconstructionLoss(tokens: Tensor, made: Tensor): Tensor {
  return mean(square(sub(made, tokens)));
}
