/**
 * @file The image tower of CLIP with Hugging Face's, timm's or OpenAI's and OpenCLIP's names: a vision transformer with a layer norm before its first block.
 * OpenAI's own has the quick GELU, as have networks that went on from it, most others the exact one; weights do not show which.
 *
 * Source: Radford et al. 2021 (arXiv 2103.00020).
 */
import { CladError } from '../../../core/errors.ts';
import {
  type BackboneFamily,
  type BuiltBackbone,
  type Normalization,
  normalizedAs,
  type WeightsFile,
} from './family.ts';
import { type Convention, stateDictOf, timm } from './state-dict.ts';
import { buildTransformer } from './transformer.ts';
import type { Activation } from './transformer-parts.ts';
import { activationOf, headsOf, sizeWord, transformerShape } from './transformer-shape.ts';
import { fittingHints } from './weight-hints.ts';

const huggingFace: Convention = {
  names: {
    cls_token: 'embeddings.class_embedding',
    pos_embed: 'embeddings.position_embedding.weight',
    'patch_embed.proj': 'embeddings.patch_embedding',
    norm_pre: 'pre_layrnorm',
    'blocks.#.norm1': 'encoder.layers.#.layer_norm1',
    'blocks.#.attn.q': 'encoder.layers.#.self_attn.q_proj',
    'blocks.#.attn.k': 'encoder.layers.#.self_attn.k_proj',
    'blocks.#.attn.v': 'encoder.layers.#.self_attn.v_proj',
    'blocks.#.attn.proj': 'encoder.layers.#.self_attn.out_proj',
    'blocks.#.norm2': 'encoder.layers.#.layer_norm2',
    'blocks.#.mlp.fc1': 'encoder.layers.#.mlp.fc1',
    'blocks.#.mlp.fc2': 'encoder.layers.#.mlp.fc2',
    norm: 'post_layernorm',
  },
};

const openAi: Convention = {
  names: {
    cls_token: 'class_embedding',
    pos_embed: 'positional_embedding',
    'patch_embed.proj': 'conv1',
    norm_pre: 'ln_pre',
    'blocks.#.norm1': 'transformer.resblocks.#.ln_1',
    'blocks.#.attn.qkv.weight': 'transformer.resblocks.#.attn.in_proj_weight',
    'blocks.#.attn.qkv.bias': 'transformer.resblocks.#.attn.in_proj_bias',
    'blocks.#.attn.proj': 'transformer.resblocks.#.attn.out_proj',
    'blocks.#.norm2': 'transformer.resblocks.#.ln_2',
    'blocks.#.mlp.fc1': 'transformer.resblocks.#.mlp.c_fc',
    'blocks.#.mlp.fc2': 'transformer.resblocks.#.mlp.c_proj',
    norm: 'ln_post',
  },
};

/** What brings the class token beside texts, and classifiers. */
const ignored = /^(proj|embeddings\.position_ids)$|^(head|fc_norm)\./;

const clipsOwn: Normalization = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

/** What paths call networks of either activation. */
const pathWords: readonly (readonly [word: RegExp, activation: Activation])[] = [
  [/openai|quick-?_?gelu/i, 'quick-gelu'],
  [/laion|datacomp/i, 'gelu'],
];

export const clip: BackboneFamily = {
  title: "CLIP's image towers that are transformers",
  build: buildClip,
};

/**
 * Builds a backbone.
 * @throws STATE_DICT_UNSUITABLE when a weight is missing, of another shape or left over; OPTION_INVALID when nothing says the activation
 */
function buildClip(file: WeightsFile): BuiltBackbone | undefined {
  const conventions = [timm, huggingFace, openAi];
  const found = stateDictOf(file, conventions, 'norm_pre.weight', 'patch_embed.proj.weight');
  if (!found) return undefined;
  const { weights, convention } = found;
  const shape = transformerShape(weights);
  const { hints, notes } = fittingHints(file.hints, shape.width);
  const { activation, note } = decideActivation(activationOf(weights, hints.activation), file.path);
  const built = buildTransformer(weights, shape, {
    heads: headsOf(weights, shape, hints.heads, { 1280: 16, 1408: 16, 1664: 16 }),
    epsilon: hints.epsilon ?? 1e-5,
    activation,
    antialias: convention !== huggingFace,
  });
  weights.refuseUnused(ignored, "CLIP's image tower");
  return {
    architecture: `clip_${sizeWord(shape)}_patch${shape.patch}`,
    ...built,
    asksActivation: true,
    inputSize: (shape.positions?.grid ?? 14) * shape.patch,
    sizeMultiple: shape.patch,
    ...normalizedAs(
      hints.normalization,
      clipsOwn,
      "CLIP's own mean and standard deviation are used (some of LAION's have 0.5)",
    ),
    notes: note === undefined ? notes : [...notes, note],
  };
}

function decideActivation(
  said: Activation | undefined,
  path: string,
): { activation: Activation; note?: string } {
  if (said) return { activation: said };
  const found = pathWords.flatMap(([word, activation]) => {
    const [match] = word.exec(path) ?? [];
    return match === undefined ? [] : [{ match, activation }];
  });
  const [only] = found;
  if (!only || found.length > 1) {
    throw new CladError('OPTION_INVALID', {
      option: '--activation',
      expected:
        "quick-gelu (OpenAI's CLIP) or gelu (most of LAION's and DataComp's), since weights of CLIP do not show it; or the config.json that comes with them beside them",
      actual: 'nothing',
    });
  }
  const other = only.activation === 'gelu' ? 'quick-gelu' : 'gelu';
  return {
    activation: only.activation,
    note: `Its activation is taken to be ${only.activation}, as "${only.match}" in its path says; else give --activation ${other}.`,
  };
}
