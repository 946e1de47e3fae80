import { describe, expect, it } from 'vitest';
import { type Safetensor, safetensorFloats } from '../../../../../src/core/safetensors.ts';
import { buildFromWeights } from '../../../../../src/features/backbones/families/families.ts';
import type { WeightHints } from '../../../../../src/features/backbones/families/weight-hints.ts';
import { nodeEngine } from '../../../../../src/runtime/node.ts';
import { fixture } from '../../../../helpers/fixtures.ts';
import {
  expectGolden,
  expectRefused,
  type GoldenModels,
  transformerWeight,
  weightsOf,
} from '../../../../helpers/golden-weights.ts';

type Weights = Record<string, Safetensor>;

const golden = fixture<GoldenModels>('transformers.json');
const weightsFor = (name: string) => weightsOf(golden, name);
const engine = await nodeEngine({ threads: 2 });

const build = (tensors: Weights, hints: WeightHints = {}, path = 'x.safetensors') =>
  buildFromWeights({ tensors, path, hints });

/** What shapes cannot show. */
const hintsOf: Record<string, WeightHints> = {
  'clip hugging-face': { activation: 'quick_gelu' },
  'clip openai': { activation: 'quick-gelu' },
  'clip timm': { activation: 'gelu' },
};

describe('a vision transformer from a state dict computes what PyTorch computes', () => {
  it.each(Object.keys(golden.models))('%s', async (name) => {
    const { image, layers } = golden.models[name]!;
    const built = build(weightsFor(name), hintsOf[name]);
    expect(built.architecture).toMatch(new RegExp(`^${name.split(' ')[0]}_128x2`));
    expect(built.layers.map((layer) => layer.name)).toEqual(Object.keys(layers));
    expect(built.layers.map(({ stride }) => image[2]! / stride)).toEqual(
      Object.values(layers).map(({ shape }) => shape[2]),
    );
    await expectGolden(engine, built, image, layers, 2e-5);
  });
});

describe('a state dict of a vision transformer', () => {
  it('may be in half precision', () => {
    const whole = weightsFor('vit timm');
    const halves = Object.entries(whole).map(([name, { shape, data }]): [string, Safetensor] => {
      const bits = new Uint32Array((data as Float32Array).buffer);
      return [name, { dtype: 'BF16', shape, data: Uint16Array.from(bits, (pattern) => pattern >>> 16) }];
    });
    const rounded = halves.map(([name, tensor]): [string, Safetensor] => [
      name,
      { ...tensor, dtype: 'F32', data: safetensorFloats(tensor) },
    ]);
    const [read, expected] = [halves, rounded].map((weights) =>
      Buffer.from(build(Object.fromEntries(weights)).graph.toBytes()),
    ) as [Buffer, Buffer];
    expect(read.equals(expected)).toBe(true);
  });

  it('has usual layers from the middle, and says what else its card needs', () => {
    const deep = weightsFor('vit timm');
    for (let block = 2; block < 12; block++)
      for (const [name, tensor] of Object.entries(deep))
        if (name.startsWith('blocks.0.')) deep[name.replace('.0.', `.${block}.`)] = tensor;
    expect(build(deep)).toMatchObject({
      usualLayers: ['block4', 'block7', 'block10'],
      inputSize: 64,
      sizeMultiple: 16,
      normalization: { mean: [0.5, 0.5, 0.5] },
      assumedNormalization: expect.stringContaining('those of augreg'),
    });
  });

  it('has the normalisation of the file beside it, else that which its path or its names tell', () => {
    const mean = (name: string, hints: WeightHints = {}, path?: string) => {
      const { normalization, assumedNormalization } = build(weightsFor(name), hints, path);
      return [normalization.mean[0], assumedNormalization?.slice(0, 8)];
    };
    const normalization = { mean: [0.1, 0.2, 0.3], std: [1, 1, 1] } as const;
    expect(mean('vit timm', { normalization })).toEqual([0.1, undefined]);
    expect(mean('vit timm', {}, '/a/dino_vits16.safetensors')).toEqual([0.485, 'ImageNet']);
    expect(mean('deit distilled timm')).toEqual([0.485, 'ImageNet']);
    expect(mean('dinov2 timm registers')).toEqual([0.485, undefined]);
    expect(mean('clip timm', { activation: 'gelu' })).toEqual([0.48145466, "CLIP's o"]);
  });

  it('has as many heads as config.json says, if that is of this network', () => {
    const weights = weightsFor('dinov2 hugging-face');
    const bytes = (hints: WeightHints) => Buffer.from(build(weights, hints).graph.toBytes());
    expect(bytes({ width: 128, heads: 2 }).equals(bytes({}))).toBe(true);
    expect(bytes({ width: 128, heads: 4 }).equals(bytes({}))).toBe(false);
    expect(bytes({ width: 384, heads: 4 }).equals(bytes({}))).toBe(true);
    expect(build(weights, { width: 384, heads: 6 }).notes).toEqual([
      'The config.json beside the weights is of another network (384 channels, these have 128), so it was not used.',
    ]);
    expect(() => build(weights, { heads: 3 })).toThrow(
      'config.json says 3 heads, which do not divide 128 channels',
    );
  });

  it("of CLIP needs an activation: the user's, config.json's or what its path tells", () => {
    const weights = weightsFor('clip hugging-face');
    const made = (hints: WeightHints, path?: string) => build(weights, hints, path);
    expect(() => made({})).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(() => made({})).toThrow('Expected --activation to be quick-gelu');
    expect(() => made({}, '/openai/laion.safetensors')).toThrow('--activation');
    const quick = made({ activation: 'quick_gelu' });
    const told = made({}, '/models/openai/clip.safetensors');
    expect(told.notes).toEqual([
      expect.stringContaining('taken to be quick-gelu, as "openai" in its path says'),
    ]);
    expect(Buffer.from(told.graph.toBytes()).equals(quick.graph.toBytes())).toBe(true);
    expect(Buffer.from(made({ activation: 'gelu' }).graph.toBytes()).equals(quick.graph.toBytes())).toBe(
      false,
    );
    expect(() => made({ activation: 'relu' })).toThrow(
      'its activation is relu; gelu and quick_gelu are built',
    );
  });

  it.each([
    [
      'vit timm',
      'a missing weight',
      'blocks.1.norm2.bias',
      undefined,
      'blocks.1.norm2.bias is missing; expected shape [128].',
    ],
    [
      'vit hugging-face',
      'a missing weight, by its own name',
      'vit.encoder.layer.1.layernorm_after.bias',
      undefined,
      'vit.encoder.layer.1.layernorm_after.bias is missing; expected shape [128].',
    ],
    [
      'vit timm',
      'a wrong shape',
      'blocks.0.attn.qkv.weight',
      [384, 64],
      'has shape [384, 64]; expected [384, 128].',
    ],
    [
      'vit timm',
      'a weight too many',
      'blocks.0.attn.q_norm.weight',
      [64],
      'its blocks.0.attn.q_norm.weight has no place in',
    ],
    [
      'vit timm',
      'relative positions',
      'blocks.0.attn.rel_pos_h',
      [27, 64],
      'its blocks.0.attn.rel_pos_h has no place',
    ],
    [
      'vit timm',
      'positions that are no square',
      'pos_embed',
      [1, 16, 127],
      'pos_embed has shape [1, 16, 127]; expected [1, 16, 128]',
    ],
    [
      'vit timm',
      'a table that is no square',
      'pos_embed',
      [1, 15, 128],
      'pos_embed has 15 positions, which are no square beside 1 tokens',
    ],
    [
      'dinov3 timm',
      'patches of another image',
      'patch_embed.proj.weight',
      [128, 4, 16, 16],
      'expected [width, 3, patch, patch]',
    ],
    [
      'clip openai',
      'a weight too many',
      'visual.attnpool.c_proj.bias',
      [4],
      "has no place in CLIP's image tower",
    ],
    [
      'dinov2 timm registers',
      'a width without a known number of heads',
      'patch_embed.proj.weight',
      [100, 3, 14, 14],
      '100 channels are no multiple of 64; lay the config.json that comes with them beside them',
    ],
  ] as [string, string, string, number[] | undefined, string][])(
    '%s is refused with %s',
    (name, _, key, shape, message) => {
      expectRefused(weightsFor(name), [key, shape], message, hintsOf[name]);
    },
  );

  it('of no family is refused with the families that there are', () => {
    const weights = { 'layers.0.blocks.0.norm1.weight': transformerWeight('x', [96]) };
    expect(() => build(weights)).toThrow(
      /the first are layers\.0\.blocks\.0\.norm1\.weight\).* ResNets, .*DINOv2, vision/,
    );
  });
});
