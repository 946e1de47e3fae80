/**
 * @file DINOv3's vision transformers with Hugging Face's, timm's or their publisher's names: rotary positions, registers, layer scale, and SwiGLU in
 * those with a plus. A file of its publisher's holds the periods of the positions, in half precision as they were in training, and they are taken as they are.
 *
 * Source: Siméoni et al. 2025 (arXiv 2508.10104).
 */
import { imageNet } from '../backbone-card.ts';
import { type BackboneFamily, type BuiltBackbone, normalizedAs, type WeightsFile } from './family.ts';
import { rotaryPositions, usualPeriods } from './rotary.ts';
import { type Convention, stateDictOf, type WeightNames } from './state-dict.ts';
import { buildTransformer } from './transformer.ts';
import { headsOf, sizeWord, transformerShape } from './transformer-shape.ts';
import { fittingHints } from './weight-hints.ts';

const huggingFace: WeightNames = {
  cls_token: 'embeddings.cls_token',
  reg_token: 'embeddings.register_tokens',
  'patch_embed.proj': 'embeddings.patch_embeddings',
  'blocks.#.norm1': 'layer.#.norm1',
  'blocks.#.attn.q': 'layer.#.attention.q_proj',
  'blocks.#.attn.k': 'layer.#.attention.k_proj',
  'blocks.#.attn.v': 'layer.#.attention.v_proj',
  'blocks.#.attn.proj': 'layer.#.attention.o_proj',
  'blocks.#.ls1.gamma': 'layer.#.layer_scale1.lambda1',
  'blocks.#.norm2': 'layer.#.norm2',
  'blocks.#.mlp.gate': 'layer.#.mlp.gate_proj',
  'blocks.#.mlp.fc1': 'layer.#.mlp.up_proj',
  'blocks.#.mlp.fc2': 'layer.#.mlp.down_proj',
  'blocks.#.ls2.gamma': 'layer.#.layer_scale2.lambda1',
};

const timm: WeightNames = {
  'rope_embed.periods': 'rope.periods',
  'blocks.#.attn.q.bias': 'blocks.#.attn.q_bias',
  'blocks.#.attn.k.bias': 'blocks.#.attn.k_bias',
  'blocks.#.attn.v.bias': 'blocks.#.attn.v_bias',
  'blocks.#.ls1.gamma': 'blocks.#.gamma_1',
  'blocks.#.ls2.gamma': 'blocks.#.gamma_2',
};

const timmGated: WeightNames = {
  ...timm,
  'blocks.#.mlp.gate': 'blocks.#.mlp.fc1_g',
  'blocks.#.mlp.fc1': 'blocks.#.mlp.fc1_x',
};

const publisher: WeightNames = { reg_token: 'storage_tokens' };

const publisherGated: WeightNames = {
  ...publisher,
  'blocks.#.mlp.gate': 'blocks.#.mlp.w1',
  'blocks.#.mlp.fc1': 'blocks.#.mlp.w2',
  'blocks.#.mlp.fc2': 'blocks.#.mlp.w3',
};

/** Those with a gate first: it has a name of its own. */
const conventions: readonly Convention[] = [
  { names: huggingFace },
  { names: timmGated, probe: 'blocks.0.mlp.gate.weight' },
  { names: timm },
  { names: publisherGated, probe: 'blocks.0.mlp.gate.weight' },
  { names: publisher },
];

/** What only training and classifiers use. */
const ignored = /^(embeddings\.)?mask_token$|^(head|local_cls_norm)\./;

export const dinov3: BackboneFamily = {
  title: 'DINOv3',
  build: buildDinov3,
};

/**
 * Builds a backbone.
 * @throws STATE_DICT_UNSUITABLE when a weight is missing, of another shape or left over
 */
function buildDinov3(file: WeightsFile): BuiltBackbone | undefined {
  const found = stateDictOf(file, conventions, 'blocks.0.ls1.gamma', 'patch_embed.proj.weight', 'reg_token');
  // There are registers, and no positions are learnt: so they are rotary.
  if (!found || found.weights.has('pos_embed')) return undefined;
  const { weights } = found;
  const shape = transformerShape(weights);
  const { hints, notes } = fittingHints(file.hints, shape.width);
  // Periods are a quarter of a head's width.
  const shown = shape.width / (4 * (weights.shapeOf('rope_embed.periods')?.[0] ?? 0));
  const heads = headsOf(weights, shape, Number.isInteger(shown) ? shown : hints.heads, { 4096: 32 });
  const quarter = shape.width / heads / 4;
  if (!Number.isInteger(quarter)) {
    weights.refuse(`heads of ${shape.width / heads} channels cannot be turned; expected a multiple of 4`);
  }
  const periods = weights.takeIfThere('rope_embed.periods', [quarter]) ?? usualPeriods(quarter);
  const built = buildTransformer(weights, shape, {
    heads,
    epsilon: hints.epsilon ?? 1e-5,
    activation: 'gelu',
    rotary: (map, leading) => rotaryPositions(map, leading, periods),
  });
  weights.refuseUnused(ignored, 'DINOv3');
  const gated = weights.has('blocks.0.mlp.gate.weight') ? '_plus' : '';
  return {
    architecture: `dinov3_${sizeWord(shape)}${gated}_patch${shape.patch}`,
    ...built,
    inputSize: 16 * shape.patch,
    sizeMultiple: shape.patch,
    ...normalizedAs(
      hints.normalization,
      imageNet,
      "ImageNet's mean and standard deviation are used (those trained on satellite images have others)",
    ),
    notes,
  };
}
