/** @file The distilled network's graph against convolutions written out, and the weights that come with the program. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import type { Safetensor } from '../../../../src/core/safetensors.ts';
import { loadBackbone } from '../../../../src/features/backbones/backbone.ts';
import { backboneCardSchema } from '../../../../src/features/backbones/backbone-card.ts';
import {
  addBackbone,
  listBackbones,
  verifyBackbone,
} from '../../../../src/features/backbones/backbone-registry.ts';
import { ownWeights } from '../../../../src/features/backbones/builtin-backbone.ts';
import { distilledNetwork } from '../../../../src/features/backbones/distilled-network.ts';
import { Graph } from '../../../../src/graph/index.ts';
import { runGraph } from '../../../helpers/run-graph.ts';

const random = new Random('distilled network');
const weights: Record<string, Safetensor> = {};
for (const [name, out, inputs, side] of [
  ['stem', 2, 3, 3],
  ['stage1.down', 3, 2, 3],
  ['stage1.block0.first', 3, 3, 3],
  ['stage1.block0.second', 3, 3, 3],
  ['stage2.down', 4, 3, 3],
  ['stage2.block0.first', 4, 4, 3],
  ['stage2.block0.second', 4, 4, 3],
  ['stage2.block1.first', 4, 4, 3],
  ['stage2.block1.second', 4, 4, 3],
  ['stage3.down', 5, 4, 3],
  ['layer2', 6, 4, 1],
  ['layer3', 7, 5, 1],
] as const) {
  const values = (count: number) => Float32Array.from({ length: count }, () => random.normal(0, 0.3));
  weights[`${name}.weight`] = {
    dtype: 'F32',
    shape: [out, inputs, side, side],
    data: values(out * inputs * side * side),
  };
  weights[`${name}.bias`] = { dtype: 'F32', shape: [out], data: values(out) };
}

/** Channels of square maps. */
type Maps = readonly (readonly (readonly number[])[])[];

function convolved(maps: Maps, name: string, stride = 1): Maps {
  const { data, shape } = weights[`${name}.weight`]!;
  const [out, inputs, side] = shape as [number, number, number];
  const pad = (side - 1) / 2;
  const size = maps[0]!.length;
  const places = Array.from({ length: Math.ceil(size / stride) }, (_, place) => place * stride - pad);
  return Array.from({ length: out }, (_, channel) =>
    places.map((top) =>
      places.map((left) => {
        let sum = Number(weights[`${name}.bias`]!.data[channel]);
        for (let input = 0; input < inputs; input++)
          for (let down = 0; down < side; down++)
            for (let across = 0; across < side; across++)
              sum +=
                (maps[input]![top + down]?.[left + across] ?? 0) *
                Number(data[((channel * inputs + input) * side + down) * side + across]);
        return sum;
      }),
    ),
  );
}

const rectified = (maps: Maps): Maps => maps.map((map) => map.map((row) => row.map((x) => Math.max(0, x))));
const added = (a: Maps, b: Maps): Maps =>
  a.map((map, channel) => map.map((row, y) => row.map((value, x) => value + b[channel]![y]![x]!)));
const block = (x: Maps, name: string) =>
  rectified(added(x, convolved(rectified(convolved(x, `${name}.first`)), `${name}.second`)));

describe('the distilled network', () => {
  it.each([16, 19])('equals its convolutions written out, at %d pixels', async (size) => {
    const image: Maps = Array.from({ length: 3 }, () =>
      Array.from({ length: size }, () => Array.from({ length: size }, () => random.normal())),
    );
    const outputs = await runGraph(
      { image: { data: image.flat(2), shape: [1, 3, size, size] } },
      (_, inputs) => ({ ...distilledNetwork(inputs.image!, weights) }),
    );
    let x = rectified(convolved(image, 'stem', 2));
    x = block(rectified(convolved(x, 'stage1.down', 2)), 'stage1.block0');
    x = rectified(convolved(x, 'stage2.down', 2));
    x = block(block(x, 'stage2.block0'), 'stage2.block1');
    const second = convolved(x, 'layer2');
    const third = convolved(rectified(convolved(x, 'stage3.down', 2)), 'layer3');
    for (const [name, expected] of Object.entries({ layer2: second, layer3: third })) {
      const found = outputs[name];
      expect(found!.shape).toEqual([1, expected.length, expected[0]!.length, expected[0]!.length]);
      const flat = expected.flat(2);
      found!.data.forEach((value, at) => {
        expect(Math.abs(value - flat[at]!), `${name} ${at}`).toBeLessThan(1e-4);
      });
    }
  });

  it('names a missing weight', () => {
    const { 'stage2.block1.second.bias': _, ...rest } = weights;
    const image = new Graph().input('image', 'float32', [1, 3, 16, 16]);
    expect(() => distilledNetwork(image, rest)).toThrow(/no weight stage2\.block1\.second\.bias/);
  });
});

describe('the built-in backbone', () => {
  it('is loaded by its name, with its card', async () => {
    const backbone = await loadBackbone('builtin');
    expect(backboneCardSchema.safeParse(backbone.card).success).toBe(true);
    expect(backbone.card).toMatchObject({
      name: 'builtin',
      licence: 'Apache-2.0',
      layers: [
        { name: 'layer2', channels: 419, stride: 8 },
        { name: 'layer3', channels: 224, stride: 16 },
      ],
    });
    expect(backbone.assumed).toEqual([]);
    expect((await loadBackbone('builtin')).sha256).toBe(backbone.sha256);
  });

  it('is smaller than 8 MB', () => {
    const file = new URL('../../../../assets/builtin-backbone.safetensors', import.meta.url);
    expect(existsSync(file)).toBe(true);
    expect(statSync(file).size).toBeLessThan(8e6);
  });

  it('is the file it was, to the last bit', async () => {
    const bytes = readFileSync(new URL('../../../../assets/builtin-backbone.safetensors', import.meta.url));
    await ownWeights(bytes, 'weights');
    bytes[bytes.length - 1]! ^= 1;
    await expect(ownWeights(bytes, 'weights')).rejects.toThrow(
      'weights: the file is damaged (it is not the one that comes with clad). Install clad again.',
    );
  });

  it('agrees with its card', async () => {
    const { layers } = await verifyBackbone('builtin');
    expect(layers.map(({ shape }) => shape)).toEqual([
      [1, 419, 28, 28],
      [1, 224, 14, 14],
    ]);
  });

  it('is listed first, and its name cannot be given to another', async () => {
    // Not what the user of this machine has added.
    vi.stubEnv('CLAD_HOME', join(tmpdir(), 'clad-home-that-is-not-there'));
    const listed = await listBackbones();
    expect(listed.map(({ name }) => name)).toEqual(['builtin', 'distilled', 'filter-bank']);
    expect(listed[0]).toMatchObject({ path: 'builtin', card: { inputSize: 224 } });
    for (const name of ['builtin', 'distilled', 'filter-bank'])
      await expect(addBackbone(import.meta.filename, { name, replace: true })).rejects.toMatchObject({
        code: 'OPTION_INVALID',
      });
  });

  it("prefers the user's flags to its card", async () => {
    const { card } = await loadBackbone('builtin', { licence: 'ours', inputSize: 256 });
    expect(card.licence).toBe('ours');
    expect(card.inputSize).toBe(256);
    await expect(loadBackbone('builtin', { mean: [0, 0, 0] })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
  });
});
