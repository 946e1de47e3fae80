/**
 * @file From patch features to what each patch says: its anomaly score and the product it votes for. The networks' score
 * alone (the paper), or the distance to the nearest normal features with the networks' score as a second voice, both in units of how
 * they vary over held-out normal patches.
 */
import { add, argMax, div, type Graph, gather, mul, slice, sub, type Tensor } from '../graph/index.ts';
import { oneHot } from '../model/losses.ts';
import { type FittedInput, networkInput } from '../model/network-input.ts';
import { networksInference } from '../model/networks.ts';
import type { Parameters } from '../model/parameters.ts';

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
  /** Mean distance to the nearest members (residual input), [rows]. */
  readonly distance?: Tensor;
  /** The product each patch votes for, as ones and zeros, [rows, N]. */
  readonly votes: Tensor;
}

/**
 * Puts the trained networks behind patch features.
 * @param features - float32 [rows, C]
 */
export function patchVoices(graph: Graph, features: Tensor, model: TrainedPatchModel): PatchVoices {
  const { rows, match } = networkInput(graph, features, model.fitted);
  // By name: parameters from a checkpoint come in another order, and the file shall not depend on it.
  const names = Object.keys(model.parameters).sort();
  const parameters = Object.fromEntries(
    names.map((name) => {
      const { shape, data } = model.parameters[name]!;
      return [name, graph.constant(name, data, shape)];
    }),
  );
  const { logits, score } = networksInference(rows, parameters);
  const count = model.classes.length;
  if (match && model.fitted.kind === 'residual') {
    // A residual does not show which product it is of; the member it is a difference to does.
    const { memberClasses } = model.fitted;
    const ones = memberClasses.flatMap((own) =>
      Array.from({ length: count }, (_, each) => (each === own ? 1 : 0)),
    );
    const table = graph.constant('member_votes', ones, [memberClasses.length, count]);
    return { network: score, distance: match.distance, votes: gather(table, match.nearest) };
  }
  const products = slice(logits, 1, 0, count);
  return { network: score, votes: oneHot(argMax(products, 1), count) };
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
