/** @file The validation score: held-out patches against anomalies of the same images, and the test images, worked out by hand. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../../src/data/dataset.ts';
import { fileImages } from '../../../../src/data/file-images.ts';
import { rankingMetrics } from '../../../../src/evaluation/ranking.ts';
import { mul, sum } from '../../../../src/graph/index.ts';
import { writePng } from '../../../../src/image/encode.ts';
import { cladPresets as presets } from '../../../../src/methods/clad/clad-options.ts';
import { syntheticValidator, testValidator } from '../../../../src/methods/shared/checkpoint-selection.ts';
import type { PatchNetworks } from '../../../../src/methods/shared/patch-networks.ts';
import type { DeclaredParameters } from '../../../../src/nn/parameters.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { makeStore, withFolder } from '../../../helpers/made-store.ts';
import { squareOf } from '../../../helpers/sizes.ts';

const engine = await nodeEngine({ threads: 1 });
const width = 2;
const weights = (first: number): DeclaredParameters => ({
  'score.weight': { shape: [width], data: Float32Array.of(first, 0), role: 'trained' },
});

/** The score is the first number of a row times the weight. */
const networks: PatchNetworks = {
  initial: () => weights(1),
  draws: { local: 0, global: 0, noiseSpread: 1, noise: { option: 'noise', value: 1 } },
  // Not trained here.
  stages: [],
  score: (rows, parameters) => sum(mul(rows, parameters['score.weight']!), { axes: [1] }),
};

const mean = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;
const auroc = (good: readonly number[], bad: readonly number[]) =>
  rankingMetrics([...good, ...bad], [...good.map(() => 0), ...bad.map(() => 1)]).auroc!;

describe('the validation score on held-out images', () => {
  /** Images 1 and 4 are held out; a patch is worth its position, an anomaly 8 more on held-out images and 8 less on others. */
  const validationScore = (weight: number, noise: number) =>
    withFolder(async (folder) => {
      const heldOut = new Set([1, 4]);
      const inputs = await makeStore(folder, {
        width,
        gridSide: 4,
        classes: ['bolt', 'nut'],
        shards: [3, 3],
        // The second covers too little of its patch to count.
        localOf: () => [
          { position: 2, coverage: 1 },
          { position: 5, coverage: 0.5 },
          { position: 3, coverage: 0.4 },
        ],
        rowOf: ({ id, position, local }) => {
          if (!local) return [heldOut.has(id) ? position : 1000, 7];
          const shift = heldOut.has(id) && position !== 3 ? 8 : -1000;
          return [position + shift, 7];
        },
      });
      const training = {
        ...presets.fast,
        // beta is 0.5 always, so three quarters of what is added to a faded anomaly are taken off again.
        synthesis: { ...presets.fast.synthesis, betaMean: 0.5, betaDeviation: 0 },
      };
      const noiseDeviation = new Float32Array(width).fill(noise);
      const fitted = { kind: 'feature', width, noiseDeviation } as const;
      const validator = await syntheticValidator({ engine, inputs, heldOut, fitted, training, networks });
      try {
        return await validator.validate(weights(weight));
      } finally {
        await validator.release();
      }
    });
  const positions = Array.from({ length: 32 }, (_, at) => at % 16);
  const local = [10, 13, 10, 13];
  const faded = [4, 7, 4, 7];

  it('is the mean AUROC of local, of faded and of noisy anomalies against their normal patches', async () => {
    const expected = mean([auroc(positions, local), auroc(positions, faded), 0.5]);
    expect(await validationScore(1, 0)).toBeCloseTo(expected, 6);
    // Networks that say the opposite are as bad as these are good.
    expect(await validationScore(-1, 0)).toBeCloseTo(1 - expected, 6);
  });

  it('uses noise of the length that training has', async () => {
    const [none, little, much] = [
      await validationScore(1, 0),
      await validationScore(1, 3),
      await validationScore(1, 1000),
    ];
    expect(little).not.toBe(none);
    // Half of a wide noise lies above all normal patches.
    expect(Math.abs(much - none)).toBeLessThan(0.15);
  });
});

describe('the validation score on test images', () => {
  it('is the mean pixel AUROC over classes, each image with its own mask', () =>
    withFolder(async (folder) => {
      const size = 4;
      const firstId = 10;
      // Patches are pixels here. What is normal in the second class would be anomalous in the first.
      const normal = [1, 1, 4, 4];
      // Of the odd ones the left half is anomalous.
      const inside = [1, 3, 4, 6];
      const inputs = await makeStore(join(folder, 'store'), {
        width,
        gridSide: size,
        firstId,
        classes: ['bolt', 'nut'],
        shards: [1, 3],
        rowOf: ({ id, position }) => [(position % size < 2 ? inside : normal)[id - firstId]!, 0],
      });
      const samples: Sample[] = await Promise.all(
        inside.map(async (value, number) => {
          const anomalous = value !== normal[number];
          const className = number < 2 ? 'bolt' : 'nut';
          const sample = { className, split: 'test' as const, path: `${number}.png`, anomalous, defect: 'x' };
          if (!anomalous) return sample;
          const data = new Uint8Array(size * size * 3);
          for (let row = 0; row < size; row++) data.fill(255, row * size * 3, (row * size + 2) * 3);
          const maskPath = join(folder, `${number}.png`);
          await writePng(maskPath, { width: size, height: size, data });
          return { ...sample, maskPaths: [maskPath] };
        }),
      );
      const training = { ...presets.fast, score: { ...presets.fast.score, blurSigma: 0 } };
      const fitted = { kind: 'feature', width, noiseDeviation: new Float32Array(width) } as const;
      const images = fileImages;
      const geometry = squareOf(size);
      const common = { engine, inputs, fitted, training, networks, images, firstId, geometry };
      const first = await testValidator({ ...common, samples });
      // The same with the second class taken for the first's: all four are of one.
      const all = await testValidator({
        ...common,
        samples: samples.map((sample) => ({ ...sample, className: 'bolt' })),
      });
      try {
        expect(await first.validate(weights(1))).toBe(1);
        expect(await first.validate(weights(-1))).toBe(0);
        // 8 pixels of 3 lie above 24 of 48 normal ones, 8 of 6 above all.
        expect(await all.validate(weights(1))).toBeCloseTo((0.5 + 1) / 2, 6);
        const { 'score.weight': weight } = weights(1);
        expect(await first.validate({ 'score.weight': { ...weight!, data: Float32Array.of(0, 1) } })).toBe(
          0.5,
        );
      } finally {
        await first.release();
        await all.release();
      }
    }));
});
