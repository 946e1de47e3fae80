/** @file How distance and networks' score vary over held-out normal patches of each class, so that they can be added in common units. */
import { RunningMoments } from '../../core/moments.ts';
import { loadByClass } from '../../detector/class-input.ts';
import { type ImageDistances, rimSpread } from '../../features/memory-bank/rim-spread.ts';
import { imageFeatures } from '../../features/store/image-features.ts';
import type { FitSource } from '../../features/store/sample-rows.ts';
import { Graph } from '../../graph/index.ts';
import { patchCount } from '../../image/geometry.ts';
import { zonesOfPatches } from '../../image/rim.ts';
import { insideOf, regionOfImage } from '../../image/roi/region-of-interest.ts';
import { type Engine, float32, floats, int64 } from '../../runtime/engine.ts';
import { patchScores, type ScoreFusion, type ScoreSpread, type TrainedClad } from './patch-scores.ts';

/** Images of a class whose distances tell how they vary near the rim; more change little. */
const mostAtRim = 64;

/**
 * Measures the scores there are on the patches of held-out images, with the image's own entries left out of the memory bank.
 * @param topShare - where the input is seen in tiles: share of the highest patches that makes an image's score
 * @returns undefined where the networks score alone
 */
export async function measureSpreads(
  engine: Engine,
  model: TrainedClad,
  features: Pick<FitSource, 'store' | 'index' | 'regions'>,
  heldOut: ReadonlySet<number>,
  networkWeight: number | null,
  topShare?: number,
): Promise<ScoreFusion | undefined> {
  if (networkWeight === null || model.fitted.kind === 'feature') return undefined;
  const { store, index, regions } = features;
  const graph = new Graph();
  const perImage = patchCount(index.grid);
  const rows = graph.input('features', 'float32', ['rows', index.width]);
  const scores = patchScores(graph, rows, model, perImage, graph.input('own', 'int64', [1]));
  if (scores.network) graph.output('network', scores.network);
  if (scores.distance) graph.output('distance', scores.distance);
  // As of the class that it is of, whatever it is taken for (docs/decisions/0083-good-images-are-judged-as-their-own.md).
  const { session, classFeed } = await loadByClass(engine, graph.toBytes());
  const network = new ClassMoments(index.classes.length);
  const distance = new ClassMoments(index.classes.length);
  const zones = topShare === undefined ? undefined : zonesOfPatches(index.grid);
  const seen = { zones: zones ?? [], grid: index.grid, topShare: topShare ?? 0 };
  const atRim = index.classes.map((): ImageDistances[] => []);
  try {
    for await (const { id, classIndex, features: rows } of imageFeatures({ store, index, images: heldOut })) {
      const outputs = await session.run({
        features: float32(rows, [perImage, index.width]),
        own: int64([id], [1]),
        ...classFeed(classIndex),
      });
      const region = regionOfImage(regions, classIndex, id);
      const inside = (values: Float32Array) => insideOf(values, region);
      if (outputs.network) network.add(classIndex, inside(floats(outputs.network)));
      const distances = floats(outputs.distance);
      distance.add(classIndex, inside(distances));
      if (zones && atRim[classIndex]!.length < mostAtRim)
        atRim[classIndex]!.push({ distances, inside: region?.patches });
    }
  } finally {
    await session.release();
  }
  return {
    ...(scores.network && { network: network.spreads() }),
    distance: distance.spreads(),
    networkWeight,
    ...(zones && {
      rim: {
        grid: index.grid,
        zones,
        ofClasses: atRim.map((own) => rimSpread(own.length > 0 ? own : atRim.flat(), seen)),
      },
    }),
  };
}

/** The moments of each class; those of all together for one that has no images here. */
class ClassMoments {
  readonly #all = new RunningMoments();
  readonly #classes: readonly RunningMoments[];

  constructor(classes: number) {
    this.#classes = Array.from({ length: classes }, () => new RunningMoments());
  }

  add(classIndex: number, values: Float32Array): void {
    this.#all.add(values);
    this.#classes[classIndex]!.add(values);
  }

  spreads(): ScoreSpread[] {
    return this.#classes.map((each) => (each.isEmpty ? this.#all : each).spread());
  }
}
