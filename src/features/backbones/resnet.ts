/**
 * @file The ResNet family of torchvision and timm as an ONNX backbone, from a state dict alone: which member it is shows in the
 * names and shapes of the weights (resnet-variants.ts). Outputs `layer1`, `layer2`, `layer3`; the fourth stage and the classifier are left out.
 *
 * As torchvision builds it (v1.5: the stride stands in the bottleneck's 3x3 convolution). Batch norm is folded into the convolution
 * before it, in double precision. Source: He et al. 2016 (arXiv 1512.03385), Zagoruyko and Komodakis 2016 (arXiv 1605.07146).
 */
import { CladError } from '../../core/errors.ts';
import { type Safetensor, safetensorFloats } from '../../core/safetensors.ts';
import { add, conv, Graph, maxPool, relu, type Tensor } from '../../graph/index.ts';
import type { BackboneLayer } from './backbone-card.ts';
import { describeResnet, type ResnetVariant, stages } from './resnet-variants.ts';

/** A backbone under construction: `graph.toModel()` is its ONNX message. */
export interface BuiltResnet {
  /** `resnet50`, `wide_resnet50_2`, ... */
  readonly architecture: string;
  /** Input `image`, float32 [N, 3, H, W]; outputs `layer1` to `layer3`. */
  readonly graph: Graph;
  readonly layers: readonly BackboneLayer[];
}

/** PyTorch's batch norm epsilon. */
const epsilon = 1e-5;

/**
 * Builds a backbone.
 * @param stateDict - weights under torchvision's names, of any floating type
 * @param path - of the file they come from, for messages
 * @throws STATE_DICT_UNSUITABLE when it is no ResNet of this family, or a weight is missing, of another shape or left over
 */
export function buildResnet(stateDict: Readonly<Record<string, Safetensor>>, path: string): BuiltResnet {
  const variant = describeResnet(stateDict, path);
  const weights = new Weights(stateDict, variant.prefix, path);
  const graph = new Graph();
  const image = graph.input('image', 'float32', ['N', 3, 'H', 'W']);
  const stem = relu(weights.convolve(image, 'conv1', 'bn1', [64, 3, 7], { stride: 2, padding: 3 }));
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
  weights.refuseUnused();
  return { architecture: variant.architecture, graph, layers };
}

interface BlockSizes {
  readonly inputs: number;
  /** Channels inside the block. */
  readonly width: number;
  readonly outputs: number;
  readonly stride: number;
}

/** One residual block: two 3x3 convolutions, or 1x1, 3x3 and 1x1, and what came in added. */
function block(weights: Weights, variant: ResnetVariant, x: Tensor, name: string, sizes: BlockSizes): Tensor {
  const { inputs, width, outputs, stride } = sizes;
  const at = (layer: string) => `${name}.${layer}`;
  const convolve = (from: Tensor, number: number, shape: [number, number, number], step: number) =>
    weights.convolve(from, at(`conv${number}`), at(`bn${number}`), shape, {
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
    ? weights.convolve(x, at('downsample.0'), at('downsample.1'), [outputs, inputs, 1], {
        stride,
        padding: 0,
      })
    : x;
  return relu(add(inner, shortcut));
}

/** The state dict while it is used up: each weight is checked when it is taken. */
class Weights {
  readonly #tensors: Readonly<Record<string, Safetensor>>;
  readonly #prefix: string;
  readonly #path: string;
  readonly #used = new Set<string>();

  constructor(tensors: Readonly<Record<string, Safetensor>>, prefix: string, path: string) {
    this.#tensors = tensors;
    this.#prefix = prefix;
    this.#path = path;
  }

  /**
   * A convolution without bias and the batch norm after it, as one convolution.
   * @param shape - output channels, input channels, side of the kernel
   */
  convolve(
    x: Tensor,
    convolution: string,
    norm: string,
    [outputs, inputs, kernel]: readonly [number, number, number],
    window: { stride: number; padding: number },
  ): Tensor {
    const weight = this.#take(`${convolution}.weight`, [outputs, inputs, kernel, kernel]).slice();
    const [scale, shift, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((part) =>
      this.#take(`${norm}.${part}`, [outputs]),
    ) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const bias = new Float32Array(outputs);
    const row = inputs * kernel * kernel;
    for (let output = 0; output < outputs; output++) {
      const factor = (scale[output] as number) / Math.sqrt((variance[output] as number) + epsilon);
      bias[output] = (shift[output] as number) - (mean[output] as number) * factor;
      for (let index = output * row; index < (output + 1) * row; index++) {
        weight[index] = (weight[index] as number) * factor;
      }
    }
    const { graph } = x;
    return conv(
      x,
      graph.constant(`${convolution}.weight`, weight, [outputs, inputs, kernel, kernel]),
      graph.constant(`${convolution}.bias`, bias, [outputs]),
      window,
    );
  }

  /** Weights we know nothing of would change what the network computes, so they are no detail. */
  refuseUnused(): void {
    const ignored = /^(layer4\.|fc\.|.*\.num_batches_tracked$)/;
    const left = Object.keys(this.#tensors)
      .filter((key) => key.startsWith(this.#prefix) && !this.#used.has(key))
      .find((key) => !ignored.test(key.slice(this.#prefix.length)));
    if (left) this.#refuse(`its ${left} has no place in a ResNet of torchvision's layout`);
  }

  #take(name: string, shape: readonly number[]): Float32Array {
    const key = this.#prefix + name;
    const tensor = this.#tensors[key];
    const expected = `[${shape.join(', ')}]`;
    if (!tensor) return this.#refuse(`${key} is missing; expected shape ${expected}`);
    if (tensor.shape.join() !== shape.join()) {
      return this.#refuse(`${key} has shape [${tensor.shape.join(', ')}]; expected ${expected}`);
    }
    this.#used.add(key);
    return safetensorFloats(tensor);
  }

  #refuse(reason: string): never {
    throw new CladError('STATE_DICT_UNSUITABLE', { path: this.#path, reason });
  }
}
