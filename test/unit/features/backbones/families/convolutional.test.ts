/** @file ConvNeXt, EfficientNet and TinyViT from state dicts; transformers.test.ts and resnet.test.ts have the others. */
import { describe, expect, it } from 'vitest';
import { buildFromWeights } from '../../../../../src/features/backbones/families/families.ts';
import { nodeEngine } from '../../../../../src/runtime/node.ts';
import { fixture } from '../../../../helpers/fixtures.ts';
import {
  expectGolden,
  expectRefused,
  type GoldenModels,
  layersOf,
  weightsOf,
} from '../../../../helpers/golden-weights.ts';

const engine = await nodeEngine({ threads: 2 });
const golden = {
  convnext: fixture<GoldenModels>('convnext.json'),
  efficientnet: fixture<GoldenModels>('efficientnet.json'),
  'tiny-vit': fixture<GoldenModels>('tiny-vit.json'),
};
/** What the sizes of the golden networks are called. */
const sizes = { convnext: '16x1-2-1', efficientnet: '16x2-1-2-1-2', 'tiny-vit': '8-16-24' };

describe.each(Object.keys(golden) as (keyof typeof golden)[])('%s from a state dict', (family) => {
  it.each(Object.keys(golden[family].models))('computes what PyTorch computes: %s', async (name) => {
    const { image, layers } = golden[family].models[name]!;
    const [kind] = name.split(' ');
    const tensors = weightsOf(golden[family], name);
    const built = buildFromWeights({ tensors, path: `/a/${kind}.safetensors`, hints: {} });
    expect(built.architecture).toBe(`${kind}_${sizes[family]}`);
    expect(built.layers).toEqual(layersOf(layers));
    await expectGolden(engine, built, image, layers, 2e-5);
  });
});

it.each([
  ['convnext timm', 'stages.1.downsample.1.bias', undefined, 'stages.1.downsample.1.bias is missing'],
  [
    'convnext timm',
    'stem.0.weight',
    [16, 3, 3, 3],
    'stem.0.weight has shape [16, 3, 3, 3]; expected [16, 3, 4, 4]',
  ],
  [
    'convnext timm',
    'stages.1.blocks.0.attn.weight',
    [4],
    'its stages.1.blocks.0.attn.weight has no place in a ConvNeXt',
  ],
  [
    'efficientnet timm',
    'blocks.2.1.se.conv_reduce.bias',
    undefined,
    'blocks.2.1.se.conv_reduce.bias is missing',
  ],
  [
    'efficientnet timm',
    'blocks.1.0.conv_dw.weight',
    [32, 2, 3, 3],
    'has shape [32, 2, 3, 3]; expected [32, 1, 3, 3]',
  ],
  ['efficientnet timm', 'blocks.1.0.aa.filt', [4], 'its blocks.1.0.aa.filt has no place in an EfficientNet'],
  [
    'tiny-vit timm',
    'stages.1.blocks.1.local_conv.bn.bias',
    undefined,
    'stages.1.blocks.1.local_conv.bn.bias is missing',
  ],
  [
    'tiny-vit timm',
    'stages.1.blocks.0.attn.attention_biases',
    [2, 8],
    'has 8 biases; expected a square number',
  ],
  [
    'tiny-vit timm',
    'stages.1.blocks.0.attn.attention_biases',
    [3, 9],
    'has 3 heads, which do not divide 16 channels',
  ],
  [
    'tiny-vit timm',
    'stages.1.blocks.0.ls.gamma',
    [4],
    'its stages.1.blocks.0.ls.gamma has no place in a TinyViT',
  ],
] as [string, string, number[] | undefined, string][])(
  '%s is refused for its %s',
  (name, key, shape, message) => {
    const [family] = name.split(' ') as [keyof typeof golden];
    expectRefused(weightsOf(golden[family], name.replace('tiny-vit', 'tiny_vit')), [key, shape], message);
  },
);

it('an EfficientNet was converted from TensorFlow if its config.json or else its path says so', () => {
  const tensors = weightsOf(golden.efficientnet, 'tf_efficientnet timm');
  const of = (path: string, architecture?: string) => {
    const built = buildFromWeights({ tensors, path, hints: { architecture } });
    return [built.architecture.slice(0, 3), built.sizeMultiple, built.notes.length];
  };
  expect(of('/tf_efficientnet_b0.safetensors')).toEqual(['tf_', 16, 0]);
  expect(of('/model.safetensors', 'tf_efficientnet_b0')).toEqual(['tf_', 16, 0]);
  expect(of('/model.safetensors', 'efficientnet_b0')).toEqual(['eff', undefined, 0]);
  expect(of('/model.safetensors')).toEqual(['eff', undefined, 1]);
});
