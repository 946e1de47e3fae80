/** @file Methods whose networks score patch features and say nothing of classes: SimpleNet and GLASS; CRAS has some of it. */
import { reduceMax, reshape, type Tensor } from '../../graph/index.ts';
import { constantParameters } from '../../nn/constant-parameters.ts';
import type { TaskCounts } from '../contract.ts';
import { sharesOfCentres } from './class-centres.ts';
import { fitClassMaps } from './class-maps.ts';
import { fitInput } from './network-input/fitted-input.ts';
import type { FittedInput } from './network-input/network-input.ts';
import type { FittedPatches } from './on-patches.ts';
import {
  asCompared,
  asPublished,
  type NetworkOptions,
  networkShape,
  positive,
  type StageOptions,
  stage,
} from './option-groups.ts';
import type { PatchNetworks } from './patch-networks.ts';
import { patchesOf, stageTask } from './task-seconds.ts';
import { trainNetworks } from './train-networks.ts';
import type { PatchContext } from './training-features.ts';

export const noise = positive.describe(
  "Deviation of the noise, as a multiple of the features' own, one for all dimensions.",
);
/** What such methods have beside their own options. */
export const scorerShape = { ...networkShape, training: stage };

export interface ScorerOptions extends NetworkOptions {
  readonly training: StageOptions;
}

/** How long and on how much a preset trains. */
type Budget = Pick<StageOptions, 'steps' | 'epochs' | 'batch'>;

/**
 * Both presets of such a method.
 * @param common - what the publication fixes
 * @param fast - its budget in comparisons
 * @param published - the publication's, with its input
 */
export function scorerPresets<C extends object>(
  common: C,
  fast: Budget,
  { inputSize, resizeTo, ...budget }: Budget & Pick<NetworkOptions['features'], 'inputSize' | 'resizeTo'>,
) {
  const training = (of: Budget): StageOptions => ({ ...of, learningRate: 2e-4, schedule: 'constant' });
  return {
    fast: { ...asCompared, ...common, training: training(fast) },
    published: {
      ...asPublished,
      ...common,
      features: { ...asPublished.features, inputSize, resizeTo },
      training: training(budget),
    },
  };
}

/**
 * Trains networks on the features themselves; the class of an image is that of the nearest mean feature.
 * @param noise - see `isotropicNoise`
 * @param networksOf - networks for features of a width, with the deviation of their noise
 */
export async function fitScorer(
  context: PatchContext<ScorerOptions>,
  noise: number,
  networksOf: (width: number, deviation: number) => PatchNetworks,
): Promise<FittedPatches> {
  const { extracted: inputs, split } = context;
  const { fitted, fitKey } = await fitInput(context, { kind: 'feature', noise });
  const networks = networksOf(fitted.width, isotropicNoise(fitted));
  const trained = await trainNetworks(context, { inputs, fitted, fitKey }, networks);
  const centres = await fitClassMaps({ ...inputs, images: split.fit });
  const { parameters, steps, chosen, warnings } = trained;
  return {
    steps,
    chosen,
    warnings,
    model: (graph, features, patches) => {
      const score = networks.score(features, constantParameters(graph, parameters));
      return {
        score,
        shares: sharesOfCentres(graph, features, patches, centres),
        imageScore: highestPatch(score, patches),
      };
    },
  };
}

/**
 * The image's score in the code of SimpleNet, GLASS and CRAS: that of its most anomalous patch, before the map is blurred.
 * @param score - [N * patches]
 * @returns [N]
 */
export function highestPatch(score: Tensor, patches: number): Tensor {
  return reduceMax(reshape(score, [-1, patches], 'N'), { axes: [1] });
}

/**
 * One deviation for all dimensions of adapted features: the root mean square of the features' own, times the option `noise`. The
 * adaptor begins with Xavier's weights, which keep lengths on average. The publications' 0.015 is absolute, and means something for one backbone only.
 * Their presets have 0.4: with 0.1, SimpleNet's 900 steps hardly learn to tell noise from normal (docs/results.md).
 */
export function isotropicNoise({ noiseDeviation }: Pick<FittedInput, 'noiseDeviation'>): number {
  return Math.sqrt(noiseDeviation.reduce((sum, each) => sum + each * each, 0) / noiseDeviation.length);
}

/** @param shares - of a batch @param wider - how often the features' width goes through the networks */
export function scorerTasks(
  { features, training }: ScorerOptions,
  { training: images }: TaskCounts,
  shares: { readonly local: number; readonly global: number },
  wider: number,
) {
  const width = features.width * wider;
  return [stageTask('training', training, shares, [width, width, width, 1], images * patchesOf(features))];
}
