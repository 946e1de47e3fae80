/**
 * @file Dinomaly (Guo et al., "The Less Is More Philosophy in Multi-Class Unsupervised Anomaly Detection", CVPR 2025, arXiv 2405.14325): the middle layers of a
 * frozen vision transformer, averaged, go through a bottleneck with dropout and a decoder whose attention is linear, which is to give them back in two
 * groups. What it has not learnt to give back is anomalous. Recentring by the class token is of Dinomaly2 (Guo et al. 2025, arXiv 2510.17611).
 *
 * Five things differ from its code: the tokens of places alone go in, without class token and registers; the result is enlarged with half-pixel centres, where
 * it aligns corners, and at the input's size, not at 256 pixels; the last state is taken, where it reports one by the test images; the class is that of the
 * nearest mean of the features, which it is told; and features are kept in half precision.
 */
import { anomalyMap, imageScore } from '../../detector/heat/anomaly-map.ts';
import { levelsOf, type MapLevel, mapsOfStored } from '../../features/store/extract-maps.ts';
import { mean, meanOf, reshape, type Tensor } from '../../graph/index.ts';
import { type Drop, dropout } from '../../nn/dropout.ts';
import type { ParameterTensors } from '../../nn/parameters.ts';
import type { StepBuilder } from '../../training/program.ts';
import { defineMethod, type FitContext } from '../contract.ts';
import { distanceMap, wholeDistances } from '../shared/maps/cosine.ts';
import { fitOnMaps, type MapNetwork } from '../shared/maps/fit-on-maps.ts';
import { planOnMaps } from '../shared/maps/plan-maps.ts';
import { type DecoderShape, decoderParameters, decoderShape, rateOfNarrow, reconstruct } from './decoder.ts';
import { type DinomalyOptions, dinomalyOptions, dinomalyPresets } from './dinomaly-options.ts';
import {
  dinomalyImageBytes,
  dinomalyImageSeconds,
  dinomalyStoredSeconds,
  dinomalyTasks,
} from './dinomaly-seconds.ts';
import { type DinomalyView, dinomalyView, withMiddleLayers } from './dinomaly-view.ts';
import { damped, gradientShares, withMining } from './hard-mining.ts';
import { bottleneckInput, inputWidth, type TargetPlan, targetsOf } from './targets.ts';

type Context = Pick<FitContext<DinomalyOptions, DinomalyView>, 'options' | 'view'>;

export const dinomaly = defineMethod<DinomalyOptions, DinomalyView>({
  name: 'dinomaly',
  summary:
    'a decoder with linear attention gives the middle layers of a transformer back from a noisy bottleneck',
  options: dinomalyOptions,
  presets: dinomalyPresets,
  inputSize: ({ features }) => features.inputSize,
  adapt: withMiddleLayers,
  view: dinomalyView,
  tasks: dinomalyTasks,
  imageSeconds: dinomalyImageSeconds,
  storedSeconds: dinomalyStoredSeconds,

  fit: (context) => fitOnMaps(context, decoderFor(context)),
  plan: (context) => {
    const shape = shapeOn(levelsOf(context.backbone, context.view), context);
    return planOnMaps(context, decoderFor(context), dinomalyImageBytes(shape));
  },
});

/** What is trained, once its levels are known. */
export const decoderFor =
  (context: Context) => async (levels: readonly MapLevel[], size: () => Promise<number>) =>
    decoderOn(levels, context.options.features.unit ? await size() : 1, context);

function shapeOn(levels: readonly MapLevel[], { options, view }: Context): DecoderShape {
  const groups = levels.slice(0, view.groupSizes.length);
  return decoderShape(groups, inputWidth(groups), options.network);
}

/** @param size - of the features, by which what goes in is divided */
function decoderOn(levels: readonly MapLevel[], size: number, context: Context): MapNetwork {
  const { options, view } = context;
  const { network, mining, training, score, seed, features } = options;
  const { geometry, grid, groupSizes } = view;
  const shape = shapeOn(levels, context);
  const plan: TargetPlan = { groupSizes, recentre: features.recentre, size };
  return {
    parameters: (random) => decoderParameters(shape, random),
    batches: (maps) => withMining(maps, grid.rows * grid.columns, mining, seed),
    step: dinomalyStep(shape, levels, plan, { rate: network.dropout, damping: mining.damping }),
    longestGradient: training.longestGradient ?? undefined,
    rateOf: rateOfNarrow(training.narrowRate),
    said(maps, parameters) {
      const distances = reshape(placeDistances(maps, shape, plan, parameters), [-1], 'places');
      const { width, height } = geometry;
      const map = anomalyMap(distances, grid, { width, height, blurSigma: score.blurSigma });
      return { map, score: imageScore(map, geometry, score.topShare) };
    },
  };
}

/** How far each place is from its reconstruction, mean over the groups. @param levels - maps [N, channels, rows, columns] @returns [N, places] */
export function placeDistances(
  levels: readonly Tensor[],
  shape: DecoderShape,
  plan: TargetPlan,
  parameters: ParameterTensors,
): Tensor {
  const made = reconstruct(bottleneckInput(levels, plan), shape, parameters);
  return meanOf(targetsOf(levels, plan).map((target, at) => distanceMap(target, made[at] as Tensor)));
}

/** What a step asks beside maps and parameters. */
export interface StepValues {
  /** See `gradientShares`. */
  readonly rank: Tensor;
  readonly damping: number;
  readonly drop: Drop;
}

/** The loss of each group, and their mean. @param levels - maps [N, channels, rows, columns], N known */
export function reconstructionLosses(
  levels: readonly Tensor[],
  shape: DecoderShape,
  plan: TargetPlan,
  parameters: ParameterTensors,
  { rank, damping, drop }: StepValues,
): { readonly total: Tensor } & Record<string, Tensor> {
  const made = reconstruct(bottleneckInput(levels, plan), shape, parameters, drop);
  const losses = targetsOf(levels, plan).map((target, at) => {
    const own = made[at] as Tensor;
    const shares = gradientShares(distanceMap(target, own), rank, damping);
    return mean(wholeDistances(target, damped(own, shares)));
  });
  const groups = Object.fromEntries(losses.map((loss, at) => [`group${at + 1}`, loss]));
  return { ...groups, total: meanOf(losses) };
}

/**
 * One gradient step on a batch of stored maps, with `draw` and `rank` beside them (hard-mining.ts).
 * @param rate - of dropout
 * @param damping - what is left of the gradients of easy places
 */
export function dinomalyStep(
  shape: DecoderShape,
  levels: readonly MapLevel[],
  plan: TargetPlan,
  { rate, damping }: { readonly rate: number; readonly damping: number },
): StepBuilder {
  return (parameters, { maps, draw, rank }) => {
    const drop: Drop = (name, x) => dropout(x, rate, draw as Tensor, name);
    const values = { rank: rank as Tensor, damping, drop };
    const losses = reconstructionLosses(
      mapsOfStored(maps as Tensor, levels),
      shape,
      plan,
      parameters,
      values,
    );
    return { losses, statistics: {} };
  };
}
