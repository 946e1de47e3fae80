/** @file Batches: what a step sees is fixed by seed, stage and step, covers every normal patch, and nothing that is held out. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { halvesToFloats } from '../../../../src/core/half.ts';
import { cladNetworks } from '../../../../src/methods/clad/clad-networks.ts';
import { type CladOptions, cladPresets as presets } from '../../../../src/methods/clad/clad-options.ts';
import { type BatchOptions, PatchBatches } from '../../../../src/methods/shared/patch-batches.ts';
import type { TensorValue } from '../../../../src/runtime/engine.ts';
import { type MadeStore, makeStore } from '../../../helpers/made-store.ts';

const gridSide = 3;
const perImage = gridSide ** 2;
const shards = [2, 3, 1, 2];
const all = new Set([0, 1, 2, 3, 4, 5, 6, 7]);
const bytesOfImage = (perImage + 3) * 4 * 2;
const coverageOf = (position: number) => [0.1, 0.5, 1][position % 3] as number;

let folder = '';
let made: MadeStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-batches-'));
  // A row says who it is: image, position, whether it is local.
  made = await makeStore(folder, {
    width: 4,
    gridSide,
    classes: ['bolt', 'nut', 'cap'],
    shards,
    localOf: (id) =>
      [0, 1, 2].map((each) => ({ position: (id + each) % perImage, coverage: coverageOf(id + each) })),
    rowOf: ({ id, position, local }) => [id, position, local ? 1 : 0, 7],
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What CLAD asks of its batches. */
function ofClad(
  changed: Partial<CladOptions>,
): Pick<BatchOptions, 'minCoverage' | 'drawBeta' | 'noiseSpread'> {
  const options = { ...presets.fast, ...changed };
  const { draws } = cladNetworks(options, { width: 4, noiseDeviation: new Float32Array(4) }, 3);
  const { minCoverage } = options.synthesis;
  return { minCoverage, drawBeta: draws.beta, noiseSpread: draws.noiseSpread };
}

function open(
  options: Partial<BatchOptions> = {},
  training: Partial<CladOptions> = {},
): Promise<PatchBatches> {
  return PatchBatches.open(made.store, made.index, {
    seed: 1,
    stage: 1,
    rows: { normal: 9, local: 4, global: 3 },
    images: all,
    ...ofClad(training),
    ...options,
  });
}

/** Rows of one value of one step: `image position`. */
function names(value: TensorValue | undefined, step = 0): string[] {
  if (!value) throw new Error('the batch has no such value');
  const [, count, width] = value.shape as [number, number, number];
  const numbers = halvesToFloats(value.data as Uint16Array);
  return Array.from({ length: count }, (_, row) => {
    const at = (step * count + row) * width;
    return `${numbers[at]} ${numbers[at + 1]} ${numbers[at + 2] === 1 ? 'local' : 'normal'}`;
  });
}

const imageOf = (name: string) => Number(name.split(' ')[0]);
const positionOf = (name: string) => Number(name.split(' ')[1]);

async function epochs(source: PatchBatches, count: number): Promise<string[][]> {
  const found: string[][] = [];
  for (let epoch = 0; epoch < count; epoch++) {
    const { normal } = await source.batches(epoch * source.stepsPerEpoch, source.stepsPerEpoch);
    found.push(Array.from({ length: source.stepsPerEpoch }, (_, step) => names(normal, step)).flat());
  }
  return found;
}

const windowSizes = fc.constantFrom(1, 2 * bytesOfImage, 5 * bytesOfImage, 1e9);

describe('a batch', () => {
  it('is the same for the same seed, stage and step, whatever batches were made before', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.nat(50),
          stage: fc.constantFrom(1 as const, 2 as const),
          windowBytes: windowSizes,
        }),
        fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 4 })), { maxLength: 4 }),
        fc.nat(40),
        async (options, before, step) => {
          const used = await open(options);
          for (const [from, steps] of before) await used.batches(from, steps);
          const fresh = await open(options);
          expect(await used.batches(step, 1)).toEqual(await fresh.batches(step, 1));
        },
      ),
      { numRuns: 40 },
    ));

  it('is the same alone and in a chunk with others', async () => {
    const source = await open({ windowBytes: 1 });
    const chunk = await source.batches(5, 6);
    for (let step = 0; step < 6; step++) {
      const alone = await source.batches(5 + step, 1);
      for (const [name, { shape, data }] of Object.entries(alone)) {
        const length = data.length;
        expect(shape, name).toEqual([1, ...(chunk[name]?.shape.slice(1) ?? [])]);
        expect(chunk[name]?.data.slice(step * length, (step + 1) * length), name).toEqual(data);
      }
    }
  });

  it('differs between seeds, stages and steps', async () => {
    const texts = new Set<string>();
    for (const options of [{}, { seed: 2 }, { stage: 2 as const }]) {
      const source = await open(options);
      for (const step of [0, 1, 40]) {
        const { normal, noise } = await source.batches(step, 1);
        texts.add(`${names(normal)} ${noise?.data}`);
      }
    }
    expect(texts.size).toBe(9);
  });

  it('has the shapes of its rows, and the class of each normal row', async () => {
    const source = await open();
    const { normal, classes, local, localNormal, beta, noise } = await source.batches(0, 2);
    expect([normal, classes, local, localNormal, beta, noise].map((value) => value?.shape)).toEqual([
      [2, 9, 4],
      [2, 9],
      [2, 4, 4],
      [2, 4, 4],
      [2, 4],
      [2, 3, 4],
    ]);
    const drawn = [...names(normal, 0), ...names(normal, 1)];
    expect(Array.from(classes?.data as BigInt64Array, Number)).toEqual(
      drawn.map((name) => imageOf(name) % 3),
    );
  });

  it('leaves out the values of kinds that have no rows', async () => {
    const source = await open({ rows: { normal: 9, local: 0, global: 0 } });
    expect(Object.keys(await source.batches(0, 1))).toEqual(['normal', 'classes']);
  });
});

describe('an epoch', () => {
  it('has every normal row once where batches divide the windows, of whatever size', () =>
    fc.assert(
      fc.asyncProperty(windowSizes, fc.constantFrom(3, 9), fc.nat(20), async (windowBytes, normal, seed) => {
        const source = await open({ windowBytes, seed, rows: { normal, local: 2, global: 1 } });
        for (const drawn of await epochs(source, 3)) {
          expect(drawn).toHaveLength(8 * perImage);
          expect(new Set(drawn).size).toBe(8 * perImage);
        }
      }),
      { numRuns: 15 },
    ));

  it('has no row twice and leaves out less than a batch where they do not', async () => {
    const source = await open({ rows: { normal: 10, local: 2, global: 1 } });
    for (const drawn of await epochs(source, 3)) {
      expect(drawn).toHaveLength(70);
      expect(new Set(drawn).size).toBe(70);
    }
  });

  it('comes in another order each time', async () => {
    for (const windowBytes of [1, 1e9]) {
      const [first, second] = await epochs(await open({ windowBytes }), 2);
      expect(first).not.toEqual(second);
    }
  });

  it('mixes images within a window', async () => {
    const { normal } = await (await open()).batches(0, 1);
    expect(new Set(names(normal).map(imageOf)).size).toBeGreaterThan(3);
  });

  it('takes a window of its own for each shard where memory allows no more', async () => {
    const source = await open({ windowBytes: 1, rows: { normal: 9, local: 4, global: 3 } });
    const shardOf = (id: number) => [0, 0, 1, 1, 1, 2, 3, 3][id];
    const { normal, local } = await source.batches(0, source.stepsPerEpoch);
    for (let step = 0; step < source.stepsPerEpoch; step++) {
      const used = [...names(normal, step), ...names(local, step)].map((name) => shardOf(imageOf(name)));
      expect(new Set(used).size, `step ${step}`).toBe(1);
    }
  });

  it('repeats rows where there are fewer than a batch wants', async () => {
    const source = await open({ images: new Set([3]), rows: { normal: 25, local: 2, global: 1 } });
    expect(source.stepsPerEpoch).toBe(1);
    const { normal } = await source.batches(0, 1);
    expect(new Set(names(normal)).size).toBe(perImage);
  });
});

describe('images that are not to be trained on', () => {
  it('are never drawn, neither their normal nor their anomalous patches', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 7 }),
        windowSizes,
        async (ids, windowBytes) => {
          const images = new Set(ids);
          const rows = { normal: 9, local: 4, global: 3 };
          const source = await open({ images, windowBytes, rows }, withCoverage(0));
          const { normal, local, localNormal } = await source.batches(0, 2 * source.stepsPerEpoch);
          const steps = [...Array(2 * source.stepsPerEpoch).keys()];
          const drawn = steps.flatMap((step) =>
            [normal, local, localNormal].flatMap((value) => names(value, step)),
          );
          expect(new Set(drawn.map(imageOf))).toEqual(images);
        },
      ),
      { numRuns: 20 },
    ));
});

function withCoverage(minCoverage: number): Partial<CladOptions> {
  return { synthesis: { ...presets.fast.synthesis, minCoverage } };
}

describe('local anomalies', () => {
  it('come with the normal feature of their own patch of their own image', async () => {
    for (const windowBytes of [1, 1e9]) {
      const source = await open({ windowBytes });
      const { local, localNormal } = await source.batches(0, 12);
      for (let step = 0; step < 12; step++) {
        const anomalous = names(local, step);
        expect(anomalous.every((name) => name.endsWith(' local'))).toBe(true);
        expect(names(localNormal, step)).toEqual(anomalous.map((name) => name.replace('local', 'normal')));
      }
    }
  });

  it.each([
    [0, 24],
    [0.5, 16],
    [0.6, 8],
  ])('of patches covered less than %d are left out, all %d others are used', async (least, count) => {
    const source = await open({ rows: { normal: 9, local: 8, global: 0 } }, withCoverage(least));
    const { local } = await source.batches(0, 8);
    const used = new Set([0, 1, 2, 3, 4, 5, 6, 7].flatMap((step) => names(local, step)));
    expect(used.size).toBe(count);
    for (const name of used) {
      const each = (positionOf(name) - imageOf(name) + perImage) % perImage;
      expect(coverageOf(imageOf(name) + each)).toBeGreaterThanOrEqual(least);
    }
  });

  it('are an error that names the option where no patch is covered enough', async () => {
    const source = await open(
      { images: new Set([0]), rows: { normal: 9, local: 2, global: 0 } },
      withCoverage(1),
    );
    // Image 0 has one row with full coverage; an image whose best is 0.5 would have none.
    await expect(source.batches(0, 1)).resolves.toBeDefined();
    const none = await makeStore(join(folder, 'none'), {
      width: 4,
      gridSide,
      classes: ['bolt'],
      shards: [2],
      localOf: () => [{ position: 0, coverage: 0.5 }],
      rowOf: () => [0, 0, 0, 0],
    });
    const empty = await PatchBatches.open(none.store, none.index, {
      seed: 0,
      stage: 1,
      rows: { normal: 9, local: 2, global: 0 },
      images: none.images,
      ...ofClad(withCoverage(0.9)),
    });
    await expect(empty.batches(0, 1)).rejects.toThrow(/synthesis\.minCoverage.*0\.9/);
  });

  it('are fused by betas within the options, and by none where fusion is off', async () => {
    const synthesis = { ...presets.fast.synthesis, betaLow: 0.45, betaHigh: 0.55 };
    const { beta } = await (await open({}, { synthesis })).batches(0, 20);
    const values = beta?.data as Float32Array;
    expect(values.every((value) => value >= Math.fround(0.45) && value <= Math.fround(0.55))).toBe(true);
    expect(new Set(values).size).toBeGreaterThan(20);
    const off = await (await open({}, { fusion: false })).batches(0, 20);
    expect(new Set(off.beta?.data as Float32Array)).toEqual(new Set([0]));
  });

  it('stand unfused beside fused ones in the share that is asked for (section 3.3)', async () => {
    const betas = async (unfused: number) => {
      const { beta } = await (await open({}, { unfused })).batches(0, 200);
      return [...(beta!.data as Float32Array)];
    };
    const { betaLow, betaHigh } = presets.fast.synthesis;
    const some = await betas(0.3);
    const fused = some.filter((beta) => beta !== 0);
    expect(fused.every((beta) => beta >= Math.fround(betaLow) && beta <= Math.fround(betaHigh))).toBe(true);
    // Four standard errors.
    const error = Math.sqrt((0.3 * 0.7) / some.length);
    expect(Math.abs(1 - fused.length / some.length - 0.3)).toBeLessThan(4 * error);
    expect(new Set(await betas(1))).toEqual(new Set([0]));
  });
});

describe('noise', () => {
  const rows = { normal: 200, local: 0, global: 200 };
  const noise = async (noiseSpread: number) => {
    const training = { globalAnomalies: { ...presets.fast.globalAnomalies, noiseSpread } };
    const batch = await (await open({ rows }, training)).batches(0, 10);
    return batch.noise?.data as Float32Array;
  };

  it('is standard normal', async () => {
    const values = await noise(1);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    // Four standard errors over 8000 draws.
    expect(Math.abs(mean)).toBeLessThan(0.045);
    expect(Math.abs(variance - 1)).toBeLessThan(0.064);
  });

  it('is scaled row by row between 1 / spread and spread, evenly in the logarithm', async () => {
    const [plain, spread] = [await noise(1), await noise(3)];
    const factors: number[] = [];
    for (let row = 0; row < plain.length / 4; row++) {
      const ratios = [0, 1, 2, 3].map((axis) => spread[row * 4 + axis]! / plain[row * 4 + axis]!);
      for (const ratio of ratios) expect(ratio).toBeCloseTo(ratios[0]!, 4);
      factors.push(Math.log(ratios[0]!) / Math.log(3));
    }
    expect(Math.min(...factors)).toBeGreaterThan(-1.0001);
    expect(Math.max(...factors)).toBeLessThan(1.0001);
    for (const [low, high] of [
      [-1, -0.5],
      [-0.5, 0],
      [0, 0.5],
      [0.5, 1],
    ] as const) {
      const share = factors.filter((factor) => factor >= low && factor < high).length / factors.length;
      expect(Math.abs(share - 0.25)).toBeLessThan(0.04);
    }
  });
});

describe('batches of classes with regions of interest', () => {
  const region = {
    pixels: new Uint8Array(0),
    patches: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 1),
    positions: [0, 8],
  };

  it('have rows inside alone, local ones too, and every one of them in an epoch', async () => {
    // Bolts: images 0, 3 and 6.
    const source = await open({
      regions: { ofClasses: [region, undefined, undefined] },
      rows: { normal: 3, local: 4, global: 3 },
    });
    const seen = (await epochs(source, 1))[0]!;
    const bolts = seen.filter((name) => imageOf(name) % 3 === 0);
    expect(new Set(bolts.map(positionOf))).toEqual(new Set([0, 8]));
    expect(source.stepsPerEpoch).toBe((3 * 2 + 5 * perImage) / 3);
    expect(new Set(seen).size).toBe(seen.length);
    const local: string[] = [];
    for (let step = 0; step < 12; step++) local.push(...names((await source.batches(step, 1)).local));
    for (const name of local.filter((each) => imageOf(each) % 3 === 0))
      expect([0, 8]).toContain(positionOf(name));
    expect(local.some((each) => imageOf(each) % 3 === 0)).toBe(true);
  });
});
