/** @file The units of score fusion: how both scores vary over held-out normal patches, and over nothing else. */
import { describe, expect, it } from 'vitest';
import { halvesToFloats } from '../../../../src/core/half.ts';
import { Random } from '../../../../src/core/random.ts';
import { cladPresets as presets } from '../../../../src/methods/clad/clad-options.ts';
import { initialParameters } from '../../../../src/methods/clad/networks.ts';
import { patchScores, type TrainedClad } from '../../../../src/methods/clad/patch-scores.ts';
import { measureSpreads } from '../../../../src/methods/clad/score-spread.ts';
import { fitFeatureInput, fitResidualInput } from '../../../../src/methods/shared/network-input/fit-input.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { type MadeStoreOptions, makeStore, randomRows, withFolder } from '../../../helpers/made-store.ts';
import { runGraph } from '../../../helpers/run-graph.ts';

const width = 6;
const engine = await nodeEngine({ threads: 2 });
const training = {
  ...presets.fast,
  noise: presets.fast.globalAnomalies.noise,
  memoryBank: { ...presets.fast.memoryBank, components: 4, coresetSize: 12, candidates: 1000 },
};
const held = new Set([1, 4]);

function withModel<T>(
  kind: 'feature' | 'residual',
  use: (made: Awaited<ReturnType<typeof makeStore>>, model: TrainedClad) => Promise<T>,
  rowOf: MadeStoreOptions['rowOf'] = randomRows(width),
): Promise<T> {
  return withFolder(async (folder) => {
    const made = await makeStore(folder, {
      width,
      gridSide: 3,
      classes: ['bolt', 'nut'],
      shards: [3, 3],
      localOf: () => [{ position: 0, coverage: 1 }],
      rowOf,
    });
    const fitted =
      kind === 'residual'
        ? await fitResidualInput(engine, made, training)
        : await fitFeatureInput(engine, made, training);
    const parameters = initialParameters(
      { inputWidth: fitted.width, adaptorWidths: [8, 6, 5], discriminatorWidths: [6, 5], classes: 2 },
      new Random('opinion'),
    );
    return use(made, { fitted, parameters, classes: ['bolt', 'nut'] });
  });
}

function spreadOf(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

describe('the spread for score fusion', () => {
  it('is measured by class on all patches of held-out images, each without its own entries in the bank', () =>
    withModel('residual', async (made, model) => {
      const own = [0, 1].map(() => ({ network: [] as number[], distance: [] as number[] }));
      const together: number[] = [];
      const whole: number[] = [];
      for (let shard = 0; shard < 2; shard++) {
        const { images, features } = await made.store.readShard(shard);
        for (const [image, { id, classIndex }] of images.entries()) {
          if (!held.has(id)) continue;
          const rows = halvesToFloats(features.subarray(image * 9 * width, (image + 1) * 9 * width));
          const found = await runGraph({ x: { data: rows, shape: [9, width] } }, (graph, { x }) => {
            const without = patchScores(graph, x!, model, 9, graph.constant('own', [id], [1], 'int64'));
            const all = patchScores(graph, x!, model, 9);
            return { network: without.network!, distance: without.distance!, all: all.distance! };
          });
          own[classIndex]!.network.push(...found.network!.data);
          own[classIndex]!.distance.push(...found.distance!.data);
          together.push(...found.distance!.data);
          whole.push(...found.all!.data);
        }
      }
      const spreads = await measureSpreads(engine, model, made, held, 0.5);
      expect(spreads?.networkWeight).toBe(0.5);
      for (const [classIndex, scores] of own.entries()) {
        for (const [name, values] of Object.entries(scores)) {
          const expected = spreadOf(values);
          const found = spreads![name as 'network' | 'distance']![classIndex]!;
          expect(found.mean, name).toBeCloseTo(expected.mean, 4);
          expect(found.deviation, name).toBeCloseTo(expected.deviation, 4);
        }
      }
      // With its own entries an image lies nearer to the bank: the bank has some of these images.
      expect(spreadOf(whole).mean).toBeLessThan(spreadOf(together).mean - 1e-3);
    }));

  it('is as of its own class for an image that is taken for another', () => {
    const rows = randomRows(width);
    const lookalike = 5;
    return withModel(
      'residual',
      async (made, model) => {
        const ofNuts = async (id: number) =>
          (await measureSpreads(engine, model, made, new Set([id]), 0.5))!.distance[1]!.mean;
        // A nut as bolts are: far from the memory of nuts, and near to that of bolts.
        expect(await ofNuts(lookalike)).toBeGreaterThan(1.5 * (await ofNuts(1)));
      },
      (patch) => rows(patch.id === lookalike ? { ...patch, classIndex: 0 } : patch),
    );
  });

  it('is that of all classes together for one that has no held-out image', () =>
    withModel('residual', async (made, model) => {
      const ofFirst = new Set([...held].filter((id) => id % 2 === 0));
      const spreads = await measureSpreads(engine, model, made, ofFirst, 0.5);
      expect(spreads?.distance[0]).toEqual(spreads?.distance[1]);
    }));

  it('is not measured where the networks score alone, or there is no memory bank', async () => {
    await withModel('residual', async (made, model) => {
      expect(await measureSpreads(engine, model, made, held, null)).toBeUndefined();
    });
    await withModel('feature', async (made, model) => {
      expect(await measureSpreads(engine, model, made, held, 0.5)).toBeUndefined();
    });
  });
});
