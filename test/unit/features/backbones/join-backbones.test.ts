import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floatToHalf, halvesToFloats } from '../../../../src/core/half.ts';
import { Random } from '../../../../src/core/random.ts';
import { loadBackbone } from '../../../../src/features/backbones/backbone.ts';
import { cardText, type WrittenCard } from '../../../../src/features/backbones/backbone-card.ts';
import { addBackbone, verifyBackbone } from '../../../../src/features/backbones/backbone-registry.ts';
import { joinBackbones } from '../../../../src/features/backbones/join-backbones.ts';
import type { Backbone } from '../../../../src/features/backbones/loaded-backbone.ts';
import { Extractor, patchGrid, planFeatures } from '../../../../src/features/patches/extractor.ts';
import { attach, decodeModel, Graph, mul } from '../../../../src/graph/index.ts';
import { type SizeOption, sizeOf } from '../../../../src/image/size-option.ts';
import { asCompared } from '../../../../src/methods/shared/option-groups.ts';
import { withOwnLayers } from '../../../../src/methods/shared/patch-view.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { proceduralTexture } from '../../../../src/synthesis/procedural-textures.ts';
import { tinyBackbone, tinyBackboneBytes, tinyCard } from '../../../helpers/tiny-backbone.ts';

const engine = await nodeEngine({ threads: 2 });
const one = tinyBackbone(1);
/** Channels of one of them: 12 at stride 8, 10 at stride 16. */
const width = 22;
let folder = '';
const before = process.env.CLAD_HOME;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-joined-'));
  process.env.CLAD_HOME = join(folder, 'home');
});

afterAll(async () => {
  if (before === undefined) delete process.env.CLAD_HOME;
  else process.env.CLAD_HOME = before;
  await rm(folder, { recursive: true, force: true });
});

/** Another network: layers of another unit, another normalisation, and an input of any size or one. */
function two({ unit = 1, side }: { unit?: number; side?: number } = {}): Uint8Array {
  const graph = new Graph();
  const image = graph.input('picture', 'float32', ['N', 3, side ?? 'H', side ?? 'W']);
  const names = ['layer2', 'layer3'];
  const layers = attach(
    graph,
    decodeModel(tinyBackboneBytes(2)),
    { pixels: image },
    names.map((name, index) => ({ name, shape: ['N', [12, 10][index] as number, `h${index}`, `w${index}`] })),
  );
  layers.forEach((layer, index) => {
    graph.output(names[index] as string, mul(layer, unit));
  });
  return graph.toBytes();
}

async function written(name: string, bytes: Uint8Array, card: Partial<WrittenCard> = {}): Promise<string> {
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, bytes);
  await writeFile(
    `${path}.json`,
    cardText({ ...tinyCard, name, inputName: 'picture', mean: [0, 0, 0], std: [1, 1, 1], ...card }),
  );
  return path;
}

const loaded = async (...given: Parameters<typeof written>) =>
  loadBackbone(await written(...given), {}, engine);

/** Features of a texture as a training makes them, patch by patch. */
async function featuresOf(backbone: Backbone, inputSize: SizeOption = 64, seed = 7) {
  const { features } = withOwnLayers({ features: asCompared.features }, backbone);
  const has = (name: string) => backbone.card.layers.some((layer) => layer.name === name);
  const plan = await planFeatures(engine, backbone, {
    ...features,
    fineLayers: features.fineLayers.filter(has),
    geometry: sizeOf(inputSize),
    aggregation: { aggregation: 'concatenated' },
  });
  const extractor = await Extractor.create(engine, backbone, plan);
  try {
    const image = proceduralTexture({ width: 90, height: 70 }, new Random('texture', seed), 'cells');
    const values = halvesToFloats(await extractor.extract([image]));
    const { rows, columns } = patchGrid(plan);
    const count = values.length / (rows * columns);
    const patches = Array.from({ length: rows * columns }, (_, at) => [
      ...values.subarray(at * count, (at + 1) * count),
    ]);
    return { patches, rows, columns };
  } finally {
    await extractor.release();
  }
}

const first = (patches: readonly number[][]) => patches.map((row) => row.slice(0, width));
const rest = (patches: readonly number[][]) => patches.map((row) => row.slice(width));

describe('a joined backbone', () => {
  it("has the first network's numbers as they are, and the others' beside them", async () => {
    const other = await loaded('two', two());
    const both = await joinBackbones([{ backbone: one }, { backbone: other }], engine);
    expect(both.card).toMatchObject({
      name: 'tiny+two',
      usualLayers: ['layer2', 'layer3', 'two'],
      licence: 'tiny: Apache-2.0; two: Apache-2.0',
    });
    const [alone, beside, joined] = [await featuresOf(one), await featuresOf(other), await featuresOf(both)];
    expect(first(joined.patches)).toEqual(alone.patches);
    const scale = Number(/times ([\d.]+)/.exec(both.card.source)?.[1]);
    // layer2 lies on the grid already; its 3 x 3 means are what it has alone, in other units.
    for (const [at, row] of rest(joined.patches).entries())
      for (const channel of Array(12).keys())
        expect(row[channel]).toBeCloseTo((beside.patches[at]?.[channel] as number) * scale, 2);
  });

  it('is in no unit of its networks: none drowns another', async () => {
    const joined = async (unit: number) =>
      featuresOf(
        await joinBackbones(
          [{ backbone: one }, { backbone: await loaded(`unit${unit}`, two({ unit })) }],
          engine,
        ),
      );
    const [small, large] = [await joined(0.01), await joined(300)];
    const size = (patches: readonly number[][]) => Math.hypot(...patches.flat());
    expect(size(rest(large.patches)) / size(rest(small.patches))).toBeCloseTo(1, 1);
    const share = size(rest(small.patches)) / size(first(small.patches));
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(2.5);
  });

  it('weighs a network', async () => {
    const other = await loaded('two', two());
    const [plain, halved] = [
      await featuresOf(await joinBackbones([{ backbone: one }, { backbone: other }], engine)),
      await featuresOf(await joinBackbones([{ backbone: one }, { backbone: other, weight: 0.5 }], engine)),
    ];
    const half = (value: number) => Float32Array.of(value / 2)[0] as number;
    expect(first(halved.patches)).toEqual(first(plain.patches));
    for (const [at, row] of rest(halved.patches).entries())
      for (const [channel, value] of row.entries())
        expect(floatToHalf(value)).toBeCloseTo(
          floatToHalf(half(rest(plain.patches)[at]?.[channel] as number)),
          -0.5,
        );
  });

  it('has the same bytes every time, whatever the threads, and others for another size or weight', async () => {
    const path = await written('two', two());
    const single = await nodeEngine({ threads: 1 });
    const shaOf = async (name: string, on = engine) => (await loadBackbone(name, {}, on)).sha256;
    const base = await written('one', tinyBackboneBytes(1), { inputName: 'pixels' });
    const sha256 = await shaOf(`${base}+${path}`);
    expect(await shaOf(`${base}+${path}`, single)).toBe(sha256);
    const others = [
      await shaOf(`${base}+${path}@96`),
      await shaOf(`${base}+${path}*0.5`),
      await shaOf(`${path}+${base}`),
    ];
    expect(new Set([sha256, ...others]).size).toBe(4);
  });

  it('shows a network of a fixed size the image in that size, on the grid of the first', async () => {
    const fixed = await loaded('fixed', two({ side: 96 }), { inputSize: 96 });
    const both = await joinBackbones([{ backbone: one }, { backbone: fixed }], engine);
    expect(both.resized).toEqual([{ name: 'fixed', size: { width: 96, height: 96 } }]);
    const [square, oblong] = [await featuresOf(both), await featuresOf(both, '96x64')];
    expect([square.rows, square.columns, oblong.rows, oblong.columns]).toEqual([8, 8, 8, 12]);
    expect(first(oblong.patches)).toEqual((await featuresOf(one, '96x64')).patches);
    expect(oblong.patches[0]).toHaveLength(2 * width);
  });

  it('shows a network that is made for one size another that is said: it is rewritten', async () => {
    const base = await written('base', tinyBackboneBytes(1), { inputName: 'pixels' });
    const free = await written('free', two());
    const fixed = await written('made', two({ side: 96 }), { inputSize: 96 });
    const [one64, made64] = [
      await loadBackbone(`${base}+${free}@64`, {}, engine),
      await loadBackbone(`${base}+${fixed}@64`, {}, engine),
    ];
    expect(made64.resized).toEqual([{ name: 'made', size: { width: 64, height: 64 } }]);
    expect((await featuresOf(made64, 96)).patches).toEqual((await featuresOf(one64, 96)).patches);
  });

  it('takes the largest image of its networks where the first has a size of its own', async () => {
    const other = await loaded('two', two());
    const both = await joinBackbones(
      [
        { backbone: one, size: sizeOf(64) },
        { backbone: other, size: sizeOf(96) },
      ],
      engine,
    );
    expect(both.card.layers.map(({ name, stride }) => [name, stride])).toEqual([
      ['layer2', 12],
      ['two', 12],
      ['two/layer2', 12],
      ['two/layer3', 12],
      ['layer3', 24],
    ]);
    const { rows, columns, patches } = await featuresOf(both, 96);
    expect([rows, columns]).toEqual([8, 8]);
    expect(patches[0]).toHaveLength(2 * width);
    await expect(featuresOf(both, 64)).rejects.toThrow('(--input-size 96), got 64');
  });

  it('is found by names and files, kept under a name, and verified', async () => {
    const path = await written('two', two(), { licence: 'MIT' });
    await addBackbone(path, { name: 'kept' });
    const base = await written('one', tinyBackboneBytes(1), { inputName: 'pixels', sizeMultiple: 8 });
    const name = `${base}+kept@96*0.5`;
    const both = await loadBackbone(name, {}, engine);
    expect(both.card).toMatchObject({
      name: 'one+kept',
      sizeMultiple: 8,
      licence: 'one: Apache-2.0; kept: MIT',
      source: expect.stringMatching(
        /^one \(made by a test\); kept \(made by a test\) at 96 pixels, times [\d.]+$/,
      ),
    });
    await expect(addBackbone(name)).rejects.toThrow(
      /beginning with a letter or digit, got ".*\+kept@96\*0\.5"/,
    );
    const added = await addBackbone(name, { name: 'pair' });
    expect(added.card.sha256).toBe(both.sha256);
    const verified = await verifyBackbone('pair', engine);
    expect(verified.layers.map((layer) => layer.name)).toEqual(both.card.layers.map((layer) => layer.name));
    expect((await verifyBackbone(name, engine)).card).toEqual(both.card);
    const { features } = withOwnLayers({ features: asCompared.features }, await loadBackbone('pair'));
    expect(features).toMatchObject({ layers: both.card.usualLayers });
  });
});

describe('a joined backbone is refused with a sentence', () => {
  const refused = async (name: string, flags = {}) =>
    loadBackbone(name, flags, engine).then(
      () => expect.unreachable(),
      (error: Error) => error.message,
    );

  it('where a part is unknown, there twice, or does not run at its size', async () => {
    const path = await written('two', two());
    expect(await refused('builtin+nothing')).toMatch(/^Unknown backbone nothing,/);
    expect(await refused(`${path}+${join(folder, 'none.onnx')}`)).toContain('none.onnx');
    expect(await refused(`${path}+builtin+${path}@96`)).toContain('networks that differ, got two twice');
    expect(await refused(`${path}+builtin@100`)).toBe(
      'Expected the input size of builtin to be each side a multiple of 8 pixels, as its card says, got 100.',
    );
    expect(await refused(`${path}+builtin@32`)).toContain('at least 64 pixels, as its card says, got 32');
  });

  it('where a network gives the same numbers for all images', async () => {
    const path = await written('dead', two({ unit: 0 }));
    expect(await refused(`builtin+${path}`)).toContain(
      'dead.onnx: cannot serve as a backbone: its layers give the same numbers',
    );
  });

  it('where a card names usual layers that it has not', async () => {
    const path = await written('wrong', two(), { usualLayers: ['layer2', 'layer4'] });
    expect(await refused(path)).toContain('usualLayers: layer4 is none of the layers');
  });

  it('where flags speak of nothing, or of more than one part', async () => {
    const carded = await written('two', two());
    const base = await written('one', tinyBackboneBytes(1), { inputName: 'pixels' });
    const bare = [3, 4].map((seed) => join(folder, `bare${seed}.onnx`));
    await Promise.all(bare.map((path, index) => writeFile(path, tinyBackboneBytes(3 + index))));
    const [three, four] = bare;
    expect(await refused(`${base}+${carded}`, { normalization: 'imagenet' })).toContain(
      'left out, as each of its networks has a card that says it, got imagenet',
    );
    expect(await refused(`${base}+${carded}`, { layers: ['a'] })).toContain('left out, as each');
    expect(await refused(`${three}+${four}`, { layers: ['layer2'] })).toContain(
      `several networks have no card; give ${four} one`,
    );
    const { card, assumed } = await loadBackbone(
      `${base}+${three}`,
      { normalization: 'imagenet', layers: ['layer3'] },
      engine,
    );
    expect(card.usualLayers).toEqual(['layer2', 'layer3', 'bare3']);
    expect(card.layers).toContainEqual({ name: 'bare3', channels: 10, stride: 8 });
    expect(assumed).toEqual([]);
  });
});
