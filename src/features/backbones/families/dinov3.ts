/**
 * @file DINOv3's vision transformers with Hugging Face's, timm's or their publisher's names: rotary positions, registers, layer scale, and SwiGLU in
 * those with a plus. A file of its publisher's holds the periods of the positions, in half precision as they were in training, and they are taken as they are.
 *
 * Source: Siméoni et al. 2025 (arXiv 2508.10104).
 */
import { imageNet } from '../backbone-card.ts';
import type { BackboneFamily, BuiltBackbone, Tensors, WeightsFile } from './family.ts';
import { rotaryPositions, usualPeriods } from './rotary.ts';
import { prefixOf, StateDict, type WeightNames } from './state-dict.ts';
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

/** What only training and classifiers use. */
const ignored = /^(embeddings\.)?mask_token$|^(head|local_cls_norm)\./;

export const dinov3: BackboneFamily = {
  title: 'DINOv3',
  recognises: (tensors) => weightsOf(tensors, '') !== undefined,
  build: buildDinov3,
};

function weightsOf(tensors: Tensors, path: string): StateDict | undefined {
  // Those with a gate first: it has a name of its own.
  for (const names of [huggingFace, timmGated, timm, publisherGated, publisher]) {
    const bare = new StateDict(tensors, path, '', names);
    const gated = names === timmGated || names === publisherGated;
    const prefix = prefixOf(tensors, bare.nameOf(gated ? 'blocks.0.mlp.gate.weight' : 'blocks.0.ls1.gamma'));
    if (prefix === undefined) continue;
    const weights = new StateDict(tensors, path, prefix, names);
    // No positions are learnt, and there are registers: so they are rotary.
    if (weights.has('patch_embed.proj.weight') && weights.has('reg_token') && !weights.has('pos_embed'))
      return weights;
  }
  return undefined;
}

/**
 * Builds a backbone.
 * @throws STATE_DICT_UNSUITABLE when a weight is missing, of another shape or left over
 */
export function buildDinov3({ tensors, path, hints: said }: WeightsFile): BuiltBackbone {
  const weights = weightsOf(tensors, path) ?? new StateDict(tensors, path);
  const shape = transformerShape(weights);
  const { hints, notes } = fittingHints(said, shape.width);
  const [stored] = weights.shapeOf('rope_embed.periods') ?? [];
  const shown = stored === undefined ? undefined : shape.width / (4 * stored);
  const heads = headsOf(weights, shape, shown ?? hints.heads, { 4096: 32 });
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
    normalization: hints.normalization ?? imageNet,
    assumedNormalization: hints.normalization
      ? undefined
      : "ImageNet's mean and standard deviation are used (those trained on satellite images have others)",
    notes,
  };
}
