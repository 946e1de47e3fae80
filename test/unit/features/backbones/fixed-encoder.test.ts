import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { loadBackbone } from '../../../../src/features/backbones/backbone.ts';
import { cardText } from '../../../../src/features/backbones/backbone-card.ts';
import { addBackbone, verifyBackbone } from '../../../../src/features/backbones/backbone-registry.ts';
import {
  add,
  cast,
  conv,
  encodeModel,
  Graph,
  mul,
  relu,
  sub,
  type Tensor,
  transpose,
} from '../../../../src/graph/index.ts';
import { asCompared } from '../../../../src/methods/shared/option-groups.ts';
import { withOwnLayers } from '../../../../src/methods/shared/patch-view.ts';
import { float32, floats } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { merged, windowed } from '../../../helpers/fixed-networks.ts';
import { tinyCard } from '../../../helpers/tiny-backbone.ts';

const engine = await nodeEngine({ threads: 2 });
let folder = '';
const before = process.env.CLAD_HOME;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-fixed-'));
  process.env.CLAD_HOME = join(folder, 'home');
});

afterAll(async () => {
  if (before === undefined) delete process.env.CLAD_HOME;
  else process.env.CLAD_HOME = before;
  await rm(folder, { recursive: true, force: true });
});

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, bytes);
  return path;
}

const tokens = encodeModel(windowed({ height: 96, width: 96 }, { channels: 12, window: 4 }));
const masked = encodeModel(windowed({ height: 48, width: 48 }, { channels: 12, window: 4, masked: true }));

function weight(graph: Graph, name: string, shape: readonly number[]): Tensor {
  const count = shape.reduce((all, size) => all * size, 1);
  const values = new Random('fixed encoder', name).fillNormal(new Float32Array(count));
  return graph.constant(
    name,
    values.map((value) => value / 10),
    shape,
  );
}

/** Two residual blocks at stride 8, and a head that is none of the encoder's features. */
function encoded(image: Tensor, width = 10): Tensor {
  const { graph } = image;
  let map = conv(image, weight(graph, 'patches', [6, 3, 8, 8]), undefined, { stride: 8 });
  for (const name of ['one', 'two'])
    map = add(map, relu(conv(map, weight(graph, name, [6, 6, 3, 3]), undefined, { padding: 1 })));
  return conv(map, weight(graph, 'head', [width, 6, 1, 1]), undefined);
}

describe('an encoder that was exported for one size', () => {
  it('is added for any, with its tokens as maps, and is verified as any backbone', async () => {
    const path = await written('vit', tokens);
    const { card, assumed } = await addBackbone(path, { normalization: 'imagenet', inputSize: 80 });
    expect(card).toMatchObject({
      inputSize: 80,
      layers: [{ name: 'layer1', channels: 12, stride: 4 }],
      usualLayers: ['layer1'],
      source: expect.stringMatching(/^vit\.onnx \(sha256 [0-9a-f]{16}\), rewritten for any size of image$/),
    });
    expect(assumed).toEqual([
      expect.stringMatching(/^Layers of vit: layer1 is Add_\d+, 12 channels at stride 4\.$/),
      'vit is made for 96 pixels; it was rewritten for any size, and at that size it is the same function.',
    ]);
    const options = withOwnLayers({ features: asCompared.features }, await loadBackbone('vit', {}, engine));
    expect(options.features).toMatchObject({ layers: ['layer1'], fineLayers: [] });
    expect((await verifyBackbone('vit', engine)).layers[0]?.shape).toEqual([1, 12, 20, 20]);
    // What was written is a file for any size: nothing is rewritten again.
    expect((await loadBackbone('vit', {}, engine, 64)).rewritten).toBeUndefined();
  });

  it('needs to be told how its images are normalised, unless it does that itself', async () => {
    const path = await written('unsaid', tokens);
    await expect(addBackbone(path)).rejects.toThrow('because nothing says how images are normalised');
    const inside = (scale: readonly number[], shift: readonly number[]) => {
      const graph = new Graph();
      const image = graph.input('x', 'float32', [1, 96, 96, 3]);
      const centred = sub(image, graph.constant('mean', shift, [1, 1, 1, 3]));
      const scaled = mul(centred, graph.constant('scale', scale, [3]));
      graph.output('embedding', encoded(transpose(scaled, [0, 3, 1, 2])));
      return graph.toBytes();
    };
    const bytes = await written('bytes', inside([1 / 58, 1 / 57, 1 / 57], [123.7, 116.3, 103.5]));
    const { card, assumed } = await loadBackbone(bytes, {}, engine);
    expect(card.mean).toEqual([0, 0, 0]);
    expect(card.std[0]).toBeCloseTo(1 / 255, 12);
    expect(assumed[0]).toBe('bytes normalises its images itself: it is given RGB of 0 to 255.');
    expect(card.layers).toEqual([{ name: 'layer1', channels: 6, stride: 8 }]);
    const units = await written('units', inside([2, 2, 2], [0.5, 0.5, 0.5]));
    expect((await loadBackbone(units, {}, engine)).card).toMatchObject({ mean: [0, 0, 0], std: [1, 1, 1] });
  });

  it('may take bytes', async () => {
    const graph = new Graph();
    const image = graph.input('x', 'uint8', [1, 3, 96, 96]);
    graph.output('embedding', encoded(mul(cast(image, 'float32'), 1 / 255)));
    const { card, model } = await loadBackbone(await written('uint8', graph.toBytes()), {}, engine);
    expect(card.std[0]).toBeCloseTo(1 / 255, 12);
    const session = await engine.load(encodeModel(model));
    const run = async (value: number) => {
      const data = new Float32Array(3 * 64 * 64).fill(value);
      return floats((await session.run({ x: float32(data, [1, 3, 64, 64]) })).layer1)[0];
    };
    // What normalisation leaves of a whole number is that number.
    expect(await run(99.99999)).toBe(await run(100));
    expect(await run(101)).not.toBe(await run(100));
    await session.release();
  });

  it("of Segment Anything's kind is known by its size and its output, and is added without flags", async () => {
    const graph = new Graph();
    const image = graph.input('input', 'float32', ['N', 3, 1024, 1024]);
    graph.output(
      'output',
      conv(relu(encoded(image)), weight(graph, 'neck', [256, 10, 2, 2]), undefined, { stride: 2 }),
    );
    const { card, assumed } = await addBackbone(await written('encoder', graph.toBytes()));
    expect(card).toMatchObject({ inputSize: 448, std: [0.229, 0.224, 0.225], mean: [0.485, 0.456, 0.406] });
    expect(card.layers).toEqual([{ name: 'layer1', channels: 6, stride: 8 }]);
    expect(assumed[0]).toBe(
      "encoder looks like an image encoder of Segment Anything (1024 pixels, 256 channels at stride 16): ImageNet's mean and standard deviation are used.",
    );
  });

  it('stays at its own size where it cannot be rewritten, and says why', async () => {
    const path = await written('masked', masked);
    const { card, assumed, model } = await loadBackbone(path, { normalization: 'imagenet' }, engine);
    expect(card.inputSize).toBe(48);
    expect(assumed.at(-1)).toMatch(/^masked is made for 48 pixels, and stays so, since .*shifted windows/);
    const session = await engine.load(encodeModel(model));
    const pair = float32(new Float32Array(2 * 3 * 48 * 48), [2, 3, 48, 48]);
    expect((await session.run({ image: pair })).layer1?.shape).toEqual([2, 12, 12, 12]);
    await session.release();
    await expect(loadBackbone(path, { normalization: 'imagenet' }, engine, 64)).rejects.toThrow(
      /masked\.onnx: cannot serve as a backbone: it is made for images of 48 pixels, and cannot be rewritten for others: .*shifted windows/,
    );
  });

  it('is refused at a size of which its maps would not fit together', async () => {
    const path = await written('merged', encodeModel(merged({ height: 96, width: 96 })));
    const flags = { normalization: 'imagenet', layers: ['layer'] } as const;
    await expect(loadBackbone(path, flags, engine, 100)).rejects.toThrow(
      'Expected the input size to be each side a multiple of 8, as merged needs it where it is rewritten, got 100.',
    );
    const { card } = await loadBackbone(path, flags, engine, 104);
    expect(card).toMatchObject({ sizeMultiple: 8, layers: [{ name: 'layer', channels: 7, stride: 8 }] });
  });

  it('with a card has the layers that this names, whatever they are in the file', async () => {
    const path = await written('carded', tokens);
    const card = { ...tinyCard, inputName: 'image', layers: [{ name: 'layer', channels: 12, stride: 4 }] };
    await writeFile(`${path}.json`, cardText({ ...card, inputSize: 96 }));
    const own = await loadBackbone(path, {}, engine);
    expect(own.rewritten).toBe(true);
    const other = await loadBackbone(path, {}, engine, '64x96');
    expect(other.card).toMatchObject({ inputSize: '64x96', layers: card.layers });
    // One file for all sizes, so that features are cached once for what is one network.
    expect(other.sha256).toBe(own.sha256);
  });
});
