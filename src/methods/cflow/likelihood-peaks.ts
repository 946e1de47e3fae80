/** @file How likely the likeliest patch of the good images is, level by level: what makes the likelihoods of levels comparable. */
import { CladError } from '../../core/errors.ts';
import { type MapLevel, mapsOfStored, valuesOf } from '../../features/store/extract-maps.ts';
import { Graph, reduceMax } from '../../graph/index.ts';
import { constantParameters } from '../../nn/constant-parameters.ts';
import { floats } from '../../runtime/engine.ts';
import type { TrainedParameters } from '../../training/trainer.ts';
import type { FitContext } from '../contract.ts';
import type { ImagePasses } from '../shared/maps/image-passes.ts';
import { taskOfLevel } from './cflow-schedule.ts';
import { type LevelFlow, likelihoodsOfMaps } from './flow.ts';

/**
 * Looks at every image once.
 * @returns of each level the highest value of `logLikelihood`
 * @throws INTERRUPTED when the signal is aborted; TRAINING_DIVERGED where a likelihood is no number
 */
export async function likelihoodPeaks(
  { engine, onProgress, signal }: Pick<FitContext, 'engine' | 'onProgress' | 'signal'>,
  passes: ImagePasses,
  flows: readonly LevelFlow[],
  { parameters, steps }: TrainedParameters,
): Promise<number[]> {
  const levels: MapLevel[] = flows.map(({ level }) => level);
  const shape = [1, valuesOf(levels)];
  const graph = new Graph();
  const maps = mapsOfStored(graph.input('maps', 'float16', shape), levels);
  const likelihoods = likelihoodsOfMaps(graph, maps, flows, constantParameters(graph, parameters));
  for (const [at, { name }] of flows.entries()) graph.output(name, reduceMax(likelihoods[at]!));
  const session = await engine.load(graph.toBytes());
  const peaks = flows.map(() => Number.NEGATIVE_INFINITY);
  const total = passes.images;
  try {
    for (let image = 0; image < total; image++) {
      if (signal?.aborted)
        throw new CladError('INTERRUPTED', { where: `likelihoods, image ${image} of ${total}` });
      const data = await passes.imageAt(image);
      const highest = await session.run({ maps: { dtype: 'float16', shape, data } });
      for (const [at, { name }] of flows.entries())
        peaks[at] = Math.max(peaks[at]!, floats(highest[name])[0]!);
      onProgress?.({ task: 'likelihoods', done: image + 1, total, unit: 'images' });
    }
  } finally {
    await session.release();
  }
  const odd = peaks.findIndex((peak) => !Number.isFinite(peak));
  if (odd >= 0) throw new CladError('TRAINING_DIVERGED', { stage: taskOfLevel(odd), step: steps[odd]! });
  return peaks;
}
