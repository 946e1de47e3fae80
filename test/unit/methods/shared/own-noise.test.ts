/** @file How well networks tell their own noise: against plain loops, and at chance where there is none. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { mul, neg, sum } from '../../../../src/graph/index.ts';
import { cladNetworks } from '../../../../src/methods/clad/clad-networks.ts';
import { cladPresets as presets } from '../../../../src/methods/clad/clad-options.ts';
import { crasNetworks, firstValues } from '../../../../src/methods/cras/cras.ts';
import { crasPresets } from '../../../../src/methods/cras/cras-options.ts';
import { glassNetworks } from '../../../../src/methods/glass/glass.ts';
import { glassPresets } from '../../../../src/methods/glass/glass-options.ts';
import { ownNoise } from '../../../../src/methods/shared/own-noise.ts';
import type { PatchNetworks } from '../../../../src/methods/shared/patch-networks.ts';
import { simplenetNetworks } from '../../../../src/methods/simplenet/simplenet.ts';
import { simplenetPresets } from '../../../../src/methods/simplenet/simplenet-options.ts';
import type { DeclaredParameters } from '../../../../src/nn/parameters.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { type MadeStore, makeStore, randomRows } from '../../../helpers/made-store.ts';

const width = 4;
const engine = await nodeEngine({ threads: 1 });
let folder = '';
let made: MadeStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-own-noise-'));
  made = await makeStore(folder, {
    width,
    gridSide: 8,
    classes: ['bolt', 'nut'],
    shards: [3, 3],
    rowOf: randomRows(width),
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const weights: DeclaredParameters = {
  weight: { shape: [width], data: new Float32Array(width).fill(1), role: 'trained' },
};
/** The score is the squared length, which noise makes larger. */
const byLength: PatchNetworks = {
  initial: () => weights,
  draws: { local: 0, global: 0.5, noiseSpread: 1, noise: { option: 'noise', value: 1 } },
  stages: [],
  score: (rows, parameters) => sum(mul(mul(rows, rows), parameters.weight!), { axes: [1] }),
};

async function measured(networks: PatchNetworks, noise: number, values: DeclaredParameters = weights) {
  const noiseDeviation = new Float32Array(width).fill(noise);
  const found = await ownNoise({
    engine,
    heldOut: { ...made, images: new Set([1, 4]) },
    fitted: { width, noiseDeviation },
    seed: 0,
    networks,
  });
  try {
    return await found?.measure(values);
  } finally {
    await found?.release();
  }
}

describe('the AUROC of networks on their own noise', () => {
  it('is at chance without noise, and grows with it', async () => {
    expect(await measured(byLength, 0)).toBe(0.5);
    const [little, more, much] = [
      await measured(byLength, 0.3),
      await measured(byLength, 1),
      await measured(byLength, 30),
    ];
    expect(little).toBeLessThan(more!);
    expect(more).toBeLessThan(much!);
    expect(much).toBeGreaterThan(0.99);
  });

  it('is of the networks that are fed', async () => {
    const inverse = { weight: { ...weights.weight!, data: new Float32Array(width).fill(-1) } };
    expect(await measured(byLength, 1, inverse)).toBeCloseTo(1 - (await measured(byLength, 1))!, 6);
  });

  it('is scored as the networks say, where their noise is elsewhere than in the input', async () => {
    const noisy: PatchNetworks = {
      ...byLength,
      scoreNoisy: (_, noise, parameters) => neg(byLength.score(mul(noise, 0), parameters)),
    };
    // All noisy rows score 0, below every squared length.
    expect(await measured(noisy, 1)).toBe(0);
  });

  it('is not measured where batches have no noise', async () => {
    expect(await measured({ ...byLength, draws: { ...byLength.draws, global: 0 } }, 1)).toBeUndefined();
  });
});

describe('networks with noise say which option gives it, and score it', () => {
  const centres = {
    rows: new Float32Array(2 * width).fill(0.1),
    classes: 2,
    patches: 1,
    width,
  };
  const cras = firstValues(width, new Random('cras'));
  it.each([
    ['clad', cladNetworks(presets.fast, { width, noiseDeviation: new Float32Array(width).fill(1) }, 2)],
    ['simplenet', simplenetNetworks(simplenetPresets.fast, width, 1)],
    ['glass', glassNetworks(glassPresets.fast, width, 1)],
    ['cras', crasNetworks(crasPresets.fast, centres, cras, 1)],
  ] as const)('%s', async (method, networks) => {
    const { option, value } = networks.draws.noise;
    expect(option).toBe(['clad', 'glass'].includes(method) ? 'globalAnomalies.noise' : 'noise');
    expect(value).toBeGreaterThan(0);
    const auroc = await measured(networks, 1, networks.initial(new Random('parameters')));
    expect(auroc).toBeGreaterThan(0);
    expect(auroc).toBeLessThan(1);
  });
});
