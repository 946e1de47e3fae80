/**
 * @file ConvNeXt and ConvNeXt V2 with timm's, torchvision's, Hugging Face's or their publisher's names, among them those that DINOv3 trained.
 * Layers are its first three stages, at strides 4, 8 and 16, as of a ResNet.
 *
 * Source: Liu et al. 2022 (arXiv 2201.03545); Woo et al. 2023 (2301.00808).
 */
import { add, conv, div, Graph, mean, mul, sqrt, square, sum, type Tensor } from '../../../graph/index.ts';
import { gelu } from '../../../nn/gelu.ts';
import { type BackboneLayer, imageNet } from '../backbone-card.ts';
import { convnextNames } from './convnext-names.ts';
import { type BackboneFamily, type BuiltBackbone, normalizedAs, type WeightsFile } from './family.ts';
import { type StateDict, stateDictOf } from './state-dict.ts';
import { applyLinear, inChannelsLast, layerNorm, linearLayer } from './transformer-parts.ts';

export const convnext: BackboneFamily = {
  title: 'ConvNeXt',
  build: buildConvnext,
};

/** What no layer depends on: the last stage, classifiers, norms behind stages. */
const ignored =
  /^(norm|layernorm|layer_norm|head|classifier|norm_pre|hidden_states_norms|norms)(\.|$)|(^|\.)mask_token$/;

/** Blocks of the first three stages and channels of the first, by name. */
const members: Readonly<Record<string, string>> = {
  '40: 2, 2, 6': 'atto',
  '48: 2, 2, 6': 'femto',
  '64: 2, 2, 6': 'pico',
  '80: 2, 2, 8': 'nano',
  '96: 3, 3, 9': 'tiny',
  '96: 3, 3, 27': 'small',
  '128: 3, 3, 27': 'base',
  '192: 3, 3, 27': 'large',
  '256: 3, 3, 27': 'xlarge',
  '352: 3, 3, 27': 'huge',
};

const stages = [0, 1, 2] as const;
const epsilon = 1e-6;

/**
 * Builds a backbone.
 * @throws STATE_DICT_UNSUITABLE when a weight is missing, of another shape or left over
 */
function buildConvnext(file: WeightsFile): BuiltBackbone | undefined {
  const { hints } = file;
  const found = stateDictOf(file, convnextNames, 'stage0.blocks.0.dw.weight');
  // Relatives with the same names have smaller kernels there.
  if (found?.weights.shapeOf('stage0.blocks.0.dw.weight')?.[2] !== 7) return undefined;
  const { weights, convention } = found;
  const graph = new Graph();
  const image = graph.input('image', 'float32', ['N', 3, 'H', 'W']);
  const channelsOf = (stage: number) => weights.shapeOf(`stage${stage}.blocks.0.dw.weight`)?.[0] ?? 0;
  let x = image;
  let inputs = 3;
  const blocks = stages.map((stage) => weights.count(`stage${stage}.blocks.#.dw.weight`));
  const layers = stages.map((stage): BackboneLayer => {
    const channels = channelsOf(stage);
    const side = stage === 0 ? 4 : 2;
    // The image is cut and then normed, a map normed and then cut.
    if (stage > 0) x = inChannelsLast(x, (last) => layerNorm(weights, last, `stage${stage}.norm`, epsilon));
    const cut = `stage${stage}.cut`;
    x = conv(
      x,
      graph.constant(`${cut}.weight`, weights.take(`${cut}.weight`, [channels, inputs, side, side]), [
        channels,
        inputs,
        side,
        side,
      ]),
      graph.constant(`${cut}.bias`, weights.take(`${cut}.bias`, [channels]), [channels]),
      { stride: side },
    );
    if (stage === 0) x = inChannelsLast(x, (last) => layerNorm(weights, last, 'stage0.norm', epsilon));
    for (let block = 0; block < (blocks[stage] as number); block++) {
      x = oneBlock(weights, x, `stage${stage}.blocks.${block}`, channels);
    }
    inputs = channels;
    const name = `layer${stage + 1}`;
    graph.output(name, x);
    return { name, channels, stride: 4 * 2 ** stage };
  });
  const left = new RegExp(`${ignored.source}|^${convention.lastStage.replaceAll('.', '\\.')}`);
  weights.refuseUnused(left, 'a ConvNeXt');
  const second = weights.has('stage0.blocks.0.grn.weight') ? 'v2' : '';
  const first = channelsOf(0);
  return {
    architecture: `convnext${second}_${members[`${first}: ${blocks.join(', ')}`] ?? `${first}x${blocks.join('-')}`}`,
    graph,
    layers,
    inputSize: 224,
    ...normalizedAs(
      hints.normalization,
      imageNet,
      "ImageNet's mean and standard deviation are used (those that CLIP trained have its own)",
    ),
    notes: [],
  };
}

/** A depth-wise convolution, and a perceptron at each place; what came in is added. */
function oneBlock(weights: StateDict, x: Tensor, name: string, channels: number): Tensor {
  const { graph } = x;
  const kernel = weights.take(`${name}.dw.weight`, [channels, 1, 7, 7]);
  const spread = conv(
    x,
    graph.constant(`${name}.dw.weight`, kernel, [channels, 1, 7, 7]),
    graph.constant(`${name}.dw.bias`, weights.take(`${name}.dw.bias`, [channels]), [channels]),
    { padding: 3, groups: channels },
  );
  // Some of timm's have convolutions with kernels of one pixel where the others have linear layers.
  const layer = (part: string, outputs: number, from: number, scale?: Float32Array) =>
    linearLayer(
      weights.take(`${name}.${part}.weight`, [outputs, from], [outputs, from, 1, 1]),
      weights.take(`${name}.${part}.bias`, [outputs]),
      outputs,
      scale,
    );
  const hidden = 4 * channels;
  const inner = inChannelsLast(spread, (last) => {
    const normed = layerNorm(weights, last, `${name}.norm`, epsilon);
    const wide = gelu(applyLinear(normed, layer('fc1', hidden, channels), `${name}.fc1`), 'gelu');
    const balanced = weights.has(`${name}.grn.weight`)
      ? responseNorm(weights, wide, `${name}.grn`, hidden)
      : wide;
    const scale = weights.takeIfThere(`${name}.gamma`, [channels], [channels, 1, 1]);
    return applyLinear(balanced, layer('fc2', channels, hidden, scale), `${name}.fc2`);
  });
  return add(x, inner);
}

/** The second version's norm: each channel by its length over the image, in parts of the mean of all channels'. */
function responseNorm(weights: StateDict, x: Tensor, name: string, width: number): Tensor {
  const [scale, shift] = ['weight', 'bias'].map((part) =>
    x.graph.constant(`${name}.${part}`, weights.take(`${name}.${part}`, [width], [1, 1, 1, width]), [width]),
  ) as [Tensor, Tensor];
  const length = sqrt(sum(square(x), { axes: [1, 2], keepDims: true }));
  const part = div(length, add(mean(length, { axes: [3], keepDims: true }), epsilon));
  return add(x, add(mul(mul(x, part), scale), shift));
}
