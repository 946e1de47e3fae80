/**
 * @file Residual blocks (He et al. 2016): two 3x3 convolutions, or a bottleneck of 1x1, 3x3 and 1x1, each with batch norm, and what came in added.
 * A block keeps the size of maps, halves it, or doubles it: then a transposed 2x2 convolution stands where the strided one would (as in
 * the decoder of reverse distillation). Names are torchvision's: `conv1`, `bn1`, ..., `downsample.0`, `downsample.1`.
 */
import type { Random } from '../core/random.ts';
import { add, relu, type Tensor } from '../graph/index.ts';
import {
  type ConvSizes,
  convolutionParameters,
  convolve,
  convolveUp,
  transposedParameters,
} from './convolution.ts';
import { type Normalise, normParametersOf } from './normalize.ts';
import type { DeclaredParameters, ParameterTensors } from './parameters.ts';

/** What a residual block is like. */
export interface ResidualShape {
  readonly kind: 'basic' | 'bottleneck';
  readonly inputs: number;
  /** Channels between its convolutions; a basic block has `outputs` there. */
  readonly width: number;
  readonly outputs: number;
  /** What becomes of the height and width of maps. */
  readonly size: 'kept' | 'halved' | 'doubled';
}

/** One convolution of a block. */
interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: 1 | 2 | 3;
  readonly size: ResidualShape['size'];
}

function layersOf({ kind, inputs, width, outputs, size }: ResidualShape): Layer[] {
  const kernel = size === 'doubled' ? 2 : 3;
  if (kind === 'basic')
    return [
      { inputs, outputs, kernel, size },
      { inputs: outputs, outputs, kernel: 3, size: 'kept' },
    ];
  return [
    { inputs, outputs: width, kernel: 1, size: 'kept' },
    { inputs: width, outputs: width, kernel, size },
    { inputs: width, outputs, kernel: 1, size: 'kept' },
  ];
}

/** The way past the convolutions, where what came in does not fit what they give. */
function shortcutOf({ inputs, outputs, size }: ResidualShape): Layer | undefined {
  if (size === 'kept' && inputs === outputs) return undefined;
  return { inputs, outputs, kernel: size === 'doubled' ? 2 : 1, size };
}

/** First values of a block. @param name - what their names begin with */
export function residualParameters(name: string, shape: ResidualShape, random: Random): DeclaredParameters {
  const all: Record<string, DeclaredParameters[string]> = {};
  const declare = (layer: Layer, convolution: string, norm: string) => {
    const make = layer.size === 'doubled' ? transposedParameters : convolutionParameters;
    Object.assign(all, make(convolution, layer, random), normParametersOf(norm, layer.outputs));
  };
  for (const [at, layer] of layersOf(shape).entries())
    declare(layer, `${name}.conv${at + 1}`, `${name}.bn${at + 1}`);
  const shortcut = shortcutOf(shape);
  if (shortcut) declare(shortcut, `${name}.downsample.0`, `${name}.downsample.1`);
  return all;
}

/** Maps through a block. */
export function residual(
  name: string,
  x: Tensor,
  shape: ResidualShape,
  parameters: ParameterTensors,
  normalise: Normalise,
): Tensor {
  const through = (maps: Tensor, { size }: Layer, convolution: string, norm: string) => {
    const made =
      size === 'doubled'
        ? convolveUp(convolution, maps, parameters, 2)
        : convolve(convolution, maps, parameters, { stride: size === 'halved' ? 2 : 1 });
    return normalise(norm, made);
  };
  let maps = x;
  const layers = layersOf(shape);
  for (const [at, layer] of layers.entries()) {
    maps = through(maps, layer, `${name}.conv${at + 1}`, `${name}.bn${at + 1}`);
    if (at + 1 < layers.length) maps = relu(maps);
  }
  const shortcut = shortcutOf(shape);
  const past = shortcut ? through(x, shortcut, `${name}.downsample.0`, `${name}.downsample.1`) : x;
  return relu(add(maps, past));
}

/** First values of a convolution with batch norm. */
export function convolvedParameters(
  name: string,
  norm: string,
  sizes: ConvSizes,
  random: Random,
): DeclaredParameters {
  return { ...convolutionParameters(name, sizes, random), ...normParametersOf(norm, sizes.outputs) };
}

/** Maps through a convolution, batch norm and ReLU. @param norm - name of the batch norm */
export function convolved(
  name: string,
  norm: string,
  x: Tensor,
  parameters: ParameterTensors,
  normalise: Normalise,
  stride = 1,
): Tensor {
  return relu(normalise(norm, convolve(name, x, parameters, { stride })));
}
