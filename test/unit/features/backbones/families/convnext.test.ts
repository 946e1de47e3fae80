import { describe, expect, it } from 'vitest';
import type { Safetensor } from '../../../../../src/core/safetensors.ts';
import { buildFromWeights } from '../../../../../src/features/backbones/families/families.ts';
import { nodeEngine } from '../../../../../src/runtime/node.ts';
import { fixture } from '../../../../helpers/fixtures.ts';
import { expectGolden, type GoldenModels, transformerWeight } from '../../../../helpers/golden-weights.ts';

const { models } = fixture<GoldenModels>('convnext.json');
const engine = await nodeEngine({ threads: 2 });

function weightsOf(name: string): Record<string, Safetensor> {
  const shapes = Object.entries(models[name]!.weights);
  return Object.fromEntries(shapes.map(([key, shape]) => [key, transformerWeight(key, shape)]));
}

const build = (tensors: Record<string, Safetensor>) =>
  buildFromWeights({ tensors, path: 'x.safetensors', hints: {} });

describe('a ConvNeXt from a state dict', () => {
  it.each(Object.keys(models))('computes what PyTorch computes: %s', async (name) => {
    const { image, layers } = models[name]!;
    const built = build(weightsOf(name));
    expect(built.architecture).toBe(`${name.split(' ')[0]}_16x1-2-1`);
    expect(built.layers).toEqual(
      Object.entries(layers).map(([layer, { shape }]) => ({
        name: layer,
        channels: shape[1],
        stride: image[2]! / shape[2]!,
      })),
    );
    await expectGolden(engine, built, image, layers, 2e-5);
  });

  it.each([
    ['a missing weight', 'stages.1.downsample.1.bias', undefined, 'stages.1.downsample.1.bias is missing'],
    [
      'an overlapping stem',
      'stem.0.weight',
      [16, 3, 3, 3],
      'stem.0.weight has shape [16, 3, 3, 3]; expected [16, 3, 4, 4]',
    ],
    [
      'a weight too many',
      'stages.1.blocks.0.attn.weight',
      [4],
      'its stages.1.blocks.0.attn.weight has no place in a ConvNeXt',
    ],
  ] as [string, string, number[] | undefined, string][])('is refused with %s', (_, key, shape, message) => {
    const weights = weightsOf('convnext timm');
    if (shape) weights[key] = transformerWeight(key, shape);
    else delete weights[key];
    expect(() => build(weights)).toThrow(expect.objectContaining({ code: 'STATE_DICT_UNSUITABLE' }));
    expect(() => build(weights)).toThrow(message);
  });
});
