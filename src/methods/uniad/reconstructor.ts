/**
 * @file What UniAD trains: tokens are made narrower, go through a transformer whose attention hides each token's neighbours, and are brought back to the
 * width of the features. The encoder mixes tokens; in the decoder each layer has a query of its own for each place, which first asks what the encoder gave,
 * then what the layer before gave. A layer norm stands behind each addition. Names of parameters are those of the publication's code.
 */
import type { Random } from '../../core/random.ts';
import type { MapLevel } from '../../features/store/extract-maps.ts';
import { add, concat, gather, relu, reshape, type Tensor } from '../../graph/index.ts';
import type { AttentionOptions } from '../../nn/attention.ts';
import type { Drop } from '../../nn/dropout.ts';
import { layerNorm, layerNormParameters, linearTokens, xavierLinearParameters } from '../../nn/linear.ts';
import { multiHead, multiHeadParameters } from '../../nn/multi-head.ts';
import { type DeclaredParameters, type ParameterTensors, parameterNamed } from '../../nn/parameters.ts';
import { neighbourMask } from './neighbours.ts';
import type { UniadOptions } from './uniad-options.ts';

/** The whole of it, as what follows from the features and the options. */
export interface ReconstructorShape extends Omit<UniadOptions['network'], 'dropout'> {
  /** Of the features. */
  readonly level: MapLevel;
  /** What features are divided by. */
  readonly size: number;
}

const encoderLayer = (layer: number) => `transformer.encoder.layers.${layer}`;
const decoderLayer = (layer: number) => `transformer.decoder.layers.${layer}`;
const numbersTo = (count: number) => Array.from({ length: count }, (_, at) => at);

/** First values of all parameters. */
export function reconstructorParameters(
  { level, width, hidden, encoderLayers, decoderLayers }: ReconstructorShape,
  random: Random,
): DeclaredParameters {
  const { channels, rows, columns } = level;
  const table = (count: number, size: number, draw: () => number): DeclaredParameters[string] => ({
    shape: [count, size],
    data: Float32Array.from({ length: count * size }, draw),
    role: 'trained',
  });
  const half = width / 2;
  const uniform = () => random.uniform(0, 1);
  const all: Record<string, DeclaredParameters[string]> = {
    'pos_embed.row_embed.weight': table(rows, half, uniform),
    'pos_embed.col_embed.weight': table(columns, half, uniform),
  };
  const perceptron = (name: string) => ({
    ...xavierLinearParameters(`${name}.linear1`, width, hidden, random),
    ...xavierLinearParameters(`${name}.linear2`, hidden, width, random),
  });
  const norms = (name: string, count: number) =>
    numbersTo(count).map((at) => layerNormParameters(`${name}.norm${at + 1}`, width));
  Object.assign(all, xavierLinearParameters('input_proj', channels, width, random));
  for (const name of numbersTo(encoderLayers).map(encoderLayer))
    Object.assign(
      all,
      multiHeadParameters(`${name}.self_attn`, width, random),
      perceptron(name),
      ...norms(name, 2),
    );
  for (const name of numbersTo(decoderLayers).map(decoderLayer)) {
    all[`${name}.learned_embed.weight`] = table(rows * columns, width, () => random.normal());
    Object.assign(
      all,
      multiHeadParameters(`${name}.self_attn`, width, random),
      multiHeadParameters(`${name}.multihead_attn`, width, random),
      perceptron(name),
      ...norms(name, 3),
    );
  }
  Object.assign(all, layerNormParameters('transformer.decoder.norm', width));
  return Object.assign(all, xavierLinearParameters('output_proj', width, channels, random));
}

/** A position for each place, [1, places, width]: what its column has, then what its row has. */
function positions({ rows, columns }: MapLevel, parameters: ParameterTensors): Tensor {
  const of = (table: string, which: (place: number) => number) => {
    const values = parameterNamed(parameters, `pos_embed.${table}.weight`);
    const places = numbersTo(rows * columns).map(which);
    return gather(values, values.graph.constant(table, places, [places.length], 'int64'));
  };
  const both = concat(
    [of('col_embed', (place) => place % columns), of('row_embed', (place) => Math.floor(place / columns))],
    1,
  );
  return reshape(both, [1, ...(both.shape as [number, number])]);
}

/**
 * Tokens as they are reconstructed.
 * @param tokens - features [N, places, channels]
 * @returns the same shape
 */
export function reconstruct(
  tokens: Tensor,
  { level, width, heads, encoderLayers, decoderLayers, neighbours }: ReconstructorShape,
  parameters: ParameterTensors,
  drop: Drop = (_, x) => x,
): Tensor {
  const { graph } = tokens;
  const places = level.rows * level.columns;
  const mask =
    neighbours > 0
      ? graph.constant('neighbours', neighbourMask(level, neighbours), [places, places])
      : undefined;
  const position = positions(level, parameters);
  const at = (x: Tensor) => add(x, position);
  const attention = (name: string, query: Tensor, seen: Tensor) => {
    const options: AttentionOptions = {
      heads,
      ...(mask && { mask }),
      drop: (weights) => drop(`${name}.weights`, weights),
    };
    return drop(name, multiHead(name, { query: at(query), key: at(seen), value: seen }, parameters, options));
  };
  const norm = (name: string, x: Tensor) => layerNorm(name, x, parameters);
  const perceptron = (name: string, x: Tensor) => {
    const inner = drop(`${name}.linear1`, relu(linearTokens(`${name}.linear1`, x, parameters)));
    return drop(`${name}.linear2`, linearTokens(`${name}.linear2`, inner, parameters));
  };
  let encoded = linearTokens('input_proj', tokens, parameters);
  for (const name of numbersTo(encoderLayers).map(encoderLayer)) {
    const mixed = norm(`${name}.norm1`, add(encoded, attention(`${name}.self_attn`, encoded, encoded)));
    encoded = norm(`${name}.norm2`, add(mixed, perceptron(name, mixed)));
  }
  let decoded = encoded;
  for (const name of numbersTo(decoderLayers).map(decoderLayer)) {
    const query = reshape(parameterNamed(parameters, `${name}.learned_embed.weight`), [1, places, width]);
    const asked = norm(`${name}.norm1`, add(query, attention(`${name}.self_attn`, query, encoded)));
    const mixed = norm(`${name}.norm2`, add(asked, attention(`${name}.multihead_attn`, asked, decoded)));
    decoded = norm(`${name}.norm3`, add(mixed, perceptron(name, mixed)));
  }
  return linearTokens('output_proj', norm('transformer.decoder.norm', decoded), parameters);
}
