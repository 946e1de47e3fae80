import { describe, expect, it } from 'vitest';
import { hintsOf } from '../../../../../src/features/backbones/families/weight-hints.ts';

const preprocessor = { image_mean: [0.5, 0.4, 0.3], image_std: [0.2, 0.2, 0.2] };

describe('what stands beside weights', () => {
  it("is read from Hugging Face's files, of the part for images where there are two", () => {
    const config = {
      hidden_size: 512,
      vision_config: { hidden_size: 768, num_attention_heads: 12, hidden_act: 'quick_gelu' },
    };
    expect(hintsOf({ 'config.json': config, 'preprocessor_config.json': preprocessor })).toEqual({
      width: 768,
      heads: 12,
      epsilon: undefined,
      activation: 'quick_gelu',
      activationFrom: 'config.json',
      normalization: { mean: [0.5, 0.4, 0.3], std: [0.2, 0.2, 0.2] },
    });
    expect(hintsOf({ 'config.json': { patch_size: 16, layer_norm_eps: 1e-6 } }).epsilon).toBe(1e-6);
  });

  it("is read from timm's", () => {
    const pretrained = { mean: [0, 0, 0], std: [1, 1, 1] };
    const of = (architecture: string) =>
      hintsOf({ 'config.json': { architecture, num_features: 384, pretrained_cfg: pretrained } });
    expect(of('vit_small_patch16_224')).toMatchObject({
      width: 384,
      activation: 'gelu',
      normalization: pretrained,
    });
    expect(of('vit_base_patch16_clip_quickgelu_224').activation).toBe('quick_gelu');
  });

  it("is read from OpenCLIP's", () => {
    const of = (more: object) =>
      hintsOf({ 'open_clip_config.json': { model_cfg: { vision_cfg: { width: 1024 }, ...more } } });
    expect(of({})).toMatchObject({
      width: 1024,
      activation: 'gelu',
      activationFrom: 'open_clip_config.json',
    });
    expect(of({ quick_gelu: true }).activation).toBe('quick_gelu');
  });

  it('says nothing where it is of a language model', () => {
    const bert = { hidden_size: 768, num_attention_heads: 12, hidden_act: 'gelu', layer_norm_eps: 1e-12 };
    expect(hintsOf({ 'config.json': bert })).toEqual(hintsOf({}));
  });

  it('says nothing where it is not as expected', () => {
    const nothing = Object.values(hintsOf({})).every((each) => each === undefined);
    expect(nothing).toBe(true);
    for (const odd of [
      null,
      3,
      'x',
      [1],
      { patch_size: 16, hidden_size: 'many', num_attention_heads: -1, hidden_act: 7, vision_config: 4 },
    ])
      expect(
        hintsOf({
          'config.json': odd,
          'preprocessor_config.json': { image_mean: [1], image_std: [0, 0, 0] },
        }),
      ).toEqual(hintsOf({}));
  });
});
