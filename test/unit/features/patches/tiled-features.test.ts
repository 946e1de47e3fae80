import { describe, expect, it } from 'vitest';
import type { Backbone } from '../../../../src/features/backbones/loaded-backbone.ts';
import { reducedBackbone } from '../../../../src/features/backbones/reduced-backbone.ts';
import {
  backboneFeatures,
  type FeaturePlan,
  patchGrid,
  planFeatures,
} from '../../../../src/features/patches/extractor.ts';
import { Graph } from '../../../../src/graph/index.ts';
import { mirroredPlaces } from '../../../../src/image/tiles.ts';
import { type Engine, floats, type TensorValue } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { tinyBackbone } from '../../../helpers/tiny-backbone.ts';

const engine = await nodeEngine({ threads: 1 });
const webGpu = await nodeEngine({ device: 'webgpu' }).catch(() => undefined);
const backbone = tinyBackbone();
const options = {
  geometry: { width: 320, height: 256 },
  layers: ['layer2', 'layer3'],
  fineLayers: [],
  fineWeight: 1,
  aggregation: { aggregation: 'concatenated' },
} as const;
/** Rims of tiles lie further from any patch that is taken than the tiny backbone sees. */
const tiling = { width: 192, height: 192, overlap: 128 };

const images = (count: number, { width, height } = options.geometry) => ({
  dtype: 'uint8' as const,
  shape: [count, height, width, 3],
  data: Uint8Array.from({ length: count * width * height * 3 }, (_, at) => (at * 7919) % 251),
});

async function features(
  tiled: boolean,
  count: number,
  on: Engine = engine,
  by: Backbone = backbone,
): Promise<Float32Array> {
  return featuresOf(
    await planFeatures(engine, by, { ...options, ...(tiled && { tiling }) }),
    images(count),
    on,
    by,
  );
}

async function featuresOf(
  plan: FeaturePlan,
  image: TensorValue,
  on: Engine = engine,
  by: Backbone = backbone,
): Promise<Float32Array> {
  const graph = new Graph();
  const input = graph.input('image', 'uint8', ['N', 'H', 'W', 3]);
  graph.output('features', backboneFeatures(graph, input, by, plan));
  const session = await on.load(graph.toBytes());
  const { features: found } = await session.run({ image });
  await session.release();
  return Float32Array.from(floats(found));
}

const apart = (one: Float32Array, other: Float32Array) =>
  Math.max(...one.map((value, at) => Math.abs(value - other[at]!)));

describe('features of tiles', () => {
  it('are those of the whole input, for one image and for several', async () => {
    for (const count of [1, 3]) {
      const [whole, tiled] = [await features(false, count), await features(true, count)];
      expect(tiled).toHaveLength(count * 32 * 40 * 22);
      expect(tiled).toHaveLength(whole.length);
      expect(apart(tiled, whole)).toBeLessThan(1e-5);
    }
  });

  it('are those of the whole input with a backbone in 8 bits, too', async () => {
    const inBytes = await reducedBackbone(backbone, 'int8', engine, engine);
    const [whole, tiled] = [
      await features(false, 2, engine, inBytes),
      await features(true, 2, engine, inBytes),
    ];
    expect(tiled).toHaveLength(whole.length);
    expect(apart(tiled, whole)).toBeLessThan(1e-5);
    expect(apart(tiled, await features(true, 2))).toBeGreaterThan(1e-3);
  });

  it('have what is mirrored around the input beside them at its rim', async () => {
    const around = 64;
    const { width, height } = options.geometry;
    const [image] = [images(1).data];
    const [across, down] = [mirroredPlaces(width, around), mirroredPlaces(height, around)];
    const larger = Uint8Array.from(
      down.flatMap((y) =>
        across.flatMap((x) => [0, 1, 2].map((channel) => image[(y * width + x) * 3 + channel]!)),
      ),
    );
    const whole = await planFeatures(engine, backbone, {
      ...options,
      geometry: { width: across.length, height: down.length },
    });
    const mirrored = await planFeatures(engine, backbone, {
      ...options,
      tiling: { ...tiling, mirrored: around },
    });
    const [tiles, all] = [
      await featuresOf(mirrored, images(1)),
      await featuresOf(whole, {
        dtype: 'uint8',
        shape: [1, down.length, across.length, 3],
        data: larger,
      }),
    ];
    const channels = tiles.length / (32 * 40);
    const within = Float32Array.from({ length: tiles.length }, (_, at) => {
      const [patch, channel] = [Math.floor(at / channels), at % channels];
      const [row, column] = [Math.floor(patch / 40) + around / 8, (patch % 40) + around / 8];
      return all[(row * (across.length / 8) + column) * channels + channel]!;
    });
    expect(apart(tiles, within)).toBeLessThan(1e-5);
    expect(apart(tiles, await features(true, 1))).toBeGreaterThan(0.01);
  });

  it('have those of the whole made as small as a tile behind them, image by image', async () => {
    const seen = await planFeatures(engine, backbone, { ...options, tiling: { ...tiling, whole: true } });
    expect(patchGrid(seen)).toEqual({ rows: 32, columns: 40, whole: { rows: 24, columns: 24 } });
    const small = await planFeatures(engine, backbone, {
      ...options,
      geometry: { width: 192, height: 192 },
    });
    const [both, tiles] = [await featuresOf(seen, images(2)), await features(true, 2)];
    const whole = await featuresOf(small, images(2));
    const [ofTiles, ofWhole] = [tiles.length / 2, whole.length / 2];
    expect(both).toHaveLength(tiles.length + whole.length);
    for (const image of [0, 1]) {
      const at = image * (ofTiles + ofWhole);
      expect(both.slice(at, at + ofTiles)).toEqual(tiles.slice(image * ofTiles, (image + 1) * ofTiles));
      // Resized twice, by way of the input: the same but for that.
      const own = both.slice(at + ofTiles, at + ofTiles + ofWhole);
      const direct = whole.slice(image * ofWhole, (image + 1) * ofWhole);
      expect(apart(own, direct)).toBeLessThan(0.5 * Math.max(...direct.map(Math.abs)));
    }
  });

  it.skipIf(!webGpu)('are the same on WebGPU', async () => {
    expect(apart(await features(true, 2, webGpu), await features(true, 2))).toBeLessThan(1e-3);
  });

  it('have the grid of the whole input', async () => {
    const plan = await planFeatures(engine, backbone, { ...options, tiling });
    expect(patchGrid(plan)).toEqual({ rows: 32, columns: 40 });
    expect(plan.grids).toEqual([
      { rows: 24, columns: 24 },
      { rows: 12, columns: 12 },
    ]);
  });

  it('refuse an input that tiles do not fit into, before anything is made', async () => {
    const geometry = { width: 328, height: 256 };
    await expect(planFeatures(engine, backbone, { ...options, geometry, tiling })).rejects.toThrow(
      /--input-size 336x256/,
    );
  });
});
