/**
 * @file The two networks of DRAEM. The reconstructive one halves maps four times and doubles them as often, without a connection past the narrow middle, so that
 * what is drawn onto a photograph does not get through as it was. The discriminative one is given the photograph and what was made of it, halves five times, and each
 * stage of its way up is given what the way down had at that size.
 *
 * Everywhere are convolutions of 3 x 3 with batch norm and ReLU. Names of parameters: `reconstructive` or `discriminative`, `down.STAGE.0` and `.1` from the
 * photograph on, `up.STAGE.enlarged`, `.0` and `.1` from the smallest maps on, each with `conv` and `bn`, and `last`.
 */
import type { Random } from '../../core/random.ts';
import { concat, maxPool, reshape, resizeLinear, slice, sub, type Tensor } from '../../graph/index.ts';
import { convolutionParameters, convolve } from '../../nn/convolution.ts';
import type { Normalise } from '../../nn/normalize.ts';
import type { DeclaredParameters, ParameterTensors } from '../../nn/parameters.ts';
import { convolved, convolvedParameters } from '../../nn/residual.ts';

/** A convolution, with batch norm and ReLU but for the last one of a network. */
interface Layer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}

/** A network from maps to maps of the same size. */
export interface UNetShape {
  /** Stages from the photograph on; between two of them maps are halved. */
  readonly down: readonly (readonly Layer[])[];
  /** Stages from the smallest maps on; the first layer of each is behind the enlargement. */
  readonly up: readonly (readonly [enlarged: Layer, ...more: Layer[]])[];
  /** Whether the second layer of a stage on the way up is given the maps of that size of the way down as well. */
  readonly connected: boolean;
  /** With a bias, and nothing behind it. */
  readonly last: Layer;
}

/** What tells the two networks apart; channels are multiples of the width. */
interface Plan {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Channels of each stage. */
  readonly down: readonly number[];
  /** Channels behind the three layers of each stage. */
  readonly up: readonly (readonly [number, number, number])[];
  readonly connected: boolean;
}

const reconstructive: Plan = {
  name: 'reconstructive',
  inputs: 3,
  outputs: 3,
  down: [1, 2, 4, 8, 8],
  up: [
    [8, 8, 4],
    [4, 4, 2],
    [2, 2, 1],
    [1, 1, 1],
  ],
  connected: false,
};

const discriminative: Plan = {
  name: 'discriminative',
  inputs: 6,
  outputs: 2,
  down: [1, 2, 4, 8, 8, 8],
  up: [
    [8, 8, 8],
    [4, 4, 4],
    [2, 2, 2],
    [1, 1, 1],
    [1, 1, 1],
  ],
  connected: true,
};

/** How many pixels of the photograph are one place of the smallest maps, along each side. */
export const coarsest = 2 ** discriminative.up.length;

/** Channels of both networks at the photograph's own size. */
export interface Widths {
  readonly reconstructive: number;
  readonly discriminative: number;
}

/** Both networks. */
export interface DraemShape {
  readonly reconstructive: UNetShape;
  readonly discriminative: UNetShape;
}

export function draemShape(widths: Widths): DraemShape {
  return {
    reconstructive: shapeOf(reconstructive, widths.reconstructive),
    discriminative: shapeOf(discriminative, widths.discriminative),
  };
}

function shapeOf({ name, inputs, outputs, down, up, connected }: Plan, width: number): UNetShape {
  const layer = (place: string, from: number, to: number): Layer => ({
    name: `${name}.${place}`,
    inputs: from * width,
    outputs: to * width,
  });
  const smallest = down.at(-1) as number;
  return {
    connected,
    down: down.map((to, stage) => [
      { ...layer(`down.${stage}.0`, down[stage - 1] ?? 0, to), ...(stage === 0 && { inputs }) },
      layer(`down.${stage}.1`, to, to),
    ]),
    up: up.map(([enlarged, first, second], stage) => {
      const beside = connected ? (down[down.length - 2 - stage] as number) : 0;
      return [
        layer(`up.${stage}.enlarged`, up[stage - 1]?.[2] ?? smallest, enlarged),
        layer(`up.${stage}.0`, enlarged + beside, first),
        layer(`up.${stage}.1`, first, second),
      ];
    }),
    last: { name: `${name}.last`, inputs: width * (up.at(-1) as readonly number[])[2]!, outputs },
  };
}

/** Of the last convolutions, which no batch norm follows: so no pixel is told beforehand. */
const lastDeviation = 0.02;

/** First values of both networks. @param deviation - of the weights; null: by He's rule */
export function draemParameters(
  shape: DraemShape,
  random: Random,
  deviation: number | null,
): DeclaredParameters {
  const all: Record<string, DeclaredParameters[string]> = {};
  for (const { down, up, last } of [shape.reconstructive, shape.discriminative]) {
    for (const { name, inputs, outputs } of [...down, ...up].flat()) {
      const sizes = { inputs, outputs, kernel: 3, deviation: deviation ?? undefined };
      Object.assign(all, convolvedParameters(`${name}.conv`, `${name}.bn`, sizes, random));
    }
    const sizes = { ...last, kernel: 3, deviation: lastDeviation };
    Object.assign(all, convolutionParameters(last.name, sizes, random, true));
  }
  return all;
}

/** Multiplications and additions of a network for one pixel of the photograph. */
export function productsOf(shape: UNetShape): number {
  return summed(shape, ({ inputs, outputs }) => 9 * inputs * outputs);
}

/** Values that all layers of a network give for one pixel of the photograph. */
export function valuesIn(shape: UNetShape): number {
  return summed(shape, ({ outputs }) => outputs);
}

/** A sum over all layers, of each for a pixel of its own maps. */
function summed({ down, up, last }: UNetShape, of: (layer: Layer) => number): number {
  const stage = (layers: readonly Layer[], halved: number) =>
    layers.reduce((sum, each) => sum + of(each), 0) / 4 ** halved;
  return [
    ...down.map((layers, at) => stage(layers, at)),
    ...up.map((layers, at) => stage(layers, up.length - 1 - at)),
    of(last),
  ].reduce((sum, each) => sum + each, 0);
}

/** Maps [N, inputs, height, width] to [N, outputs, height, width]; both sides are multiples of `coarsest`. */
function throughNetwork(
  maps: Tensor,
  { down, up, connected, last }: UNetShape,
  parameters: ParameterTensors,
  normalise: Normalise,
): Tensor {
  const through = (x: Tensor, { name }: Layer) =>
    convolved(`${name}.conv`, `${name}.bn`, x, parameters, normalise);
  const kept: Tensor[] = [];
  let x = maps;
  for (const [stage, layers] of down.entries()) {
    const halved = stage === 0 ? x : maxPool(x, { kernel: 2, stride: 2 });
    x = layers.reduce(through, halved);
    kept.push(x);
  }
  for (const [stage, [enlarged, ...layers]] of up.entries()) {
    const [, , height, width] = x.shape as [unknown, unknown, number, number];
    x = through(resizeLinear(x, [2, 3], [2 * height, 2 * width]), enlarged);
    if (connected) x = concat([x, kept[down.length - 2 - stage] as Tensor], 1);
    x = layers.reduce(through, x);
  }
  return convolve(last.name, x, parameters);
}

/** What the networks say of photographs. */
export interface DraemOutput {
  /** The photographs as they would be without anomalies, the shape of the photographs. */
  readonly reconstruction: Tensor;
  /** Logit of `anomalous` less that of `normal` of each pixel, [N, height, width]. */
  readonly margin: Tensor;
}

/** @param photographs - float32 [N, 3, height, width], 0 to 1 */
export function lookAt(
  photographs: Tensor,
  shape: DraemShape,
  parameters: ParameterTensors,
  normalise: Normalise,
): DraemOutput {
  const reconstruction = throughNetwork(photographs, shape.reconstructive, parameters, normalise);
  const joined = concat([reconstruction, photographs], 1);
  const logits = throughNetwork(joined, shape.discriminative, parameters, normalise);
  return { reconstruction, margin: marginOf(logits) };
}

/** [N, 2, height, width] to the difference of its two maps, [N, height, width]. */
function marginOf(logits: Tensor): Tensor {
  const [, , height, width] = logits.shape as [unknown, unknown, number, number];
  const [normal, anomalous] = [0, 1].map((at) =>
    reshape(slice(logits, 1, at, at + 1), [-1, height, width], 'N'),
  ) as [Tensor, Tensor];
  return sub(anomalous, normal);
}
