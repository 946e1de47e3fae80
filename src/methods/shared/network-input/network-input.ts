/**
 * @file What enters the adaptor: the patch feature itself, as in the paper, or its whitened residual to the nearest normal
 * features (memory-bank.ts). The fitted constants are plain arrays, so that they can be saved with a run and put into any graph.
 */

import {
  classStarts,
  distancesToClasses,
  matchImages,
  matchInClass,
} from '../../../features/memory-bank/class-search.ts';
import { leaveOut, projectFeatures, whiten } from '../../../features/memory-bank/memory-bank.ts';
import { argMax, type Graph, type Tensor } from '../../../graph/index.ts';
import type { Parameters } from '../../../nn/parameters.ts';
import { sumOfVotes, weighedVotes } from '../patch-model.ts';

/** Names of a memory bank's arrays (see `MemoryBank`), as they are saved. */
export type BankArrays = Parameters &
  Readonly<Record<'mean' | 'projection' | 'entries' | 'norms' | 'whitening', Parameters[string]>>;

/** The fitted input of the networks. */
export type FittedInput = {
  /** Width of a row that enters the adaptor. */
  readonly width: number;
  /** Standard deviation of the noise of Eq. 5 by dimension, at the option's own scale. [width] */
  readonly noiseDeviation: Float32Array;
} & (
  | { readonly kind: 'feature' }
  | {
      readonly kind: 'residual';
      readonly neighbours: number;
      readonly arrays: BankArrays;
      /** Class index of each entry, [M]; never falling, so that the entries of a class lie together. */
      readonly entryClasses: readonly number[];
      /** Image id of each entry, [M]. */
      readonly entryImages: readonly number[];
    }
);

/** What a bank says of rows, before any network. */
export interface Residuals {
  /** Whitened difference to the mean of the nearest entries, [rows, width]. */
  readonly rows: Tensor;
  /** Euclidean length of the difference before whitening, [rows]. */
  readonly distance: Tensor;
}

/** Rows of images whose class was not known. */
export interface RecognisedResiduals extends Residuals {
  /** What the patches of each image count for each class in the vote on its class, together, [images, classes]. */
  readonly votes: Tensor;
}

/** The fitted input where it is a residual. */
export type FittedResidual = FittedInput & { kind: 'residual' };

/** Constants of the fitted input as values of a graph; `own` leaves out the entries of one image, [1] int64. */
function bankOf(
  graph: Graph,
  { arrays, entryClasses, entryImages }: FittedResidual,
  own: Tensor | undefined,
  classes = (entryClasses.at(-1) ?? 0) + 1,
) {
  const constant = (name: keyof BankArrays & string) =>
    graph.constant(`bank_${name}`, arrays[name]!.data, arrays[name]!.shape);
  const whole = {
    mean: constant('mean'),
    projection: constant('projection'),
    entries: constant('entries'),
    norms: constant('norms'),
    whitening: constant('whitening'),
    starts: classStarts(entryClasses, classes),
  };
  return own ? leaveOut(whole, own, entryImages) : whole;
}

/**
 * Residuals of patches of one image, whose class is known.
 * @param features - float32 [rows, C]
 * @param image - id, and class index, int64 [1] each; the bank's entries of the image itself are left out
 */
export function residualsOfImage(
  graph: Graph,
  features: Tensor,
  fitted: FittedResidual,
  image: { readonly id: Tensor; readonly classIndex: Tensor },
): Residuals {
  const bank = bankOf(graph, fitted, image.id);
  const projected = projectFeatures(features, bank);
  const match = matchInClass(projected, bank, image.classIndex, fitted.neighbours);
  return { rows: whiten(match.difference, bank), distance: match.distance };
}

/**
 * Residuals of all patches of images, each in the class that its patches vote for.
 * @param features - float32 [images * patches, C]
 * @param options - `own`: id of the one image there is, int64 [1], whose entries are left out, while calibrating
 */
export function residualsOfImages(
  graph: Graph,
  features: Tensor,
  fitted: FittedResidual,
  options: { readonly patches: number; readonly classes: number; readonly own?: Tensor | undefined },
): RecognisedResiduals {
  const { patches, classes, own } = options;
  const bank = bankOf(graph, fitted, own, classes);
  const projected = projectFeatures(features, bank);
  const ofPatches = weighedVotes(distancesToClasses(projected, bank), classes);
  const votes = sumOfVotes(ofPatches, patches, classes);
  const classOf = argMax(votes, 1);
  const match = matchImages(projected, patches, bank, classOf, fitted.neighbours);
  return { rows: whiten(match.difference, bank), distance: match.distance, votes };
}
