import { describe, expect, it } from 'vitest';
import type { Safetensor } from '../../../../../src/core/safetensors.ts';
import { buildFromWeights } from '../../../../../src/features/backbones/families/families.ts';
import { nodeEngine } from '../../../../../src/runtime/node.ts';
import { fixture } from '../../../../helpers/fixtures.ts';
import { expectGolden, type GoldenModels, transformerWeight } from '../../../../helpers/golden-weights.ts';

const { models } = fixture<GoldenModels>('tiny-vit.json');
const engine = await nodeEngine({ threads: 2 });

function weightsOf(name: string): Record<string, Safetensor> {
  const shapes = Object.entries(models[name]!.weights);
  return Object.fromEntries(shapes.map(([key, shape]) => [key, transformerWeight(key, shape)]));
}

const build = (tensors: Record<string, Safetensor>) =>
  buildFromWeights({ tensors, path: 'x.safetensors', hints: {} });

describe('a TinyViT from a state dict', () => {
  it.each(Object.keys(models))('computes what PyTorch computes, windows filled up: %s', async (name) => {
    const { image, layers } = models[name]!;
    const built = build(weightsOf(name));
    expect(built.architecture).toBe(`${name.split(' ')[0]}_8-16-24`);
    expect(built.layers).toEqual(
      Object.entries(layers).map(([layer, { shape }], index) => ({
        name: layer,
        channels: shape[1],
        stride: [4, 8, 16, 16][index],
      })),
    );
    await expectGolden(engine, built, image, layers, 2e-5);
  });

  it.each([
    [
      'a missing weight',
      'stages.1.blocks.1.local_conv.bn.bias',
      undefined,
      'stages.1.blocks.1.local_conv.bn.bias is missing',
    ],
    [
      'biases of no window',
      'stages.1.blocks.0.attn.attention_biases',
      [2, 8],
      'has 8 biases; expected a square number',
    ],
    [
      'heads that do not fit',
      'stages.1.blocks.0.attn.attention_biases',
      [3, 9],
      'stage1.0 has 3 heads, which do not divide 16 channels',
    ],
    [
      'a weight too many',
      'stages.1.blocks.0.ls.gamma',
      [4],
      'its stages.1.blocks.0.ls.gamma has no place in a TinyViT',
    ],
  ] as [string, string, number[] | undefined, string][])('is refused with %s', (_, key, shape, message) => {
    const weights = weightsOf('tiny_vit timm');
    if (shape) weights[key] = transformerWeight(key, shape);
    else delete weights[key];
    expect(() => build(weights)).toThrow(expect.objectContaining({ code: 'STATE_DICT_UNSUITABLE' }));
    expect(() => build(weights)).toThrow(message);
  });
});
