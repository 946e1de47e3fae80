/**
 * @file What Dinomaly trains: a perceptron with dropout (the noisy bottleneck), and a decoder of transformer blocks whose attention is linear. The decoder's
 * blocks are parted into as many groups as the backbone's layers; the last blocks are to give the shallowest group back. Names of parameters are those of
 * the publications' codes, and `embed` and `heads` for the linear layers of a decoder that is not as wide as the features.
 */
import type { Random } from '../../core/random.ts';
import type { MapLevel } from '../../features/store/extract-maps.ts';
import { meanOf, type Tensor } from '../../graph/index.ts';
import { attentionBlock, type BlockShape, blockParameters } from '../../nn/attention.ts';
import type { Drop } from '../../nn/dropout.ts';
import { gelu } from '../../nn/gelu.ts';
import { type LinearStart, linearParameters, linearTokens } from '../../nn/linear.ts';
import type { DeclaredParameters, ParameterTensors } from '../../nn/parameters.ts';
import { mapsOfTokens, tokensOf } from '../shared/maps/tokens.ts';
import { type DinomalyOptions, evenParts } from './dinomaly-options.ts';

/** The whole of it, as what follows from the features and the options. */
export interface DecoderShape extends BlockShape {
  /** Of what goes in. */
  readonly inputs: number;
  /** What is to be given back: groups, shallow to deep, all of one grid. */
  readonly groups: readonly MapLevel[];
  /** Blocks. */
  readonly layers: number;
  /** Of a linear layer in front of the bottleneck, as Dinomaly2 has it; null: there is none. */
  readonly narrow: number | null;
}

/** @param inputs - values of a place that goes in */
export function decoderShape(
  groups: readonly MapLevel[],
  inputs: number,
  { width: asked, headWidth, expansion, layers, attention: kind, narrow }: DinomalyOptions['network'],
): DecoderShape {
  const width = asked ?? inputs;
  // The layer norms' epsilon is the code's.
  return {
    groups,
    inputs,
    layers,
    narrow,
    width,
    heads: width / headWidth,
    hidden: expansion * width,
    kind,
    epsilon: 1e-8,
  };
}

const block = (layer: number) => `decoder.${layer}`;

/** Names of the bottleneck's linear layers. */
function bottleneckOf({ narrow }: DecoderShape) {
  return narrow === null
    ? { first: 'bottleneck.0.fc1', second: 'bottleneck.0.fc2' }
    : { front: narrowLayer, first: 'bottleneck.1.0', second: 'bottleneck.1.3' };
}

/** The layer in front of the bottleneck. */
const narrowLayer = 'bottleneck.0.0';

/** What the learning rate is multiplied by for a parameter, where that layer has a rate of its own. */
export const rateOfNarrow = (rate: number) => (parameter: string) =>
  parameter.startsWith(`${narrowLayer}.`) ? rate : 1;

/** As its code begins. */
const start: LinearStart = { weights: { deviation: 0.01, farthest: 3 } };

/** First values of all parameters. */
export function decoderParameters(shape: DecoderShape, random: Random): DeclaredParameters {
  const { inputs, groups, layers, width, hidden, narrow } = shape;
  const { front, first, second } = bottleneckOf(shape);
  const all: Record<string, DeclaredParameters[string]> = {};
  const linear = (name: string, from: number, to: number) =>
    Object.assign(all, linearParameters(name, from, to, random, start));
  if (front) linear(front, inputs, narrow as number);
  else if (inputs !== width) linear('embed', inputs, width);
  linear(first, narrow ?? width, hidden);
  linear(second, hidden, width);
  for (let layer = 0; layer < layers; layer++)
    Object.assign(all, blockParameters(block(layer), shape, random, start));
  for (const [group, { channels }] of groups.entries())
    if (channels !== width) linear(`heads.${group}`, width, channels);
  return all;
}

/**
 * The groups as they are reconstructed.
 * @param maps - what goes in, [N, inputs, rows, columns]
 * @returns [N, channels, rows, columns] of each group
 */
export function reconstruct(
  maps: Tensor,
  shape: DecoderShape,
  parameters: ParameterTensors,
  drop: Drop = (_, x) => x,
): Tensor[] {
  const { inputs, groups, layers, width } = shape;
  const through = (name: string, x: Tensor) => linearTokens(name, x, parameters);
  const tokens = tokensOf(maps);
  const { front = inputs === width ? undefined : 'embed', first, second } = bottleneckOf(shape);
  const given = front ? through(front, tokens) : tokens;
  const inner = gelu(through(first, drop('bottleneck.in', given)), 'gelu');
  let x = drop('bottleneck.out', through(second, drop('bottleneck.inner', inner)));
  // The last one first.
  const outcomes: Tensor[] = [];
  for (let layer = 0; layer < layers; layer++) {
    x = attentionBlock(block(layer), x, shape, parameters);
    outcomes.unshift(x);
  }
  return evenParts(layers, groups.length).map((members, group) => {
    const level = groups[group] as MapLevel;
    const mean = meanOf(members.map((at) => outcomes[at] as Tensor));
    return mapsOfTokens(level.channels === width ? mean : through(`heads.${group}`, mean), level);
  });
}
