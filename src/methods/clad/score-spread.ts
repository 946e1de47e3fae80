/** @file How the two scores vary over held-out normal patches, so that they can be added in common units. */
import { imageFeatures } from '../../features/store/image-features.ts';
import type { FeatureStore, StoreIndex } from '../../features/store/store.ts';
import { Graph } from '../../graph/index.ts';
import { patchCount } from '../../image/geometry.ts';
import { type Engine, float32, floats, int64 } from '../../runtime/engine.ts';
import { patchScores, type ScoreFusion, type ScoreSpread, type TrainedClad } from './patch-scores.ts';

/**
 * Measures both scores on the patches of held-out images, with the image's own entries left out of the memory bank.
 * @returns undefined where the networks score alone
 */
export async function measureSpreads(
  engine: Engine,
  model: TrainedClad,
  features: { readonly store: FeatureStore; readonly index: StoreIndex },
  heldOut: ReadonlySet<number>,
  networkWeight: number | null,
): Promise<ScoreFusion | undefined> {
  if (networkWeight === null || model.fitted.kind === 'feature') return undefined;
  const { store, index } = features;
  const graph = new Graph();
  const perImage = patchCount(index.grid);
  const rows = graph.input('features', 'float32', ['rows', index.width]);
  const scores = patchScores(graph, rows, model, perImage, graph.input('own', 'int64', [1]));
  graph.output('network', scores.network);
  if (scores.distance) graph.output('distance', scores.distance);
  const session = await engine.load(graph.toBytes());
  const network = new Moments();
  const distance = new Moments();
  try {
    for await (const { id, features: rows } of imageFeatures({ store, index, images: heldOut })) {
      const outputs = await session.run({
        features: float32(rows, [perImage, index.width]),
        own: int64([id], [1]),
      });
      network.add(floats(outputs.network));
      distance.add(floats(outputs.distance));
    }
  } finally {
    await session.release();
  }
  return { network: network.spread(), distance: distance.spread(), networkWeight };
}

class Moments {
  #count = 0;
  #sum = 0;
  #squares = 0;

  add(values: Float32Array): void {
    for (const value of values) {
      this.#sum += value;
      this.#squares += value * value;
    }
    this.#count += values.length;
  }

  spread(): ScoreSpread {
    const mean = this.#sum / this.#count;
    const variance = Math.max(0, this.#squares / this.#count - mean * mean);
    return { mean, deviation: Math.max(Math.sqrt(variance), 1e-6) };
  }
}
