/**
 * @file From patch features to what each patch says: its anomaly score and the product it votes for. The networks' score
 * alone (the paper), or the distance to the nearest normal features with the networks' score as a second voice, both in units of how
 * they vary over held-out normal patches.
 */

import { type PatchModel, sharesOfVotes } from '../../detector/patch-model.ts';
import { add, argMax, div, type Graph, mul, slice, sub, type Tensor, topK } from '../../graph/index.ts';
import { oneHot } from '../../nn/losses.ts';
import type { Parameters } from '../../nn/parameters.ts';
import { type FittedInput, networkInput } from '../shared/network-input/network-input.ts';
import { networksInference } from './networks.ts';

/** Mean and standard deviation over normal patches. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** How the two voices are added; absent for the networks alone. */
export interface SecondOpinion {
  readonly distance: Spread;
  readonly network: Spread;
  /** What the networks' score weighs against the distance's 1. */
  readonly networkWeight: number;
}

/** A trained method, before anything is known of maps and thresholds. */
export interface TrainedPatchModel {
  readonly fitted: FittedInput;
  readonly parameters: Parameters;
  readonly classes: readonly string[];
}

/** What the patches of a batch say, before it is combined. */
export interface PatchVoices {
  /** Networks' score, [rows]. */
  readonly network: Tensor;
  /** Distance to the mean of the nearest members (residual input), [rows]. */
  readonly distance?: Tensor;
  /** Each patch's vote: 0 but for one product, where it is what the vote counts. [rows, N] */
  readonly votes: Tensor;
}

/**
 * Puts the trained networks behind patch features.
 * @param features - float32 [rows, C]
 * @param own - see `PatchModel`
 */
export function patchVoices(
  graph: Graph,
  features: Tensor,
  model: TrainedPatchModel,
  own?: Tensor,
): PatchVoices {
  const count = model.classes.length;
  const { rows, match } = networkInput(graph, features, model.fitted, { classes: count, ownImage: own });
  const { logits, score } = networksInference(rows, constantParameters(graph, model.parameters));
  if (match?.toClasses) {
    // A residual does not show which product it is of; the members it is a difference to do.
    return { network: score, distance: match.distance, votes: weighedVotes(match.toClasses, count) };
  }
  const products = slice(logits, 1, 0, count);
  return { network: score, votes: oneHot(argMax(products, 1), count) };
}

/** Trained parameters as constants of a graph. */
export function constantParameters(graph: Graph, parameters: Parameters): Record<string, Tensor> {
  // By name: parameters from a checkpoint come in another order, and the file shall not depend on it.
  const names = Object.keys(parameters).sort();
  return Object.fromEntries(
    names.map((name) => {
      const { shape, data } = parameters[name]!;
      return [name, graph.constant(name, data, shape)];
    }),
  );
}

/** Added to what a vote counts, so that a picture whose patches favour nobody still has shares. */
const leastWeight = 1e-6;

/**
 * Each patch votes for the product nearest to it, and the vote counts by how much further away the next one is: a patch of bare table,
 * which lies under several products, does not decide which one it is (docs/decisions/0009-the-product-by-weighed-votes.md).
 * @param distances - to each product, [rows, N]
 */
export function weighedVotes(distances: Tensor, count: number): Tensor {
  if (count === 1) return add(mul(distances, 0), 1);
  const { values, indices } = topK(distances, 2, false);
  const [nearest, next] = [slice(values, 1, 0, 1), slice(values, 1, 1, 2)];
  return mul(oneHot(slice(indices, 1, 0, 1), count), add(sub(next, nearest), leastWeight));
}

/** One score a patch, [rows]. */
export function combineVoices(voices: PatchVoices, opinion: SecondOpinion | undefined): Tensor {
  if (!opinion || !voices.distance) return voices.network;
  const standard = (x: Tensor, { mean, deviation }: Spread) => div(sub(x, mean), deviation);
  return add(
    standard(voices.distance, opinion.distance),
    mul(standard(voices.network, opinion.network), opinion.networkWeight),
  );
}

/** CLAD, trained, as the detector file takes it. */
export function cladPatchModel(model: TrainedPatchModel, opinion: SecondOpinion | undefined): PatchModel {
  return (graph, features, patches, own) => {
    const voices = patchVoices(graph, features, model, own);
    return {
      score: combineVoices(voices, opinion),
      shares: sharesOfVotes(voices.votes, patches, model.classes.length),
    };
  };
}
