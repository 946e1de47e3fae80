/**
 * @file From patch features to what each patch says: its anomaly score and the product it votes for. The networks' score
 * alone (the paper), or the distance to the nearest normal features fused with the networks' score, both in units of how they
 * vary over held-out normal patches.
 */

import { add, argMax, div, type Graph, mul, slice, sub, type Tensor } from '../../graph/index.ts';
import { constantParameters } from '../../nn/constant-parameters.ts';
import { oneHot } from '../../nn/losses.ts';
import type { Parameters } from '../../nn/parameters.ts';
import { type FittedInput, residualsOfImages } from '../shared/network-input/network-input.ts';
import { type PatchModel, sharesOfSums, sumOfPatches } from '../shared/patch-model.ts';
import { networksInference } from './networks.ts';

/** Mean and standard deviation over normal patches. */
export interface ScoreSpread {
  readonly mean: number;
  readonly deviation: number;
}

/** How the two scores are added; absent for the networks alone. */
export interface ScoreFusion {
  readonly distance: ScoreSpread;
  readonly network: ScoreSpread;
  /** What the networks' score weighs against the distance's 1. */
  readonly networkWeight: number;
}

/** A trained method, before anything is known of maps and thresholds. */
export interface TrainedClad {
  readonly fitted: FittedInput;
  readonly parameters: Parameters;
  readonly classes: readonly string[];
}

/** What the patches of a batch say, before it is combined. */
export interface PatchScores {
  /** Networks' score, [rows]. */
  readonly network: Tensor;
  /** Distance to the mean of the nearest entries (residual input), [rows]. */
  readonly distance?: Tensor;
  /** What the patches of each image count for each class, together, [images, N]. */
  readonly votes: Tensor;
}

/**
 * Puts the trained networks behind patch features.
 * @param features - float32 [images * patches, C]
 * @param own - see `PatchModel`
 */
export function patchScores(
  graph: Graph,
  features: Tensor,
  { fitted, parameters, classes }: TrainedClad,
  patches: number,
  own?: Tensor,
): PatchScores {
  const networks = (rows: Tensor) => networksInference(rows, constantParameters(graph, parameters));
  if (fitted.kind === 'residual') {
    const options = { patches, classes: classes.length, own };
    const { rows, distance, votes } = residualsOfImages(graph, features, fitted, options);
    // A residual does not show which class it is of; the entries it is a difference to do.
    return { network: networks(rows).score, distance, votes };
  }
  const { logits, score } = networks(features);
  const products = slice(logits, 1, 0, classes.length);
  const ofPatches = oneHot(argMax(products, 1), classes.length);
  return { network: score, votes: sumOfPatches(ofPatches, patches, classes.length) };
}

/** One score a patch, [rows]. */
export function fuseScores(scores: PatchScores, fusion: ScoreFusion | undefined): Tensor {
  if (!fusion || !scores.distance) return scores.network;
  const standard = (x: Tensor, { mean, deviation }: ScoreSpread) => div(sub(x, mean), deviation);
  return add(
    standard(scores.distance, fusion.distance),
    mul(standard(scores.network, fusion.network), fusion.networkWeight),
  );
}

/** CLAD, trained, as the detector file takes it. */
export function cladModel(model: TrainedClad, fusion: ScoreFusion | undefined): PatchModel {
  return (graph, features, patches, own) => {
    const scores = patchScores(graph, features, model, patches, own);
    return {
      score: fuseScores(scores, fusion),
      shares: sharesOfSums(scores.votes),
    };
  };
}
