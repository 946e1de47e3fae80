import { describe, expect, it } from 'vitest';
import type { Safetensor } from '../../../../../src/core/safetensors.ts';
import { buildFromWeights } from '../../../../../src/features/backbones/families/families.ts';
import { nodeEngine } from '../../../../../src/runtime/node.ts';
import { fixture } from '../../../../helpers/fixtures.ts';
import { expectGolden, type GoldenModels, transformerWeight } from '../../../../helpers/golden-weights.ts';

const { models } = fixture<GoldenModels>('efficientnet.json');
const engine = await nodeEngine({ threads: 2 });

function weightsOf(name: string): Record<string, Safetensor> {
  const shapes = Object.entries(models[name]!.weights);
  return Object.fromEntries(shapes.map(([key, shape]) => [key, transformerWeight(key, shape)]));
}

const build = (tensors: Record<string, Safetensor>, path = 'x.safetensors', architecture?: string) =>
  buildFromWeights({ tensors, path, hints: { architecture } });

describe('an EfficientNet from a state dict', () => {
  it.each(Object.keys(models))('computes what PyTorch computes: %s', async (name) => {
    const { image, layers } = models[name]!;
    const [kind] = name.split(' ');
    const built = build(weightsOf(name), `/a/${kind}.safetensors`);
    expect(built.architecture).toBe(`${kind}_16x2-1-2-1-2`);
    expect(built.layers).toEqual(
      Object.entries(layers).map(([layer, { shape }]) => ({
        name: layer,
        channels: shape[1],
        stride: image[2]! / shape[2]!,
      })),
    );
    await expectGolden(engine, built, image, layers, 2e-5);
  });

  it('was converted from TensorFlow if its config.json or else its name says so', () => {
    const weights = weightsOf('tf_efficientnet timm');
    const of = (path: string, architecture?: string) => {
      const { architecture: name, sizeMultiple, notes } = build(weights, path, architecture);
      return [name.slice(0, 3), sizeMultiple, notes.length];
    };
    expect(of('/tf_efficientnet_b0.safetensors')).toEqual(['tf_', 16, 0]);
    expect(of('/model.safetensors', 'tf_efficientnet_b0')).toEqual(['tf_', 16, 0]);
    expect(of('/model.safetensors', 'efficientnet_b0')).toEqual(['eff', undefined, 0]);
    expect(of('/model.safetensors')).toEqual(['eff', undefined, 1]);
  });

  it.each([
    [
      'a block without channel weights, as MobileNet has',
      'blocks.2.1.se.conv_reduce.bias',
      undefined,
      'blocks.2.1.se.conv_reduce.bias is missing',
    ],
    [
      'a wrong shape',
      'blocks.1.0.conv_dw.weight',
      [32, 2, 3, 3],
      'blocks.1.0.conv_dw.weight has shape [32, 2, 3, 3]; expected [32, 1, 3, 3]',
    ],
    [
      'a weight too many',
      'blocks.1.0.aa.filt',
      [4],
      'its blocks.1.0.aa.filt has no place in an EfficientNet',
    ],
  ] as [string, string, number[] | undefined, string][])('is refused with %s', (_, key, shape, message) => {
    const weights = weightsOf('efficientnet timm');
    if (shape) weights[key] = transformerWeight(key, shape);
    else delete weights[key];
    expect(() => build(weights)).toThrow(expect.objectContaining({ code: 'STATE_DICT_UNSUITABLE' }));
    expect(() => build(weights)).toThrow(message);
  });
});
