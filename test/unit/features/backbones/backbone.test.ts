import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { encodeSafetensors } from '../../../../src/core/safetensors.ts';
import { loadBackbone } from '../../../../src/features/backbones/backbone.ts';
import {
  addBackbone,
  listBackbones,
  verifyBackbone,
} from '../../../../src/features/backbones/backbone-registry.ts';
import { attach, averagePool, conv, type Dim, Graph, relu } from '../../../../src/graph/index.ts';
import { float32, floats } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { fixture, hasShared, shared } from '../../../helpers/fixtures.ts';
import { type GoldenModels, transformerWeight, weightsOf } from '../../../helpers/golden-weights.ts';
import { tinyCard } from '../../../helpers/tiny-backbone.ts';

let folder = '';
const before = process.env.CLAD_HOME;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-backbone-'));
  process.env.CLAD_HOME = join(folder, 'home');
});

afterEach(async () => {
  if (before === undefined) delete process.env.CLAD_HOME;
  else process.env.CLAD_HOME = before;
  await rm(folder, { recursive: true, force: true });
});

interface TinyOptions {
  /** Names of the outputs at strides 4 and 8; none: only a number an image leaves. */
  readonly outputs?: readonly [string, string] | readonly [];
  readonly inputShape?: readonly Dim[];
  readonly seed?: number;
}

/** Two convolutions with ReLU: 6 channels at stride 4, 10 at stride 8. */
function tiny({ outputs = ['layer1', 'layer2'], inputShape, seed = 0 }: TinyOptions = {}): Uint8Array {
  const graph = new Graph();
  const random = new Random('tiny', seed);
  const weight = (out: number, channels: number) =>
    graph.constant('w', random.fillNormal(new Float32Array(out * channels * 9)), [out, channels, 3, 3]);
  const pixels = graph.input('pixels', 'float32', inputShape ?? ['N', 3, 'H', 'W']);
  const first = relu(
    conv(averagePool(pixels, { kernel: 2, stride: 2 }), weight(6, 3), undefined, { stride: 2, padding: 1 }),
  );
  const second = relu(conv(first, weight(10, 6), undefined, { stride: 2, padding: 1 }));
  const [shallow, deep] = outputs;
  if (shallow && deep) {
    graph.output(shallow, first);
    graph.output(deep, second);
  } else {
    const pooled = graph.add('GlobalAveragePool', [second], [{ dtype: 'float32', shape: ['N', 10, 1, 1] }]);
    const flat = graph.add('Flatten', pooled, [{ dtype: 'float32', shape: ['N', 10] }]);
    graph.output('logits', flat[0]!);
  }
  return graph.toBytes();
}

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const card = {
  ...tinyCard,
  inputSize: 96,
  mean: [0.5, 0.5, 0.5],
  std: [0.25, 0.25, 0.25],
  layers: [
    { name: 'a', channels: 6, stride: 4 },
    { name: 'b', channels: 10, stride: 8 },
  ],
};

describe('a file without a card', () => {
  it('is used where its outputs are named layer1, layer2, and its assumptions are printed', async () => {
    const bytes = tiny();
    const path = await written('part detector (1).onnx', bytes);
    const backbone = await loadBackbone(path);
    expect(backbone.card).toEqual({
      name: 'part-detector--1-',
      inputName: 'pixels',
      inputSize: 224,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
      layers: [
        { name: 'layer1', channels: 6, stride: 4 },
        { name: 'layer2', channels: 10, stride: 8 },
      ],
      licence: 'unknown',
      source: 'unknown',
      sha256: sha256(bytes),
    });
    expect(backbone.path).toBe(path);
    expect(backbone.assumed).toEqual([expect.stringMatching(/ImageNet's mean and standard deviation/)]);
  });

  it('needs flags or a card where outputs have other names, and the error shows a card that works', async () => {
    const path = await written('vendor.onnx', tiny({ outputs: ['a', 'b'] }));
    const error: Error = await loadBackbone(path).then(
      () => expect.unreachable(),
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ code: 'BACKBONE_CARD_NEEDED' });
    expect(error.message).toContain('its outputs are not named layer1, layer2, ...');
    expect(error.message).toContain(`clad backbones add ${path} --normalization imagenet --layers a,b`);
    const shown = /\n(\{\n.*?\n\})\n/s.exec(error.message)?.[1] ?? '';
    await writeFile(`${path}.json`, shown);
    const backbone = await loadBackbone(path);
    expect(backbone.card.layers).toEqual(card.layers);
    expect(backbone.assumed).toEqual([]);
  });

  it('that comes with clad keeps its own normalisation, and another one is refused', async () => {
    for (const flags of [{ normalization: 'imagenet' }, { mean: [0, 0, 0], std: [1, 1, 1] }] as const)
      await expect(loadBackbone('filter-bank', flags), JSON.stringify(flags)).rejects.toThrow(
        /normalisation to be left out for filter-bank, which comes with clad and has its own, got/,
      );
    await expect(loadBackbone('filter-bank', { licence: 'MIT' })).resolves.toBeDefined();
  });

  it('takes normalisation, size and layers from flags', async () => {
    const path = await written('vendor.onnx', tiny({ outputs: ['a', 'b'] }));
    const normalised = await loadBackbone(path, { normalization: 'imagenet', inputSize: 96 });
    expect(normalised.card.layers.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(normalised.assumed).toEqual([]);
    const chosen = await loadBackbone(path, {
      mean: [0, 0, 0],
      std: [1, 1, 1],
      layers: ['b'],
      inputSize: 128,
    });
    expect(chosen.card).toMatchObject({ mean: [0, 0, 0], layers: [card.layers[1]], inputSize: 128 });
    await expect(loadBackbone(path, { mean: [0, 0, 0] })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(loadBackbone(path, { normalization: 'imagenet', layers: ['c'] })).rejects.toThrow(
      `${path}: cannot serve as a backbone: it has no value named c; its outputs are a, b. docs/backbones.md says what a backbone needs.`,
    );
  });

  it('proposes the ends of the stages of a classifier', async () => {
    const path = await written('classifier.onnx', tiny({ outputs: [] }));
    const error = await loadBackbone(path, { normalization: 'imagenet' }).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'BACKBONE_CARD_NEEDED' });
    const proposed = /--layers (\S+)`/.exec((error as Error).message)?.[1]?.split(',');
    expect(proposed).toHaveLength(2);
    const { card: made } = await loadBackbone(path, { normalization: 'imagenet', layers: proposed });
    expect(made.layers.map(({ channels, stride }) => [channels, stride])).toEqual([
      [6, 4],
      [10, 8],
    ]);
  });

  it('follows the convention for a part of its layers, and keeps a size the file is fixed to', async () => {
    const chosen = await loadBackbone(await written('any.onnx', tiny()), { layers: ['layer2'] });
    expect(chosen.card.layers).toEqual([{ name: 'layer2', channels: 10, stride: 8 }]);
    const path = await written('fixed.onnx', tiny({ inputShape: [1, 3, 64, 64] }));
    const { card: made, assumed } = await loadBackbone(path);
    expect(made.inputSize).toBe(64);
    expect(made.layers.map(({ stride }) => stride)).toEqual([4, 8]);
    expect(assumed).toHaveLength(1);
    const other = await loadBackbone(path, { inputSize: 224 });
    expect(other.card).toMatchObject({ inputSize: 224, layers: made.layers });
    expect(other.assumed.at(-1)).toBe(
      'fixed is made for 64 pixels; it was rewritten for any size, and at that size it is the same function.',
    );
  });

  it('may be fixed to an image that is no square: height and width are checked each', async () => {
    const path = await written('oblong.onnx', tiny({ inputShape: [1, 3, 64, 96] }));
    const { card: made } = await loadBackbone(path);
    expect(made.inputSize).toBe('96x64');
    expect(made.layers.map(({ stride }) => stride)).toEqual([4, 8]);
    expect((await loadBackbone(path, { inputSize: '96x64' })).rewritten).toBeUndefined();
    for (const inputSize of [64, 96, '64x96', '96x72'])
      expect((await loadBackbone(path, { inputSize })).rewritten).toBe(true);
    expect((await verifyBackbone(path)).layers.map(({ shape }) => shape.slice(2))).toEqual([
      [16, 24],
      [8, 12],
    ]);
    const high = await written('high.onnx', tiny({ inputShape: [1, 3, 64, 'W'] }));
    const wide = await loadBackbone(high, { inputSize: '96x64' });
    expect([wide.card.inputSize, wide.rewritten]).toEqual(['96x64', undefined]);
    expect((await loadBackbone(high, { inputSize: '64x96' })).rewritten).toBe(true);
  });

  it.each([
    ['grey images', tiny({ inputShape: ['N', 1, 'H', 'W'] }), 'its input pixels is float32 [N, 1, H, W]'],
    ['text', new TextEncoder().encode('not a network'), 'it is no ONNX file'],
    ['nothing', new Uint8Array(), 'it is no ONNX file'],
  ])('is refused when it is for %s', async (_, bytes, reason) => {
    const path = await written('odd.onnx', bytes);
    await expect(loadBackbone(path)).rejects.toMatchObject({ code: 'BACKBONE_UNSUITABLE' });
    await expect(loadBackbone(path)).rejects.toThrow(reason);
  });

  it('is looked for as a name, then as a path', async () => {
    await expect(loadBackbone('resnet5')).rejects.toThrow(
      'Unknown backbone resnet5, and no file has that path; clad knows builtin, distilled, filter-bank.',
    );
    await expect(loadBackbone(join(folder, 'none.onnx'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    const weights = await written('w.safetensors', new Uint8Array(8));
    await expect(loadBackbone(weights)).rejects.toThrow('`clad backbones add`');
  });
});

describe('a file with a card', () => {
  const bytes = tiny({ outputs: ['a', 'b'] });

  it('takes everything from it, and flags override it', async () => {
    const path = await written('tiny.onnx', bytes);
    await writeFile(join(folder, 'tiny.json'), JSON.stringify(card));
    const { card: read, assumed } = await loadBackbone(path, { inputSize: 128, normalization: 'imagenet' });
    expect(read).toEqual({
      ...card,
      inputSize: 128,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
      sha256: sha256(bytes),
    });
    expect(assumed).toEqual([]);
  });

  it('is refused when the file is not the one the card was written for', async () => {
    const path = await written('tiny.onnx', bytes);
    const expected = 'ab'.repeat(32);
    await writeFile(`${path}.json`, JSON.stringify({ ...card, sha256: expected }));
    await expect(loadBackbone(path)).rejects.toMatchObject({ code: 'BACKBONE_CHANGED' });
    await expect(loadBackbone(path)).rejects.toThrow(`sha256 is ${sha256(bytes)}, the card says ${expected}`);
  });

  it.each([
    ['an unknown key', { ...card, license: 'MIT' }, 'unrecognized key: "license"'],
    ['a missing key', { ...card, mean: undefined }, 'mean: '],
    ['a deviation of 0', { ...card, std: [0, 1, 1] }, 'std.0: '],
    ['no layers', { ...card, layers: [] }, 'layers: '],
    ['layers from deep to shallow', { ...card, layers: [...card.layers].reverse() }, 'strides growing'],
    ['a layer twice', { ...card, layers: [card.layers[0], card.layers[0]] }, 'two of them have one name'],
    ['a layer the file has not', { ...card, layers: [{ ...card.layers[0], name: 'z' }] }, 'no value named z'],
    ['another input', { ...card, inputName: 'image' }, "the ONNX file's input is pixels"],
    ['a name that is a path', { ...card, name: '../evil' }, 'name: '],
    ['no JSON', undefined, 'JSON'],
  ])('is refused with %s', async (_, value, reason) => {
    const path = await written('tiny.onnx', bytes);
    await writeFile(`${path}.json`, value ? JSON.stringify(value) : '{"name":');
    await expect(loadBackbone(path)).rejects.toMatchObject({ code: 'BACKBONE_CARD_INVALID' });
    await expect(loadBackbone(path)).rejects.toThrow(reason);
    await expect(loadBackbone(path)).rejects.toThrow(`${path}.json: this backbone card cannot be used: `);
  });
});

describe('the registry', () => {
  it('keeps a copy with a card, lists it, loads it by name and verifies it', async () => {
    const path = await written('vendor.onnx', tiny({ outputs: ['a', 'b'] }));
    expect((await listBackbones()).map(({ name }) => name)).toEqual(['builtin', 'distilled', 'filter-bank']);
    const added = await addBackbone(path, {
      name: 'line-7',
      normalization: 'imagenet',
      inputSize: 96,
      licence: 'MIT',
    });
    expect(added.assumed).toEqual([]);
    await rm(path);
    expect((await listBackbones()).slice(3)).toEqual([
      { name: 'line-7', path: added.path, card: added.card },
    ]);
    expect((await loadBackbone('line-7')).card).toEqual(added.card);
    const { layers, milliseconds } = await verifyBackbone('line-7');
    expect(layers.map(({ shape }) => shape)).toEqual([
      [1, 6, 24, 24],
      [1, 10, 12, 12],
    ]);
    expect(layers[0]?.range[0]).toBe(0);
    expect(milliseconds).toBeGreaterThan(0);
    expect((await readdir(join(folder, 'home', 'backbones'))).sort()).toEqual([
      'line-7.onnx',
      'line-7.onnx.json',
    ]);
  });

  it('refuses a taken name without --replace, and names that are not allowed', async () => {
    const path = await written('one.onnx', tiny());
    await addBackbone(path);
    const other = await written('two.onnx', tiny({ seed: 1 }));
    await expect(addBackbone(other, { name: 'one' })).rejects.toThrow('one, which is taken');
    const { card: replaced } = await addBackbone(other, { name: 'one', replace: true });
    expect((await loadBackbone('one')).sha256).toBe(replaced.sha256);
    expect(replaced.sha256).toBe(sha256(await readFile(other)));
    await expect(addBackbone(path, { name: '../one' })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(loadBackbone('two')).rejects.toThrow('clad knows builtin, distilled, filter-bank, one.');
  });

  it('builds a ResNet from its weights, and keeps the old backbone when the new one cannot be built', async () => {
    const { models } = fixture<{ models: Record<string, { weights: Record<string, number[]> }> }>(
      'resnet.json',
    );
    const random = new Random('weights');
    const weights = Object.entries(models.resnet18!.weights).map(([name, shape]) => {
      const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
      if (shape.length === 4) random.fillNormal(data);
      else data.fill(1);
      return [name, { dtype: 'F32', shape, data }] as const;
    });
    const file = await written('weights.safetensors', encodeSafetensors(Object.fromEntries(weights)));
    const { card: made } = await addBackbone(file, { licence: 'BSD-3-Clause' });
    expect(made).toMatchObject({ name: 'resnet18', inputName: 'image', licence: 'BSD-3-Clause' });
    expect(made.layers.map(({ channels }) => channels)).toEqual([64, 128, 256]);
    const broken = Object.fromEntries(weights.slice(0, -1));
    await writeFile(file, encodeSafetensors(broken));
    await expect(addBackbone(file, { name: 'resnet18', replace: true })).rejects.toThrow('is missing');
    expect((await loadBackbone('resnet18')).sha256).toBe(made.sha256);
    await verifyBackbone('resnet18');
  });

  it('builds a vision transformer, with what the files beside its weights say and what the user says', async () => {
    const golden = fixture<GoldenModels>('transformers.json');
    const weights = weightsOf(golden, 'clip hugging-face');
    const file = await written('model.safetensors', encodeSafetensors(weights));
    await expect(addBackbone(file)).rejects.toThrow('--activation');
    await written('config.json', new TextEncoder().encode('{"vision_config": {"hidden_act": "quick_gelu"}}'));
    const { card: made, assumed } = await addBackbone(file);
    expect(made).toMatchObject({ name: 'clip_128x2_patch16', inputSize: 64, sizeMultiple: 16 });
    expect(made.usualLayers).toEqual(['block1', 'block2']);
    expect(assumed).toEqual([expect.stringContaining("CLIP's own mean")]);
    expect((await verifyBackbone(made.name)).layers).toHaveLength(7);
    const said = {
      activation: 'gelu',
      layers: ['block2', 'class'],
      inputSize: 96,
      normalization: 'imagenet',
    } as const;
    const other = await addBackbone(file, { ...said, name: 'other' });
    expect(other.assumed).toEqual([]);
    expect(other.card).toMatchObject({
      inputSize: 96,
      mean: [0.485, 0.456, 0.406],
      usualLayers: said.layers,
    });
    expect(other.card.sha256).not.toBe(made.sha256);
    await expect(addBackbone(file, { inputSize: 100, name: 'third' })).rejects.toThrow(
      'Expected --input-size to be a multiple of 16 pixels, the side of a patch of clip_128x2_patch16, got 100',
    );
    await expect(addBackbone(file, { layers: ['block3'], name: 'third' })).rejects.toThrow(
      'no value named block3',
    );
    await expect(addBackbone(join(folder, 'x.onnx'), { activation: 'gelu' })).rejects.toThrow('--activation');
    const dino = await written('dino.safetensors', encodeSafetensors(weightsOf(golden, 'dinov3 timm')));
    await expect(addBackbone(dino, { activation: 'gelu' })).rejects.toThrow(
      '--activation to be left out, but for',
    );
    await written('config.json', new TextEncoder().encode('{'));
    await expect(addBackbone(file, { name: 'third' })).rejects.toThrow(
      'config.json beside them cannot be read',
    );
    const bad = { ...weights, 'vision_model.post_layernorm.bias': transformerWeight('x', [128]) };
    (bad['vision_model.post_layernorm.bias'].data as Float32Array).fill(Number.NaN);
    await rm(join(folder, 'config.json'));
    await writeFile(file, encodeSafetensors(bad));
    await expect(addBackbone(file, { activation: 'gelu', name: 'third' })).rejects.toThrow(
      'layer norm1 gives numbers that are not finite',
    );
  });

  it('leaves nothing behind when a file cannot be added', async () => {
    const path = await written('vendor.onnx', tiny({ outputs: ['a', 'b'] }));
    await expect(addBackbone(path)).rejects.toMatchObject({ code: 'BACKBONE_CARD_NEEDED' });
    const weights = await written('w.safetensors', new Uint8Array(4));
    await expect(addBackbone(weights)).rejects.toMatchObject({ code: 'SAFETENSORS_INVALID' });
    await expect(addBackbone(join(folder, 'none.onnx'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await expect(addBackbone(await written('w.pth', new Uint8Array(4)))).rejects.toThrow('.safetensors');
    expect(existsSync(join(folder, 'home'))).toBe(false);
    process.env.CLAD_HOME = path;
    const good = await written('good.onnx', tiny());
    await expect(addBackbone(good)).rejects.toThrow('Expected CLAD_HOME to be a folder');
  });

  it('finds a file that changed, and a card that is wrong', async () => {
    const { path } = await addBackbone(await written('one.onnx', tiny()), { inputSize: 64 });
    const written64 = JSON.parse(await readFile(`${path}.json`, 'utf8')) as typeof card;
    const lie = async (change: object, reason: string) => {
      await writeFile(`${path}.json`, JSON.stringify({ ...written64, ...change }));
      await expect(verifyBackbone('one')).rejects.toThrow(reason);
    };
    const [first, second] = written64.layers;
    await lie({ layers: [{ ...first, channels: 7 }] }, 'layer layer1 has the shape [1, 6, 16, 16]');
    await lie({ layers: [first, { ...second, stride: 16 }] }, 'its card says a stride of 16');
    await lie({ minInputSize: 128 }, 'minInputSize: is above inputSize');
    await writeFile(path, tiny({ seed: 1 }));
    await lie({}, 'the card says');
    await writeFile(path, 'cut');
    await lie({}, 'the card says');
    await writeFile(`${path}.json`, '{}');
    expect((await listBackbones())[3]?.problem).toContain('this backbone card cannot be used');
  });
});

describe.skipIf(!hasShared)('the development weights', () => {
  it.each([
    ['resnet50v2', [256, 512, 1024]],
    ['squeezenet1_1', [128, 256, 512]],
  ])('%s: no card is needed, and attaching gives the documented channels', async (name, channels) => {
    const backbone = await loadBackbone(join(shared, 'weights', `${name}.onnx`));
    expect(backbone.card.layers.map((layer) => [layer.channels, layer.stride])).toEqual(
      channels.map((count, index) => [count, 4 * 2 ** index]),
    );
    const graph = new Graph();
    const input = graph.input('image', 'float32', ['N', 3, 'H', 'W']);
    const layers = attach(graph, backbone.model, { [backbone.card.inputName]: input }, backbone.card.layers);
    for (const [index, layer] of layers.entries()) graph.output(`out${index}`, layer);
    const session = await (await nodeEngine({ threads: 2 })).load(graph.toBytes());
    const image = new Random('picture').fillNormal(new Float32Array(3 * 96 * 96));
    const outputs = await session.run({ image: float32(image, [1, 3, 96, 96]) });
    await session.release();
    channels.forEach((count, index) => {
      expect(outputs[`out${index}`]?.shape[1]).toBe(count);
      expect(floats(outputs[`out${index}`]).every(Number.isFinite)).toBe(true);
    });
    await verifyBackbone(backbone.path);
  });
});
