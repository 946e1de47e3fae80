/**
 * @file Plain vision transformers with timm's or Hugging Face's names: ViT and DeiT, the distilled one and the third, DINO and MAE, which all
 * compute the same. Which of them it is, weights do not show.
 */
import { imageNet } from '../backbone-card.ts';
import {
  type BackboneFamily,
  type BuiltBackbone,
  type Normalization,
  normalizedAs,
  type WeightsFile,
} from './family.ts';
import { type Convention, stateDictOf, timm } from './state-dict.ts';
import { buildTransformer } from './transformer.ts';
import { activationOf, headsOf, sizeWord, transformerShape } from './transformer-shape.ts';
import { fittingHints } from './weight-hints.ts';

const huggingFace: Convention = {
  names: {
    cls_token: 'embeddings.cls_token',
    dist_token: 'embeddings.distillation_token',
    pos_embed: 'embeddings.position_embeddings',
    'patch_embed.proj': 'embeddings.patch_embeddings.projection',
    'blocks.#.norm1': 'encoder.layer.#.layernorm_before',
    'blocks.#.attn.q': 'encoder.layer.#.attention.attention.query',
    'blocks.#.attn.k': 'encoder.layer.#.attention.attention.key',
    'blocks.#.attn.v': 'encoder.layer.#.attention.attention.value',
    'blocks.#.attn.proj': 'encoder.layer.#.attention.output.dense',
    'blocks.#.norm2': 'encoder.layer.#.layernorm_after',
    'blocks.#.mlp.fc1': 'encoder.layer.#.intermediate.dense',
    'blocks.#.mlp.fc2': 'encoder.layer.#.output.dense',
    norm: 'layernorm',
  },
};

/** What no layer depends on: classifiers, what only training uses, and the half of a masked autoencoder that draws. */
const ignored =
  /^(embeddings\.)?mask_token$|^(head|head_dist|fc_norm|pre_logits|pooler|classifier|cls_classifier|distillation_classifier|decoder[a-z_]*)(\.|$)/;

/** augreg's, and of all that Google's code trained. */
const halves: Normalization = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

/** Networks trained with ImageNet's normalisation, by what their files are called. */
const withImageNet = /deit|dino|mae|mocov3|msn|ibot/i;

export const vit: BackboneFamily = {
  title: 'vision transformers (ViT, DeiT, DINO, MAE)',
  build: buildVit,
};

/**
 * Builds a backbone.
 * @throws STATE_DICT_UNSUITABLE when a weight is missing, of another shape or left over
 */
function buildVit(file: WeightsFile): BuiltBackbone | undefined {
  const found = stateDictOf(file, [timm, huggingFace], 'blocks.0.norm1.weight', 'patch_embed.proj.weight');
  if (!found) return undefined;
  const { weights, convention } = found;
  const shape = transformerShape(weights);
  const { hints, notes } = fittingHints(file.hints, shape.width);
  const isTimm = convention === timm;
  const built = buildTransformer(weights, shape, {
    heads: headsOf(weights, shape, hints.heads, { 1152: 16, 1280: 16, 1408: 16, 1664: 16 }),
    epsilon: hints.epsilon ?? (isTimm ? 1e-6 : 1e-12),
    activation: activationOf(weights, hints.activation) ?? 'gelu',
    antialias: isTimm,
  });
  weights.refuseUnused(
    ignored,
    `a plain vision transformer of ${isTimm ? "timm's" : "Hugging Face's"} layout`,
  );
  const distilled = shape.prefix.some(({ name }) => name === 'dist_token');
  const asImageNet =
    distilled ||
    weights.has('blocks.0.ls1.gamma') ||
    /(^|\.)deit\.embeddings/.test(weights.nameOf('cls_token'));
  const usual = asImageNet || withImageNet.test(file.path.replace(/^.*[\\/]/, '')) ? imageNet : halves;
  return {
    architecture: `${asImageNet ? 'deit' : 'vit'}_${sizeWord(shape)}_patch${shape.patch}`,
    ...built,
    asksActivation: true,
    inputSize: (shape.positions?.grid ?? 14) * shape.patch,
    sizeMultiple: shape.patch,
    ...normalizedAs(
      hints.normalization,
      usual,
      usual === imageNet
        ? "ImageNet's mean and standard deviation are used"
        : 'a mean and standard deviation of 0.5 are used, which are those of augreg (for DeiT, DINO and MAE give --normalization imagenet)',
    ),
    notes,
  };
}
