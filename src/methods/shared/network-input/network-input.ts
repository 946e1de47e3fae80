/**
 * @file What enters the adaptor: the patch feature itself, as in the paper, or its whitened residual to the nearest normal
 * features (memory-bank.ts). The fitted constants are plain arrays, so that they can be saved with a run and put into any graph.
 */

import {
  type CodedEntries,
  classNames,
  classStarts,
  distancesToClasses,
  leaveOutOfClasses,
  matchImages,
  matchInClass,
  type NeighbourSearch,
} from '../../../features/memory-bank/class-search.ts';
import { codesOf, joinedCodes } from '../../../features/memory-bank/entry-codes.ts';
import { projectFeatures, whiten } from '../../../features/memory-bank/memory-bank.ts';
import { type DType, type Graph, gather, reshape, type Tensor } from '../../../graph/index.ts';
import type { Parameters } from '../../../nn/parameters.ts';
import { sumOfVotes, toldClass, weighedVotes } from '../patch-model.ts';

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
      readonly search: NeighbourSearch;
      /** Principal components that have codes, by which the nearest are looked for; null: an exact search. */
      readonly searchWidth: number | null;
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
  /** What the voting patches of each image count for each class, together, [images, classes]. */
  readonly votes: Tensor;
  /** Class whose entries were searched, int64 [images]. */
  readonly classOf: Tensor;
}

/** The fitted input where it is a residual. */
export type FittedResidual = FittedInput & { kind: 'residual' };

/** Constants of the fitted input as values of a graph; `own` leaves out the entries of one image, [1] int64. */
function bankOf(
  graph: Graph,
  { arrays, entryClasses, entryImages, searchWidth }: FittedResidual,
  own: Tensor | undefined,
  classes = (entryClasses.at(-1) ?? 0) + 1,
) {
  const constant = (name: keyof BankArrays & string, dtype?: DType) =>
    graph.constant(`bank_${name}`, arrays[name]!.data, arrays[name]!.shape, dtype);
  const starts = classStarts(entryClasses, classes);
  const whole = {
    mean: constant('mean'),
    projection: constant('projection'),
    entries: constant('entries', 'float16'),
    norms: constant('norms'),
    whitening: constant('whitening'),
    starts,
    ...(searchWidth !== null && { coded: codedEntries(graph, arrays.entries, starts, searchWidth) }),
  };
  return own ? { ...whole, ...leaveOutOfClasses(whole, own, entryImages) } : whole;
}

/** The codes of a bank's entries as values of a graph. */
function codedEntries(
  graph: Graph,
  { data, shape }: BankArrays['entries'],
  starts: readonly number[],
  searchWidth: number,
): CodedEntries {
  const width = shape[1]!;
  const { codes, centres, perUnit } = joinedCodes(
    starts
      .slice(1)
      .map((end, index) => codesOf(data.subarray(starts[index]! * width, end * width), width, searchWidth)),
    searchWidth,
  );
  return {
    codes: graph.constant(classNames.codes, codes.data, codes.shape, 'int8'),
    centres: graph.constant(classNames.centres, centres.data, centres.shape),
    perUnit: graph.constant(classNames.perUnit, perUnit.data, perUnit.shape),
  };
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
  const match = matchInClass(projected, bank, image.classIndex, fitted.search);
  return { rows: whiten(match.difference, bank), distance: match.distance };
}

/** About as many vote of a large input. */
const mostVoters = 1024;

/**
 * Where there are many patches, every fifth votes, and of more than 5120 fewer: beside each other they say the same. Steps are primes, which share no
 * factor with the usual grids, so no column is left out.
 */
export function votersOf(patches: number): number[] {
  const step = patches > 256 ? primeFrom(Math.max(5, patches / mostVoters)) : 1;
  return Array.from({ length: Math.ceil(patches / step) }, (_, at) => at * step);
}

/** The smallest prime that is not below. */
function primeFrom(least: number): number {
  const isPrime = (number: number) => {
    for (let factor = 2; factor * factor <= number; factor++) if (number % factor === 0) return false;
    return true;
  };
  let number = Math.ceil(least);
  while (!isPrime(number)) number++;
  return number;
}

/**
 * Residuals of all patches of images, each in the class that its patches vote for; a file may be opened so that the class is given (detector/class-input.ts).
 * @param features - float32 [images * patches, C]
 * @param options - `own`: id of the one image there is, int64 [1], whose entries are left out, while calibrating; `voting`: how many of its patches, the first ones,
 *   tell an image's class, all where absent
 */
export function residualsOfImages(
  graph: Graph,
  features: Tensor,
  fitted: FittedResidual,
  options: {
    readonly patches: number;
    readonly voting?: number | undefined;
    readonly classes: number;
    readonly own?: Tensor | undefined;
  },
): RecognisedResiduals {
  const { patches, voting: among = patches, classes, own } = options;
  const bank = bankOf(graph, fitted, own, classes);
  const projected = projectFeatures(features, bank);
  const voters = votersOf(among);
  const voting = reshape(
    gather(
      reshape(projected, [-1, patches, fitted.width], 'N'),
      graph.constant('voters', voters, [voters.length], 'int64'),
      1,
    ),
    [-1, fitted.width],
    'voting',
  );
  const ofPatches = weighedVotes(distancesToClasses(voting, bank), classes);
  const votes = sumOfVotes(ofPatches, voters.length, classes);
  const classOf = toldClass(votes);
  const match = matchImages(projected, patches, bank, classOf, fitted.search);
  return { rows: whiten(match.difference, bank), distance: match.distance, votes, classOf };
}
