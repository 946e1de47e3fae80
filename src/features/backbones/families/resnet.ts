/**
 * @file The ResNet family of torchvision and timm as an ONNX backbone, from a state dict alone: which member it is shows in the
 * names and shapes of the weights (resnet-variants.ts). Outputs `layer1`, `layer2`, `layer3`; the fourth stage and the classifier are left out.
 *
 * As torchvision builds it (v1.5: the stride stands in the bottleneck's 3x3 convolution). Batch norm is folded into the convolution
 * before it, in double precision. Source: He et al. 2016 (arXiv 1512.03385), Zagoruyko and Komodakis 2016 (arXiv 1605.07146).
 */
import { add, Graph, maxPool, relu, type Tensor } from '../../../graph/index.ts';
import { type BackboneLayer, imageNet } from '../backbone-card.ts';
import { convolveNormed } from './convolve-normed.ts';
import type { BackboneFamily, BuiltBackbone, Tensors } from './family.ts';
import { describeResnet, looksLikeResnet, type ResnetVariant, stages } from './resnet-variants.ts';
import { StateDict } from './state-dict.ts';

export const resnet: BackboneFamily = {
  title: 'ResNets',
  build: ({ tensors, path }) => (looksLikeResnet(tensors) ? buildResnet(tensors, path) : undefined),
};

/**
 * Builds a backbone.
 * @param tensors - weights under torchvision's names, of any floating type
 * @param path - of the file they come from, for messages
 * @throws STATE_DICT_UNSUITABLE when it is no ResNet of this family, or a weight is missing, of another shape or left over
 */
export function buildResnet(tensors: Tensors, path: string): BuiltBackbone {
  const variant = describeResnet(tensors, path);
  const weights = new StateDict(tensors, path, variant.prefix);
  const graph = new Graph();
  const image = graph.input('image', 'float32', ['N', 3, 'H', 'W']);
  const stem = relu(convolveNormed(weights, image, 'conv1', 'bn1', [64, 3, 7], { stride: 2, padding: 3 }));
  let features = maxPool(stem, { kernel: 3, stride: 2, padding: 1 });
  let channels = 64;
  const layers = stages.map((stage, index): BackboneLayer => {
    const name = `layer${stage}`;
    const planes = 64 * 2 ** index;
    const width = variant.bottleneck ? planes * (variant.width / 64) : planes;
    const outputs = variant.bottleneck ? planes * 4 : planes;
    for (let number = 0; number < (variant.blocks[index] as number); number++) {
      const stride = number === 0 && stage > 1 ? 2 : 1;
      const sizes = { inputs: channels, width, outputs, stride };
      features = block(weights, variant, features, `${name}.${number}`, sizes);
      channels = outputs;
    }
    graph.output(name, features);
    return { name, channels, stride: 4 * 2 ** index };
  });
  weights.refuseUnused(/^(layer4\.|fc\.|.*\.num_batches_tracked$)/, "a ResNet of torchvision's layout");
  return {
    architecture: variant.architecture,
    graph,
    layers,
    inputSize: 224,
    normalization: imageNet,
    assumedNormalization: "ImageNet's mean and standard deviation are used",
    notes: [],
  };
}

interface BlockSizes {
  readonly inputs: number;
  /** Channels inside the block. */
  readonly width: number;
  readonly outputs: number;
  readonly stride: number;
}

/** One residual block: two 3x3 convolutions, or 1x1, 3x3 and 1x1, and what came in added. */
function block(
  weights: StateDict,
  variant: ResnetVariant,
  x: Tensor,
  name: string,
  sizes: BlockSizes,
): Tensor {
  const { inputs, width, outputs, stride } = sizes;
  const at = (layer: string) => `${name}.${layer}`;
  const convolve = (from: Tensor, number: number, shape: [number, number, number], step: number) =>
    convolveNormed(weights, from, at(`conv${number}`), at(`bn${number}`), shape, {
      stride: step,
      padding: shape[2] === 3 ? 1 : 0,
    });
  let inner: Tensor;
  if (variant.bottleneck) {
    inner = relu(convolve(x, 1, [width, inputs, 1], 1));
    inner = relu(convolve(inner, 2, [width, width, 3], stride));
    inner = convolve(inner, 3, [outputs, width, 1], 1);
  } else {
    inner = relu(convolve(x, 1, [width, inputs, 3], stride));
    inner = convolve(inner, 2, [outputs, width, 3], 1);
  }
  const reshaped = stride > 1 || inputs !== outputs;
  const shortcut = reshaped
    ? convolveNormed(weights, x, at('downsample.0'), at('downsample.1'), [outputs, inputs, 1], {
        stride,
        padding: 0,
      })
    : x;
  return relu(add(inner, shortcut));
}
