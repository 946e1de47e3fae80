/** @file Times that `clad train --plan` measures whatever the method: of a backbone and of products, drawn by chance, on this machine as it is now. */
import { Random } from '../../core/random.ts';
import type { Backbone } from '../../features/backbones/loaded-backbone.ts';
import { Extractor, type FeaturePlan } from '../../features/patches/extractor.ts';
import { Graph, matmul } from '../../graph/index.ts';
import { type Engine, float32 } from '../../runtime/engine.ts';

/** Of one image, the best of three: decoding and drawing run beside it. @throws what running the backbone once throws */
export async function extractionSeconds(
  engine: Engine,
  backbone: Backbone,
  features: FeaturePlan,
): Promise<number> {
  const { width, height } = features.geometry;
  const random = new Random('plan');
  const data = Uint8Array.from({ length: width * height * 3 }, () => random.integer(256));
  const extractor = await Extractor.create(engine, backbone, features);
  try {
    return await fastest(3, () => extractor.extract([{ width, height, data }]));
  } finally {
    await extractor.release();
  }
}

/** Multiplications and additions a second in a product of matrices. */
export async function productRate(engine: Engine): Promise<number> {
  const graph = new Graph();
  const side = 1024;
  const left = graph.input('left', 'float32', [side, side]);
  graph.output('product', matmul(left, left, { transB: true }));
  const session = await engine.load(graph.toBytes());
  const value = float32(new Random('plan').fillNormal(new Float32Array(side * side)), [side, side]);
  const seconds = await fastest(3, () => session.run({ left: value }));
  await session.release();
  return (2 * side ** 3) / seconds;
}

/** Seconds of some work, the best of several times. */
export async function fastest(times: number, work: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < times; turn++) {
    const started = performance.now();
    await work();
    best = Math.min(best, (performance.now() - started) / 1000);
  }
  return best;
}
