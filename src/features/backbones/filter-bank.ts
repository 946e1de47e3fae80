/**
 * @file The half of the built-in backbone that is not learnt: a bank of oriented band-pass filters and what their magnitudes make of a second bank.
 * Nothing in it is learnt; every weight follows from a formula (gabor.ts), every constant from procedural textures
 * (filter-bank-constants.ts). docs/builtin-backbone.md has the reasons and the measurements.
 *
 * `layer2`, 99 channels: three mean colours, and the magnitudes of Gabor pairs at 4 scales x 3 opponent colours x 8 orientations.
 * `layer3`, 192 channels: the magnitudes of light, filtered again by coarser pairs at 4 orientations: how stripes, edges and grain are
 * arranged (scattering: Bruna and Mallat 2013). Both at stride 8, means over 8 x 8 pixels, square roots, standardised.
 *
 * One small kernel serves all scales, because each works on an image half as large as the one before. Images are continued by
 * their mirror image, so borders are no edges.
 */
import {
  add,
  averagePool,
  concat,
  conv,
  type Dim,
  Graph,
  log,
  mul,
  relu,
  slice,
  sqrt,
  square,
  type Tensor,
} from '../../graph/index.ts';
import { colourMoments, firstMoments, type Moments, secondMoments } from './filter-bank-constants.ts';
import { gaborPair, halvingKernel, opponentColours, rounded } from './gabor.ts';

/** Of the Gaussian, pixels of the image that is filtered: 1.2, 2.4, 4.8 and 9.6 of the input at the four scales. */
const sigma = 1.2;
const wavelength = 2.2 * sigma;
const scales = 4;
const orientations = 8;
const secondOrientations = 4;
const colours = 3;
/** Added to light from 0 to 1 before its logarithm, so that noise in the dark stays small. */
const darkest = 0.1;
/** Pixels of the input from one place of the layers to the next. */
const stride = 8;
/** What second-order channels weigh beside first-order ones, of which there are half as many. */
const secondWeight = 0.7;

/** Which first-order scale is filtered again, and the spacing of the magnitudes there, pixels of the input. */
const secondOrder = [
  { scale: 0, spacing: 2 },
  { scale: 0, spacing: 4 },
  { scale: 1, spacing: 4 },
  { scale: 0, spacing: 8 },
  { scale: 1, spacing: 8 },
  { scale: 2, spacing: 8 },
] as const;

/** A map with the spacing of its places, pixels of the input. */
interface FeatureMap {
  readonly tensor: Tensor;
  readonly spacing: number;
}

/**
 * Builds the bank as a network: input `image`, float32 [N, 3, H, W], RGB from -1 to 1; outputs `layer2` and `layer3`, float32
 * [N, C, H / 8, W / 8].
 * @param standardise - leave it out only to measure the constants. @default true
 */
export function buildFilterBank(standardise = true): Graph {
  const graph = new Graph();
  const { first, second } = filterBank(graph.input('image', 'float32', ['N', 3, 'H', 'W']), standardise);
  graph.output('layer2', first);
  graph.output('layer3', second);
  return graph;
}

/**
 * The bank's nodes behind an image.
 * @param image - float32 [N, 3, H, W], RGB from -1 to 1
 */
export function filterBank(
  image: Tensor,
  standardise = true,
): { readonly first: Tensor; readonly second: Tensor } {
  const logged = logarithm(image);
  const finish = (map: FeatureMap, moments: readonly Moments[], weight = 1) =>
    standardise ? standardised(map, moments, weight) : map.tensor;
  const magnitudes: FeatureMap[] = [];
  const first = [finish(colourMeans(logged), colourMoments)];
  let current = logged;
  for (let scale = 0; scale < scales; scale++) {
    // The two finest magnitudes are smooth enough for every second place.
    const magnitude = firstMagnitude(current, scale < 2 ? 2 : 1);
    magnitudes.push(magnitude);
    first.push(finish(compressed(magnitude), firstMoments[scale] ?? []));
    if (scale + 1 < scales) current = halved(current);
  }
  const second = secondOrder.map(({ scale, spacing }, index) => {
    const light = channels(magnitudes[scale] as FeatureMap, 0, orientations);
    const magnitude = secondMagnitude(pooled(light, spacing));
    return finish(compressed(magnitude), [secondMoments[index] as Moments], secondWeight);
  });
  return { first: concat(first, 1), second: concat(second, 1) };
}

/** The logarithm of light: a scratch on a dark part counts like one on a bright part, as the eye has it (Weber's law). */
function logarithm(image: Tensor): FeatureMap {
  const light = relu(add(mul(image, 0.5), 0.5));
  return { tensor: log(add(light, darkest)), spacing: 1 };
}

/** Mean opponent colours. */
function colourMeans(image: FeatureMap): FeatureMap {
  const means = pooled(image, stride);
  const { graph } = image.tensor;
  const matrix = graph.constant('opponent', opponentColours.flat().map(rounded), [colours, 3, 1, 1]);
  return placed(conv(means.tensor, matrix, undefined), colours, stride);
}

/** Magnitudes of RGB's opponent colours, [N, colours * orientations, ...], the orientations of a colour side by side. */
function firstMagnitude({ tensor, spacing }: FeatureMap, step: number): FeatureMap {
  const side = step === 2 ? 8 : 7;
  const pairs = pairsOf(orientations, side);
  const kernels = (['even', 'odd'] as const).flatMap((part) =>
    opponentColours.flatMap((weights) =>
      pairs.flatMap((pair) =>
        weights.flatMap((weight) => Array.from(pair[part], (tap) => rounded(tap * weight))),
      ),
    ),
  );
  const count = 2 * colours * orientations;
  const weight = tensor.graph.constant('first', kernels, [count, 3, side, side]);
  const convolved = conv(mirrored(tensor, 3), weight, undefined, { stride: step });
  return magnitude(placed(convolved, count, spacing * step));
}

/** Magnitudes of magnitudes, [N, orientations * secondOrientations, ...], of each first orientation all second ones. */
function secondMagnitude({ tensor, spacing }: FeatureMap): FeatureMap {
  // The finest is filtered at every second place; what follows is a mean over 8 x 8 pixels.
  const step = spacing === 2 ? 2 : 1;
  const side = step === 2 ? 8 : 7;
  const pairs = pairsOf(secondOrientations, side);
  const kernels = (['even', 'odd'] as const).flatMap((part) =>
    pairs.flatMap((pair) => Array.from(pair[part])),
  );
  const weight = tensor.graph.constant('second', kernels, [2 * secondOrientations, 1, side, side]);
  const single = regrouped(mirrored(tensor, 3), 1);
  const convolved = conv(single, weight, undefined, { stride: step });
  const both = placed(convolved, 2 * secondOrientations, spacing * step);
  const length = magnitude(both).tensor;
  return placed(
    regrouped(length, orientations * secondOrientations),
    orientations * secondOrientations,
    spacing * step,
  );
}

/** The same numbers with another number of channels an image, and as many more or fewer images. */
function regrouped(tensor: Tensor, count: number): Tensor {
  const { graph, dtype, shape } = tensor;
  const [, , height = 'H', width = 'W'] = shape;
  // A 0 keeps the size at its place.
  const sizes = graph.integers([-1, count, 0, 0]);
  return graph.add(
    'Reshape',
    [tensor, sizes],
    [{ dtype, shape: ['images', count, height, width] }],
  )[0] as Tensor;
}

function pairsOf(count: number, side: number) {
  return Array.from({ length: count }, (_, index) =>
    gaborPair({ orientation: (Math.PI * index) / count, wavelength, sigma, side }),
  );
}

/** From responses, the even ones first, to magnitudes. */
function magnitude(map: FeatureMap): FeatureMap {
  const half = (map.tensor.shape[1] as number) / 2;
  const tensor = lengthOf(channels(map, 0, half).tensor, channels(map, half, 2 * half).tensor);
  return { tensor, spacing: map.spacing };
}

function lengthOf(even: Tensor, odd: Tensor): Tensor {
  return sqrt(add(square(even), square(odd)));
}

/** Mean over 8 x 8 pixels, then the square root: weak texture counts for more, and none at all for nothing. */
function compressed(map: FeatureMap): FeatureMap {
  const { tensor, spacing } = pooled(map, stride);
  return { tensor: sqrt(add(tensor, 2e-4)), spacing };
}

/** Each group of channels less its mean, over its deviation. */
function standardised({ tensor }: FeatureMap, moments: readonly Moments[], weight: number): Tensor {
  const count = tensor.shape[1] as number;
  const of = (channel: number) => moments[Math.floor((channel * moments.length) / count)] as Moments;
  const vector = (value: (moment: Moments) => number) =>
    tensor.graph.constant(
      'moments',
      Array.from({ length: count }, (_, channel) => value(of(channel))),
      [1, count, 1, 1],
    );
  const factor = vector(({ deviation }) => weight / deviation);
  return add(
    mul(tensor, factor),
    vector(({ mean, deviation }) => (-mean * weight) / deviation),
  );
}

/** Half the image in each direction. */
function halved({ tensor, spacing }: FeatureMap): FeatureMap {
  const count = tensor.shape[1] as number;
  const kernels = Array.from({ length: count }, () => halvingKernel).flat();
  const weight = tensor.graph.constant('halving', kernels, [count, 1, 4, 4]);
  return placed(
    conv(mirrored(tensor, 1), weight, undefined, { stride: 2, groups: count }),
    count,
    2 * spacing,
  );
}

/** Means over squares, to a wider spacing. */
function pooled(map: FeatureMap, spacing: number): FeatureMap {
  const kernel = spacing / map.spacing;
  if (kernel === 1) return map;
  return placed(averagePool(map.tensor, { kernel, stride: kernel }), map.tensor.shape[1] as number, spacing);
}

function channels({ tensor, spacing }: FeatureMap, start: number, end: number): FeatureMap {
  return { tensor: slice(tensor, 1, start, end), spacing };
}

/** Names the height and width by the spacing, so that maps which met by different ways are seen to fit. */
function placed(tensor: Tensor, count: number, spacing: number): FeatureMap {
  const shape: Dim[] = ['N', count, `H/${spacing}`, `W/${spacing}`];
  return { tensor: { ...tensor, shape }, spacing };
}

/** The map continued by its mirror image. */
function mirrored(tensor: Tensor, border: number): Tensor {
  const { graph, dtype, shape } = tensor;
  const pads = [0, 0, border, border];
  const padded = shape.map((size, axis) => (axis < 2 ? size : `${size}+${2 * border}`));
  return graph.add('Pad', [tensor, graph.integers([...pads, ...pads])], [{ dtype, shape: padded }], {
    attributes: { mode: { string: 'reflect' } },
  })[0] as Tensor;
}
