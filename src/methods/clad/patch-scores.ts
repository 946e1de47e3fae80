/**
 * @file From patch features to what each patch says: its anomaly score and the class it votes for. The networks' score
 * alone (the paper), or the distance to the nearest normal features fused with the networks' score, both in units of how they
 * vary over held-out normal patches, or that distance alone.
 */

import { ofMapAlone } from '../../detector/heat/whole-scores.ts';
import { rimNames, spreadNames } from '../../features/memory-bank/class-search.ts';
import { levelMatrix, turned } from '../../features/memory-bank/local-level.ts';
import type { RimSpread } from '../../features/memory-bank/rim-spread.ts';
import {
  add,
  argMax,
  div,
  type Graph,
  gather,
  matmul,
  minimum,
  mul,
  reshape,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from '../../graph/index.ts';
import type { Grid } from '../../image/geometry.ts';
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

/**
 * By what the scores are measured, and how they are added; absent for the networks alone. Each class has its own spread: how far apart normal patches lie is another matter for a
 * bottle than for a cloth, and each class has its own entries.
 */
export interface ScoreFusion {
  /** By class. */
  readonly distance: readonly ScoreSpread[];
  /** By class; absent where there are no networks. */
  readonly network?: readonly ScoreSpread[];
  /** What the networks' score weighs against the distance's 1. */
  readonly networkWeight: number;
  /** Where an input is seen in tiles: what the distance is measured by instead. */
  readonly rim?: {
    readonly grid: Grid;
    /** Of each patch, [patches]. */
    readonly zones: readonly number[];
    /** By class. */
    readonly ofClasses: readonly RimSpread[];
  };
}

/** A trained method, before anything is known of maps and thresholds. */
export interface TrainedClad {
  readonly fitted: FittedInput;
  /** Absent for the distance alone. */
  readonly parameters: Parameters | undefined;
  readonly classes: readonly string[];
  /** How many of an image's patches, the first ones, tell its class; all where absent. */
  readonly voting?: number;
}

/** What the patches of a batch say, before it is combined. */
export interface PatchScores {
  /** Networks' score, [rows]; absent where there are none. */
  readonly network?: Tensor;
  /** Distance to the mean of the nearest entries (residual input), [rows]; where it is the whole score, of components by their own spread (decision 0041). */
  readonly distance?: Tensor;
  /** What the voting patches of each image count for each class, together, [images, N]. */
  readonly votes: Tensor;
  /** Class whose entries were searched, int64 [images] (residual input). */
  readonly classOf?: Tensor;
}

/**
 * Puts the trained networks behind patch features.
 * @param features - float32 [images * patches, C]
 * @param own - see `PatchModel`
 */
export function patchScores(
  graph: Graph,
  features: Tensor,
  { fitted, parameters, classes, voting }: TrainedClad,
  patches: number,
  own?: Tensor,
): PatchScores {
  const networks =
    parameters && ((rows: Tensor) => networksInference(rows, constantParameters(graph, parameters)));
  if (fitted.kind === 'residual') {
    const options = { patches, voting, classes: classes.length, own };
    const { rows, ...found } = residualsOfImages(graph, features, fitted, options);
    // A residual does not show which class it is of; the entries it is a difference to do.
    return networks
      ? { network: networks(rows).score, ...found }
      : { ...found, distance: sqrt(sum(square(rows), { axes: [1] })) };
  }
  if (!networks) throw new TypeError('features are scored by networks, and there are none');
  const { logits, score } = networks(features);
  const products = slice(logits, 1, 0, classes.length);
  const ofPatches = oneHot(argMax(products, 1), classes.length);
  return { network: score, votes: sumOfPatches(ofPatches, patches, classes.length) };
}

/**
 * One score a patch, [rows].
 * @param fusion - absent for the networks alone
 * @param patches - of an image
 */
export function fuseScores(
  { network, distance, classOf }: PatchScores,
  fusion: ScoreFusion | undefined,
  patches: number,
): Tensor {
  if (!fusion || !distance || !classOf) {
    if (!network) throw new TypeError('a distance needs the spreads by which classes are compared');
    return network;
  }
  const { graph } = distance;
  const ofImages = (name: string, values: readonly number[]) =>
    reshape(gather(graph.constant(name, values, [values.length]), classOf), [-1, 1], 'images');
  const standard = (x: Tensor, kind: 'distance' | 'network', spreads: readonly ScoreSpread[]) =>
    div(
      sub(
        reshape(x, [-1, patches], 'images'),
        ofImages(
          spreadNames[kind].mean,
          spreads.map(({ mean }) => mean),
        ),
      ),
      ofImages(
        spreadNames[kind].deviation,
        spreads.map(({ deviation }) => deviation),
      ),
    );
  const alone = fusion.rim
    ? byRim(reshape(distance, [-1, patches], 'images'), reshape(classOf, [-1], 'images'), fusion.rim)
    : standard(distance, 'distance', fusion.distance);
  const fused =
    network && fusion.network
      ? add(alone, mul(standard(network, 'network', fusion.network), fusion.networkWeight))
      : alone;
  const [rows] = distance.shape;
  return typeof rows === 'number' ? reshape(fused, [rows]) : reshape(fused, [-1], rows);
}

/**
 * Distances measured by how they vary as near the rim, less the level of the image, or around each patch where the whole is seen beside, as far as good images
 * have it.
 * @param distances - [images, patches]
 * @param classOf - int64 [images]
 */
function byRim(
  distances: Tensor,
  classOf: Tensor,
  { grid, zones, ofClasses }: NonNullable<ScoreFusion['rim']>,
): Tensor {
  const { graph } = distances;
  const [classes, patches] = [ofClasses.length, zones.length];
  const places = graph.constant(rimNames.zones, zones, [patches], 'int64');
  const ofPatches = (name: string, values: readonly number[]) =>
    gather(gather(graph.constant(name, values, [classes, values.length / classes]), classOf), places, 1);
  const measured = div(
    sub(
      distances,
      ofPatches(
        spreadNames.distance.mean,
        ofClasses.flatMap(({ means }) => means),
      ),
    ),
    ofPatches(
      spreadNames.distance.deviation,
      ofClasses.flatMap(({ deviations }) => deviations),
    ),
  );
  const lessLevel = (scores: Tensor, level: Tensor) => {
    const levels = ofClasses.map((each) => each.level);
    const most = gather(graph.constant(rimNames.levels, levels, [classes]), classOf);
    return sub(scores, minimum(level, reshape(most, [-1, 1], 'images')));
  };
  if (!grid.whole) return lessLevel(measured, meanOfImages(measured, patches));
  // What lies around a patch of the whole is what the whole is seen for.
  return ofMapAlone(measured, grid, (fine) => lessLevel(fine, aroundPatches(fine, grid)));
}

/** @param scores - [images, patches] @returns [images, 1] */
function meanOfImages(scores: Tensor, patches: number): Tensor {
  const { graph } = scores;
  const shares = graph.constant(rimNames.shares, new Float32Array(patches).fill(1 / patches), [patches, 1]);
  // By a product in which each image has a column of its own: else the engine adds in another order for one image than for several.
  const columns = add(mul(reshape(scores, [-1, patches, 1], 'images'), 0), shares);
  return reshape(matmul(reshape(scores, [-1, 1, patches], 'images'), columns), [-1, 1], 'images');
}

/** The level around each patch (local-level.ts). @param scores - [images, rows * columns] @returns the same shape */
function aroundPatches(scores: Tensor, { rows, columns }: Grid): Tensor {
  const { graph } = scores;
  const down = graph.constant(rimNames.down, levelMatrix(rows), [rows, rows]);
  const across = graph.constant(rimNames.across, turned(levelMatrix(columns), columns), [columns, columns]);
  const around = matmul(matmul(down, reshape(scores, [-1, rows, columns], 'images')), across);
  return reshape(around, [-1, rows * columns], 'images');
}

/** CLAD, trained, as the detector file takes it. */
export function cladModel(model: TrainedClad, fusion: ScoreFusion | undefined): PatchModel {
  return (graph, features, patches, own) => {
    const scores = patchScores(graph, features, model, patches, own);
    return {
      score: fuseScores(scores, fusion, patches),
      shares: sharesOfSums(scores.votes),
    };
  };
}
