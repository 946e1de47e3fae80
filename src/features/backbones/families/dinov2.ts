/**
 * @file DINOv2, with registers or without, with Hugging Face's, timm's or its publisher's names; also the encoder of networks that have such names,
 * as Depth Anything's. The giant, whose weights no ONNX file can hold, is refused for its size.
 *
 * Where positions are resized, each library does it in another way: timm widens the filter, the others only for networks with registers.
 * The publisher's code for those without adds a tenth of a patch to sizes there; here, as in Hugging Face's and timm's, it does not.
 * Source: Oquab et al. 2024 (arXiv 2304.07193).
 */
import { imageNet } from '../backbone-card.ts';
import { type BackboneFamily, type BuiltBackbone, normalizedAs, type WeightsFile } from './family.ts';
import { type Convention, stateDictOf, timm } from './state-dict.ts';
import { buildTransformer } from './transformer.ts';
import { headsOf, sizeWord, transformerShape } from './transformer-shape.ts';
import { fittingHints } from './weight-hints.ts';

/** timm's but for the registers. */
const publisher: Convention = { names: { reg_token: 'register_tokens' }, probe: 'reg_token' };

const huggingFace: Convention = {
  names: {
    cls_token: 'embeddings.cls_token',
    reg_token: 'embeddings.register_tokens',
    pos_embed: 'embeddings.position_embeddings',
    'patch_embed.proj': 'embeddings.patch_embeddings.projection',
    'blocks.#.norm1': 'encoder.layer.#.norm1',
    'blocks.#.attn.q': 'encoder.layer.#.attention.attention.query',
    'blocks.#.attn.k': 'encoder.layer.#.attention.attention.key',
    'blocks.#.attn.v': 'encoder.layer.#.attention.attention.value',
    'blocks.#.attn.proj': 'encoder.layer.#.attention.output.dense',
    'blocks.#.ls1.gamma': 'encoder.layer.#.layer_scale1.lambda1',
    'blocks.#.norm2': 'encoder.layer.#.norm2',
    'blocks.#.mlp.fc1': 'encoder.layer.#.mlp.fc1',
    'blocks.#.mlp.fc2': 'encoder.layer.#.mlp.fc2',
    'blocks.#.ls2.gamma': 'encoder.layer.#.layer_scale2.lambda1',
    norm: 'layernorm',
  },
};

/** What only training and classifiers use. */
const ignored = /^(embeddings\.)?mask_token$|^(head|classifier|linear_head)\./;

/** Side of a patch, by which timm's DINOv2 is told from its other transformers with layer scale. */
const patch = 14;

export const dinov2: BackboneFamily = {
  title: 'DINOv2',
  build: buildDinov2,
};

/**
 * Builds a backbone.
 * @throws STATE_DICT_UNSUITABLE when a weight is missing, of another shape or left over
 */
function buildDinov2(file: WeightsFile): BuiltBackbone | undefined {
  const conventions = [publisher, timm, huggingFace];
  const found = stateDictOf(file, conventions, 'blocks.0.ls1.gamma', 'blocks.0.ls1.gamma', 'pos_embed');
  if (found?.weights.shapeOf('patch_embed.proj.weight')?.[2] !== patch) return undefined;
  const { weights, convention } = found;
  const shape = transformerShape(weights);
  const { hints, notes } = fittingHints(file.hints, shape.width);
  const registers = shape.prefix.find(({ name }) => name === 'reg_token')?.count ?? 0;
  // timm leaves the mask token out, which is how its files are told from the publisher's.
  const isTimm = convention === timm && !weights.has('mask_token');
  const built = buildTransformer(weights, shape, {
    heads: headsOf(weights, shape, hints.heads),
    epsilon: hints.epsilon ?? 1e-6,
    activation: 'gelu',
    antialias: isTimm || registers > 0,
  });
  weights.refuseUnused(ignored, 'DINOv2');
  return {
    architecture: `dinov2_${sizeWord(shape)}_patch${shape.patch}${registers > 0 ? `_reg${registers}` : ''}`,
    ...built,
    inputSize: (shape.positions?.grid ?? 37) * shape.patch,
    sizeMultiple: shape.patch,
    ...normalizedAs(hints.normalization, imageNet),
    notes,
  };
}
