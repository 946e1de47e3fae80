/**
 * @file TinyViT with timm's names or its publisher's, which are those of MobileSAM's image encoder too: convolutions at stride 4, then attention in windows
 * at strides 8 and 16. Layers are its first three stages; of MobileSAM, which goes on at stride 16, all four.
 *
 * Source: Wu et al. 2022 (arXiv 2207.10666); Zhang et al. 2023 (2306.14289).
 */
import { add, Graph, gather, reshape, type Tensor, transpose } from '../../../graph/index.ts';
import { gelu } from '../../../nn/gelu.ts';
import { type BackboneLayer, imageNet } from '../backbone-card.ts';
import { convolveNormed } from './convolve-normed.ts';
import { type BackboneFamily, type BuiltBackbone, normalizedAs, type WeightsFile } from './family.ts';
import { type Convention, type StateDict, stateDictOf } from './state-dict.ts';
import { applyLinear, attention, layerNorm, linearLayer } from './transformer-parts.ts';
import { inWindows } from './windows.ts';

export const tinyVit: BackboneFamily = {
  title: 'TinyViT',
  build: buildTinyVit,
};

/** Of its layer norms. */
const epsilon = 1e-5;

/** Channels of the first three stages, by name. */
const members: Readonly<Record<string, string>> = {
  '64, 128, 160': '5m',
  '64, 128, 256': '11m',
  '96, 192, 384': '21m',
};

/** @param convolution - what a convolution is called beside its batch norm @param mergeOf - where the step to a stage stands */
function namesOf(
  convolution: string,
  stem: readonly [string, string],
  stageOf: (stage: number) => string,
  mergeOf: (stage: number) => string,
): Convention {
  const names: Record<string, string> = {};
  const pair = (ours: string, theirs: string) => {
    names[ours] = `${theirs}.${convolution}`;
    names[`${ours}_bn`] = `${theirs}.bn`;
  };
  pair('stem1', stem[0]);
  pair('stem2', stem[1]);
  for (const stage of [0, 1, 2, 3]) {
    const block = `${stageOf(stage)}.blocks.#`;
    for (const number of [1, 2, 3]) {
      if (stage === 0) pair(`stage0.#.conv${number}`, `${block}.conv${number}`);
      else pair(`stage${stage}.merge${number}`, `${mergeOf(stage)}.conv${number}`);
    }
    if (stage === 0) continue;
    pair(`stage${stage}.#.local`, `${block}.local_conv`);
    for (const part of [
      'attn.norm',
      'attn.qkv',
      'attn.proj',
      'attn.attention_biases',
      'mlp.norm',
      'mlp.fc1',
      'mlp.fc2',
    ])
      names[`stage${stage}.#.${part}`] = `${block}.${part}`;
  }
  return { names };
}

const timm = namesOf(
  'conv',
  ['patch_embed.conv1', 'patch_embed.conv2'],
  (stage) => `stages.${stage}`,
  (stage) => `stages.${stage}.downsample`,
);

const publisher = namesOf(
  'c',
  ['patch_embed.seq.0', 'patch_embed.seq.2'],
  (stage) => `layers.${stage}`,
  (stage) => `layers.${stage - 1}.downsample`,
);

/** The last stage of those that classify, with the step to it, classifiers, counters and what follows from others. */
const ignored =
  /^(stages\.3|layers\.3|layers\.2\.downsample|head|norm_head)\.|\.num_batches_tracked$|\.attention_bias_idxs$/;
/** What MobileSAM has behind its stages. */
const neck = /^neck\.|\.num_batches_tracked$|\.attention_bias_idxs$|^(norm_head|head)\./;

/**
 * Builds a backbone.
 * @throws STATE_DICT_UNSUITABLE when a weight is missing, of another shape or left over
 */
function buildTinyVit(file: WeightsFile): BuiltBackbone | undefined {
  const found = stateDictOf(file, [timm, publisher], 'stage1.0.attn.attention_biases', 'stem1.weight');
  if (!found) return undefined;
  const { weights } = found;
  const isSam = weights.has('neck.0.weight');
  const graph = new Graph();
  const image = graph.input('image', 'float32', ['N', 3, 'H', 'W']);
  const first = weights.shapeOf('stem2.weight')?.[0] ?? 0;
  const half = weights.shapeOf('stem1.weight')?.[0] ?? 0;
  const step = { stride: 2, padding: 1 };
  const cut = gelu(convolveNormed(weights, image, 'stem1', 'stem1_bn', [half, 3, 3], step), 'gelu');
  let x = convolveNormed(weights, cut, 'stem2', 'stem2_bn', [first, half, 3], step);
  const layers: BackboneLayer[] = [];
  const pairs: Pairs = new Map();
  for (const stage of isSam ? [0, 1, 2, 3] : [0, 1, 2]) {
    const stride = Math.min(4 * 2 ** stage, 16);
    if (stage > 0) x = merged(weights, x, `stage${stage}`, stage === 3 ? 1 : 2);
    const blocks = weights.count(stage === 0 ? 'stage0.#.conv1.weight' : `stage${stage}.#.attn.qkv.weight`);
    for (let block = 0; block < blocks; block++) {
      const name = `stage${stage}.${block}`;
      x = stage === 0 ? convolutions(weights, x, name) : oneBlock(weights, x, name, pairs);
    }
    graph.output(`layer${stage + 1}`, x);
    layers.push({ name: `layer${stage + 1}`, channels: x.shape[1] as number, stride });
  }
  weights.refuseUnused(isSam ? neck : ignored, 'a TinyViT');
  const channels = layers.slice(0, 3).map((layer) => layer.channels);
  const size = members[channels.join(', ')] ?? channels.join('-');
  return {
    architecture: isSam ? `mobilesam_tiny_vit_${size}` : `tiny_vit_${size}`,
    graph,
    layers,
    ...(isSam && { usualLayers: ['layer2', 'layer3', 'layer4'] }),
    inputSize: isSam ? 1024 : 32 * windowOf(weights, 'stage1.0'),
    ...normalizedAs(file.hints.normalization, imageNet),
    notes: [],
  };
}

/** What `differences` gives, for each side of a window. */
type Pairs = Map<number, Tensor>;

/** Side of a block's windows: there is a bias for each difference of rows and columns. */
function windowOf(weights: StateDict, name: string): number {
  const count = weights.shapeOf(`${name}.attn.attention_biases`)?.[1] ?? 0;
  const side = Math.sqrt(count);
  if (Number.isInteger(side) && side > 0) return side;
  return weights.refuse(
    `${weights.nameOf(`${name}.attn.attention_biases`)} has ${count} biases; expected a square number`,
  );
}

/** The step to the next stage. */
function merged(weights: StateDict, x: Tensor, name: string, stride: number): Tensor {
  const inputs = x.shape[1] as number;
  const outputs = weights.shapeOf(`${name}.merge1.weight`)?.[0] ?? 0;
  return threeConvolutions(weights, x, `${name}.merge`, [inputs, outputs, outputs], stride);
}

/** A block of the first stage. */
function convolutions(weights: StateDict, x: Tensor, name: string): Tensor {
  const channels = x.shape[1] as number;
  const width = weights.shapeOf(`${name}.conv1.weight`)?.[0] ?? 0;
  const inner = threeConvolutions(weights, x, `${name}.conv`, [channels, width, channels], 1);
  return gelu(add(inner, x), 'gelu');
}

/** To another width, over neighbours, to another width. */
function threeConvolutions(
  weights: StateDict,
  x: Tensor,
  name: string,
  [inputs, width, outputs]: readonly [number, number, number],
  stride: number,
): Tensor {
  const convolve = (from: Tensor, number: number, shape: [number, number, number], window = {}) =>
    convolveNormed(weights, from, `${name}${number}`, `${name}${number}_bn`, shape, window);
  const wide = gelu(convolve(x, 1, [width, inputs, 1]), 'gelu');
  const spread = convolve(wide, 2, [width, 1, 3], { stride, padding: 1, groups: width });
  return convolve(gelu(spread, 'gelu'), 3, [outputs, width, 1]);
}

/** Attention in windows, a depth-wise convolution in the place of what was, and a perceptron. */
function oneBlock(weights: StateDict, x: Tensor, name: string, pairs: Pairs): Tensor {
  const width = x.shape[1] as number;
  const last = transpose(x, [0, 2, 3, 1]);
  const mixed = add(
    last,
    inWindows(last, windowOf(weights, name), (tokens) => windowAttention(weights, tokens, name, pairs)),
  );
  const window = { padding: 1, groups: width };
  const local = convolveNormed(
    weights,
    transpose(mixed, [0, 3, 1, 2]),
    `${name}.local`,
    `${name}.local_bn`,
    [width, 1, 3],
    window,
  );
  const places = transpose(local, [0, 2, 3, 1]);
  const hidden = weights.shapeOf(`${name}.mlp.fc1.weight`)?.[0] ?? 0;
  const layer = (from: Tensor, part: string, outputs: number, inputs: number) =>
    applyLinear(
      from,
      linearLayer(
        weights.take(`${name}.${part}.weight`, [outputs, inputs]),
        weights.take(`${name}.${part}.bias`, [outputs]),
        outputs,
      ),
      `${name}.${part}`,
    );
  const wide = gelu(
    layer(layerNorm(weights, places, `${name}.mlp.norm`, epsilon), 'mlp.fc1', hidden, width),
    'gelu',
  );
  return transpose(add(places, layer(wide, 'mlp.fc2', width, hidden)), [0, 3, 1, 2]);
}

/** Attention of the tokens of a window, with a bias by how far two are apart. */
function windowAttention(weights: StateDict, tokens: Tensor, name: string, pairs: Pairs): Tensor {
  const { graph } = tokens;
  const width = tokens.shape.at(-1) as number;
  const side = windowOf(weights, name);
  const heads = weights.shapeOf(`${name}.attn.attention_biases`)?.[0] ?? 0;
  if (width % heads !== 0)
    weights.refuse(`${name} has ${heads} heads, which do not divide ${width} channels`);
  const normed = layerNorm(weights, tokens, `${name}.attn.norm`, epsilon);
  const all = weights.take(`${name}.attn.qkv.weight`, [3 * width, width]);
  const biases = weights.take(`${name}.attn.qkv.bias`, [3 * width]);
  const head = width / heads;
  const [query, key, value] = [0, 1, 2].map((part) => {
    // Head by head, its queries, keys and values lie together.
    const own = (from: Float32Array, size: number) => {
      const taken = new Float32Array(width * size);
      for (let at = 0; at < heads; at++) {
        const begin = (3 * at + part) * head * size;
        taken.set(from.subarray(begin, begin + head * size), at * head * size);
      }
      return taken;
    };
    const layer = linearLayer(own(all, width), own(biases, 1), width, part === 0 ? Math.sqrt(1 / head) : 1);
    return applyLinear(normed, layer, `${name}.attn.${'qkv'[part]}`);
  }) as [Tensor, Tensor, Tensor];
  const table = weights.take(`${name}.attn.attention_biases`, [heads, side * side]);
  const apart = pairs.get(side) ?? graph.constant(`window${side}`, differences(side), [side ** 4], 'int64');
  pairs.set(side, apart);
  const bias = gather(graph.constant(`${name}.attn.biases`, table, [heads, side * side]), apart, 1);
  const mixed = attention(query, key, value, heads, {
    bias: reshape(bias, [heads, side * side, side * side]),
  });
  const out = linearLayer(
    weights.take(`${name}.attn.proj.weight`, [width, width]),
    weights.take(`${name}.attn.proj.bias`, [width]),
    width,
  );
  return applyLinear(mixed, out, `${name}.attn.proj`);
}

/** For each pair of a window's places, the number of its difference in rows and columns. */
function differences(side: number): number[] {
  const places = Array.from({ length: side * side }, (_, at) => [Math.floor(at / side), at % side] as const);
  return places.flatMap(([row, column]) =>
    places.map(([otherRow, otherColumn]) => Math.abs(row - otherRow) * side + Math.abs(column - otherColumn)),
  );
}
