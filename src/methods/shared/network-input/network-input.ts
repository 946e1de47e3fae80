/**
 * @file What enters the adaptor: the patch feature itself, as in the paper, or its whitened residual to the nearest normal
 * features (memory-bank.ts). The fitted constants are plain arrays, so that they can be saved with a run and put into any graph.
 */

import {
  type EntryClasses,
  leaveOut,
  type Match,
  matchEntries,
  projectFeatures,
  whiten,
} from '../../../features/memory-bank/memory-bank.ts';
import type { Graph, Tensor } from '../../../graph/index.ts';
import type { Parameters } from '../../../nn/parameters.ts';

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

/** Rows for the networks, and for residuals what the memory bank says by itself. */
export interface InputRows {
  /** [rows, width] */
  readonly rows: Tensor;
  readonly match?: Match;
}

/**
 * Network input of patch features.
 * @param features - float32 [rows, C]
 * @param options - `ownImage`: id of the image that all rows are of, [1] int64, leaves out the bank's entries of that image, while training and calibrating;
 *   `classes`: how many there are, where distances to each are wanted
 */
export function networkInput(
  graph: Graph,
  features: Tensor,
  fitted: FittedInput,
  options: { readonly ownImage?: Tensor | undefined; readonly classes?: number } = {},
): InputRows {
  if (fitted.kind === 'feature') return { rows: features };
  const constant = (name: 'mean' | 'projection' | 'entries' | 'norms' | 'whitening') =>
    graph.constant(`bank_${name}`, fitted.arrays[name].data, fitted.arrays[name].shape);
  const whole = {
    mean: constant('mean'),
    projection: constant('projection'),
    entries: constant('entries'),
    norms: constant('norms'),
    whitening: constant('whitening'),
  };
  const { ownImage, classes } = options;
  const bank = ownImage ? leaveOut(whole, ownImage, fitted.entryImages) : whole;
  const projected = projectFeatures(features, bank);
  const entries: EntryClasses | undefined =
    classes === undefined ? undefined : { of: fitted.entryClasses, count: classes };
  const match = matchEntries(projected, bank, fitted.neighbours, { classes: entries });
  return { rows: whiten(match.difference, bank), match };
}
