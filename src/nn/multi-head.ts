/**
 * @file Attention with projections of its own for queries, keys and values, as PyTorch's MultiheadAttention has it: queries may come from other tokens than
 * keys and values, and keys may carry positions that values do not. Names are PyTorch's: `in_proj_weight` has the three projections one after another.
 */
import type { Random } from '../core/random.ts';
import { slice, type Tensor } from '../graph/index.ts';
import { type AttentionOptions, attend } from './attention.ts';
import { linearTokens, projectTokens, xavierLinearParameters, xavierWeight } from './linear.ts';
import { type DeclaredParameters, filled, type ParameterTensors, parameterNamed } from './parameters.ts';

/** First values, as PyTorch's: the three projections are drawn as one matrix. @param name - what their names begin with */
export function multiHeadParameters(name: string, width: number, random: Random): DeclaredParameters {
  return {
    [`${name}.in_proj_weight`]: xavierWeight(width, 3 * width, random),
    [`${name}.in_proj_bias`]: filled(3 * width, 0),
    ...xavierLinearParameters(`${name}.out_proj`, width, width, random),
  };
}

/**
 * Tokens of `query` as mixtures of those of `value`.
 * @param tokens - each [N, tokens, width]; the queries may be [1, tokens, width], the same for all images
 */
export function multiHead(
  name: string,
  tokens: { readonly query: Tensor; readonly key: Tensor; readonly value: Tensor },
  parameters: ParameterTensors,
  options: AttentionOptions,
): Tensor {
  const weight = parameterNamed(parameters, `${name}.in_proj_weight`);
  const bias = parameterNamed(parameters, `${name}.in_proj_bias`);
  const width = weight.shape[1] as number;
  const through = (x: Tensor, from: number, to: number) =>
    projectTokens(x, slice(weight, 0, from * width, to * width), slice(bias, 0, from * width, to * width));
  const { query, key, value } = tokens;
  const mixed = attend(through(query, 0, 1), through(key, 1, 2), through(value, 2, 3), options);
  return linearTokens(`${name}.out_proj`, mixed, parameters);
}
