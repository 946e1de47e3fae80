/** @file Methods whose networks score patch features and say nothing of products: SimpleNet and GLASS. */

import type { ClassForegrounds } from '../../features/patches/class-foreground.ts';
import type { ExtractedStore } from '../../features/store/extract.ts';
import { reduceMax, reshape, type Tensor } from '../../graph/index.ts';
import type { Work } from '../../jobs/train/prepare.ts';
import { presets, type TrainingOptions } from '../../training/options.ts';
import type { TrainableNetworks } from '../../training/trainable.ts';
import { constantParameters } from '../clad/patch-scores.ts';
import type { Trained } from '../contract.ts';
import { sharesOfCentres } from './class-centres.ts';
import { fitClassMaps } from './class-maps.ts';
import type { FittedInput } from './network-input/network-input.ts';
import { fitInput } from './train-features.ts';
import { trainOn } from './train-networks.ts';

/**
 * Trains them on the features themselves; the product of a picture is that of the nearest mean feature.
 * @param networksOf - networks for features of a width, with the deviation of their noise
 */
export async function trainScorer(
  work: Work,
  foregrounds: ClassForegrounds,
  extracted: ExtractedStore,
  networksOf: (width: number, noise: number) => TrainableNetworks,
): Promise<Trained> {
  const { fitted, fitKey } = await fitInput(work, extracted);
  const networks = networksOf(fitted.width, isotropicNoise(fitted));
  const trained = await trainOn(work, foregrounds, extracted, fitted, fitKey, networks);
  const centres = await fitClassMaps({ ...extracted, images: work.split.fit });
  const { parameters, steps, chosen } = trained;
  return {
    steps,
    chosen,
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
 * The picture's score in the code of SimpleNet, GLASS and CRAS: that of its most anomalous patch, before the map is blurred.
 * @param score - [N * patches]
 * @returns [N]
 */
export function highestPatch(score: Tensor, patches: number): Tensor {
  return reduceMax(reshape(score, [-1, patches], 'N'), { axes: [1] });
}

/**
 * One deviation for all dimensions of adapted features: the root mean square of the features' own, times `globalAnomalies.noise`. The
 * adaptor begins with Xavier's weights, which keep lengths on average. The publications' 0.015 is absolute, and means something for one backbone only.
 * Their presets have 0.4: with 0.1, SimpleNet's 900 steps hardly learn to tell noise from normal (docs/results.md).
 */
export function isotropicNoise({ noiseDeviation }: Pick<FittedInput, 'noiseDeviation'>): number {
  return Math.sqrt(noiseDeviation.reduce((sum, each) => sum + each * each, 0) / noiseDeviation.length);
}

/** The rows a step and the steps of a training in one stage. */
type Schedule = Pick<TrainingOptions['stage1'], 'steps' | 'epochs' | 'batch'>;

/** Options of a method with one stage, on features as they are, scored by its networks alone. */
export function oneStage(
  base: TrainingOptions,
  settings: Partial<TrainingOptions>,
  schedule: Schedule,
): TrainingOptions {
  const { input, score } = presets.paper;
  return {
    ...base,
    input,
    score,
    ...settings,
    stage1: { ...schedule, learningRate: 2e-4, schedule: 'constant' },
    stage2: { ...base.stage2, steps: 0, epochs: null },
  };
}
