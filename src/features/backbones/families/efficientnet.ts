/**
 * @file EfficientNet B0 to B7 with timm's or torchvision's names, those that timm converted from TensorFlow (`tf_efficientnet_b0`) among them. Layers are
 * its stages at strides 4, 8 and 16. All sizes show in the weights; strides are the paper's.
 *
 * The converted ones compute something else with the same names and shapes: they pad after the image rather than around it, as TensorFlow
 * does, and their batch norms have another epsilon. So their name has to say it.
 * Source: Tan and Le 2019 (arXiv 1905.11946).
 */
import { add, conv, Graph, mean, mul, sigmoid, type Tensor } from '../../../graph/index.ts';
import { type BackboneLayer, imageNet } from '../backbone-card.ts';
import { convolveNormed } from './convolve-normed.ts';
import { type BackboneFamily, type BuiltBackbone, normalizedAs, type WeightsFile } from './family.ts';
import { type Convention, type StateDict, stateDictOf } from './state-dict.ts';

export const efficientnet: BackboneFamily = {
  title: 'EfficientNet',
  build: buildEfficientnet,
};

/** Strides of the stages that layers need, and the layer that each gives. */
const stages = [
  { stride: 1, layer: undefined },
  { stride: 2, layer: 'layer1' },
  { stride: 2, layer: 'layer2' },
  { stride: 2, layer: undefined },
  { stride: 1, layer: 'layer3' },
] as const;

/** Channels of the third stage and blocks of the first five, by name and the input it was made for. */
const members: Readonly<Record<string, readonly [name: string, input: number]>> = {
  '40: 1, 2, 2, 3, 3': ['b0', 224],
  '40: 2, 3, 3, 4, 4': ['b1', 240],
  '48: 2, 3, 3, 4, 4': ['b2', 260],
  '48: 2, 3, 3, 5, 5': ['b3', 300],
  '56: 2, 4, 4, 6, 6': ['b4', 380],
  '64: 3, 5, 5, 7, 7': ['b5', 456],
  '72: 3, 6, 6, 8, 8': ['b6', 528],
  '80: 4, 7, 7, 10, 10': ['b7', 600],
};

const ignored = /^(blocks\.[56]\.|conv_head\.|bn2\.|classifier\.|features\.[678]\.)|\.num_batches_tracked$/;

/** Names of one library: those of the first stage, which does not widen, are counted otherwise. */
function namesOf(
  stem: readonly [convolution: string, norm: string],
  blockOf: (stage: number) => string,
  first: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>>,
): Convention {
  const names: Record<string, string> = { stem: stem[0], stem_bn: stem[1] };
  for (const stage of stages.keys()) {
    for (const [ours, theirs] of Object.entries(stage === 0 ? first : others)) {
      names[`stage${stage}.#.${ours}`] = `${blockOf(stage)}.#.${theirs}`;
    }
  }
  return { names };
}

const timm = namesOf(
  ['conv_stem', 'bn1'],
  (stage) => `blocks.${stage}`,
  {
    dw: 'conv_dw',
    dw_bn: 'bn1',
    reduce: 'se.conv_reduce',
    widen: 'se.conv_expand',
    project: 'conv_pw',
    project_bn: 'bn2',
  },
  {
    expand: 'conv_pw',
    expand_bn: 'bn1',
    dw: 'conv_dw',
    dw_bn: 'bn2',
    reduce: 'se.conv_reduce',
    widen: 'se.conv_expand',
    project: 'conv_pwl',
    project_bn: 'bn3',
  },
);

const torchvision = namesOf(
  ['features.0.0', 'features.0.1'],
  (stage) => `features.${stage + 1}`,
  {
    dw: 'block.0.0',
    dw_bn: 'block.0.1',
    reduce: 'block.1.fc1',
    widen: 'block.1.fc2',
    project: 'block.2.0',
    project_bn: 'block.2.1',
  },
  {
    expand: 'block.0.0',
    expand_bn: 'block.0.1',
    dw: 'block.1.0',
    dw_bn: 'block.1.1',
    reduce: 'block.2.fc1',
    widen: 'block.2.fc2',
    project: 'block.3.0',
    project_bn: 'block.3.1',
  },
);

/** How one network computes. */
interface Kind {
  readonly epsilon: number;
  /** Zeros before and after a map. */
  readonly padding: (kernel: number, stride: number) => readonly [number, number];
}

const around = (kernel: number): readonly [number, number] => [(kernel - 1) / 2, (kernel - 1) / 2];

/** TensorFlow's for maps of even sides: as few as give half the side, one more behind. */
const behind = (kernel: number, stride: number): readonly [number, number] => {
  const all = kernel - stride;
  return [Math.floor(all / 2), Math.ceil(all / 2)];
};

/**
 * Builds a backbone.
 * @throws STATE_DICT_UNSUITABLE when a weight is missing, of another shape or left over
 */
function buildEfficientnet(file: WeightsFile): BuiltBackbone | undefined {
  const found = stateDictOf(
    file,
    [timm, torchvision],
    'stage1.0.widen.weight',
    'stem.weight',
    'stage1.0.dw.weight',
  );
  if (!found) return undefined;
  const { weights, convention } = found;
  const { path, hints } = file;
  const blocks = stages.map((_, stage) => weights.count(`stage${stage}.#.dw.weight`));
  const third = weights.shapeOf('stage2.0.project.weight')?.[0] ?? 0;
  const [name, input] = members[`${third}: ${blocks.join(', ')}`] ?? [`${third}x${blocks.join('-')}`, 224];
  const isTimm = convention === timm;
  const converted = isTimm && /(^|[^a-z])tf_efficientnet/i.test(hints.architecture ?? path);
  const kind: Kind = {
    epsilon: converted || (!isTimm && /^b[567]$/.test(name)) ? 1e-3 : 1e-5,
    padding: converted ? behind : around,
  };
  const graph = new Graph();
  const image = graph.input('image', 'float32', ['N', 3, 'H', 'W']);
  const stem = weights.shapeOf('stem.weight')?.[0] ?? 0;
  let x = swish(
    convolveNormed(
      weights,
      image,
      'stem',
      'stem_bn',
      [stem, 3, 3],
      { stride: 2, padding: kind.padding(3, 2) },
      kind.epsilon,
    ),
  );
  let stride = 2;
  const layers: BackboneLayer[] = [];
  for (const [stage, { stride: step, layer }] of stages.entries()) {
    for (let block = 0; block < (blocks[stage] as number); block++) {
      x = oneBlock(weights, x, `stage${stage}.${block}`, block === 0 ? step : 1, kind);
    }
    stride *= step;
    if (!layer) continue;
    graph.output(layer, x);
    layers.push({ name: layer, channels: x.shape[1] as number, stride });
  }
  weights.refuseUnused(ignored, 'an EfficientNet');
  // Only maps of even sides are padded as TensorFlow would.
  const multiple = converted ? stride : 1;
  return {
    architecture: `${converted ? 'tf_' : ''}efficientnet_${name}`,
    graph,
    layers,
    inputSize: Math.ceil(input / multiple) * multiple,
    ...(converted && { sizeMultiple: multiple }),
    ...normalizedAs(hints.normalization, imageNet, "ImageNet's mean and standard deviation are used"),
    notes:
      isTimm && !converted && hints.architecture === undefined
        ? [
            "It is taken for one that was trained in PyTorch. If it was converted from TensorFlow, let its file's name begin with tf_efficientnet, or lay its config.json beside it.",
          ]
        : [],
  };
}

const swish = (x: Tensor): Tensor => mul(x, sigmoid(x));

/** A block: widened, spread over neighbours, channels weighed by what the image has of them, narrowed. */
function oneBlock(
  weights: StateDict,
  x: Tensor,
  name: string,
  stride: number,
  { epsilon, padding }: Kind,
): Tensor {
  const inputs = x.shape[1] as number;
  const [width = 0, , kernel = 0] = weights.shapeOf(`${name}.dw.weight`) ?? [];
  const outputs = weights.shapeOf(`${name}.project.weight`)?.[0] ?? 0;
  if (kernel % 2 === 0) weights.refuse(`${weights.nameOf(`${name}.dw.weight`)} has a kernel of even side`);
  let inner = x;
  if (weights.has(`${name}.expand.weight`)) {
    inner = swish(
      convolveNormed(weights, x, `${name}.expand`, `${name}.expand_bn`, [width, inputs, 1], {}, epsilon),
    );
  }
  const window = { stride, padding: padding(kernel, stride), groups: width };
  inner = swish(
    convolveNormed(weights, inner, `${name}.dw`, `${name}.dw_bn`, [width, 1, kernel], window, epsilon),
  );
  const squeezed = weights.shapeOf(`${name}.reduce.weight`)?.[0] ?? 0;
  const pointwise = (from: Tensor, part: string, to: number) => {
    const shape = [to, from.shape[1] as number, 1, 1];
    const kernels = from.graph.constant(`${part}.weight`, weights.take(`${part}.weight`, shape), shape);
    return conv(from, kernels, from.graph.constant(`${part}.bias`, weights.take(`${part}.bias`, [to]), [to]));
  };
  const asWhole = swish(pointwise(mean(inner, { axes: [2, 3], keepDims: true }), `${name}.reduce`, squeezed));
  inner = mul(inner, sigmoid(pointwise(asWhole, `${name}.widen`, width)));
  inner = convolveNormed(
    weights,
    inner,
    `${name}.project`,
    `${name}.project_bn`,
    [outputs, width, 1],
    {},
    epsilon,
  );
  return stride === 1 && inputs === outputs ? add(x, inner) : inner;
}
