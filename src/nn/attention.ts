/**
 * @file Attention of heads (Vaswani et al. 2017), with a softmax over all tokens or linear in their number (Katharopoulos et al. 2020: elu(x) + 1 in the
 * place of the exponential), and the block of a vision transformer that is made of it. Tokens are [N, T, width]; names are timm's.
 */
import type { Random } from '../core/random.ts';
import {
  add,
  type Dim,
  div,
  elu,
  matmul,
  mul,
  reshape,
  shares,
  slice,
  type Tensor,
  transpose,
} from '../graph/index.ts';
import { type Gelu, gelu } from './gelu.ts';
import {
  type LinearStart,
  layerNorm,
  layerNormParameters,
  linearParameters,
  linearTokens,
} from './linear.ts';
import type { DeclaredParameters, ParameterTensors } from './parameters.ts';

/** Which tokens a token sees, and how their weights are made. */
export interface AttentionOptions {
  readonly heads: number;
  /** @default 'softmax' */
  readonly kind?: 'softmax' | 'linear';
  /** Added to what a head says of each pair before the softmax, [T, T of keys] or [heads, T, T of keys]: a large negative number hides a token. */
  readonly mask?: Tensor;
  /** What is done to the weights of a softmax, [N, heads, T, T of keys], before values are added up by them, e.g. dropout. */
  readonly drop?: (weights: Tensor) => Tensor;
}

/**
 * Attention of queries among keys and values.
 * @param query - [N, T, width], or [1, T, width] where all images have the same; keys and values may be of another number of tokens
 */
export function attend(query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions): Tensor {
  const { heads, kind = 'softmax' } = options;
  const width = query.shape.at(-1) as number;
  const head = width / heads;
  const split = (x: Tensor) => transpose(reshape(x, [...x.shape.slice(0, 2), heads, head]), [0, 2, 1, 3]);
  const [q, k, v] = [query, key, value].map(split) as [Tensor, Tensor, Tensor];
  const mixed = kind === 'linear' ? linearly(q, k, v) : bySoftmax(q, k, v, head, options);
  return reshape(transpose(mixed, [0, 2, 1, 3]), [value.shape[0] as Dim, query.shape[1] as Dim, width]);
}

const turned = (x: Tensor) => transpose(x, [0, 1, 3, 2]);

/** softmax(q k^T / sqrt(width of a head) + mask) v */
function bySoftmax(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  head: number,
  { mask, drop = (weights) => weights }: AttentionOptions,
): Tensor {
  const scores = matmul(mul(q, 1 / Math.sqrt(head)), turned(k));
  return matmul(drop(shares(mask ? add(scores, mask) : scores)), v);
}

/**
 * phi(q) (phi(k)^T v) over phi(q) times the sum of all phi(k): the T by T pairs are never made. The sum is a product with ones: the engine's own goes another
 * way for one image than for several, and would give another last digit.
 */
function linearly(q: Tensor, k: Tensor, v: Tensor): Tensor {
  const [positiveQ, positiveK] = [q, k].map((x) => add(elu(x), 1)) as [Tensor, Tensor];
  const mixed = matmul(positiveQ, matmul(turned(positiveK), v));
  const tokens = k.shape[2] as number;
  const ones = k.graph.constant('ones', new Float32Array(tokens).fill(1), [1, tokens]);
  const all = matmul(ones, positiveK);
  return div(mixed, matmul(positiveQ, turned(all)));
}

/** What a block of a transformer is like. */
export interface BlockShape {
  readonly width: number;
  readonly heads: number;
  /** Of the middle of its perceptron. */
  readonly hidden: number;
  /** @default 'softmax' */
  readonly kind?: AttentionOptions['kind'];
  /** @default 'gelu' */
  readonly activation?: Gelu;
  /** Of its layer norms. @default 1e-6 */
  readonly epsilon?: number;
}

/** First values of a block. @param name - what their names begin with @param start - of its linear layers */
export function blockParameters(
  name: string,
  { width, hidden }: BlockShape,
  random: Random,
  start: LinearStart = {},
): DeclaredParameters {
  return {
    ...layerNormParameters(`${name}.norm1`, width),
    ...linearParameters(`${name}.attn.qkv`, width, 3 * width, random, start),
    ...linearParameters(`${name}.attn.proj`, width, width, random, start),
    ...layerNormParameters(`${name}.norm2`, width),
    ...linearParameters(`${name}.mlp.fc1`, width, hidden, random, start),
    ...linearParameters(`${name}.mlp.fc2`, hidden, width, random, start),
  };
}

/**
 * Tokens through a block: attention and a perceptron, each behind a layer norm and added to what came in.
 * @param options.mask - see `AttentionOptions`
 * @param options.drop - what is done to the two parts before they are added, e.g. dropout
 */
export function attentionBlock(
  name: string,
  x: Tensor,
  { width, heads, kind = 'softmax', activation = 'gelu', epsilon = 1e-6 }: BlockShape,
  parameters: ParameterTensors,
  { mask, drop = (part) => part }: { mask?: Tensor; drop?: (part: Tensor) => Tensor } = {},
): Tensor {
  const normed = layerNorm(`${name}.norm1`, x, parameters, epsilon);
  const all = linearTokens(`${name}.attn.qkv`, normed, parameters);
  const part = (at: number) => slice(all, 2, at * width, (at + 1) * width);
  const mixed = attend(part(0), part(1), part(2), { heads, kind, ...(mask && { mask }) });
  const seen = add(x, drop(linearTokens(`${name}.attn.proj`, mixed, parameters)));
  const inner = linearTokens(
    `${name}.mlp.fc1`,
    layerNorm(`${name}.norm2`, seen, parameters, epsilon),
    parameters,
  );
  return add(seen, drop(linearTokens(`${name}.mlp.fc2`, gelu(inner, activation), parameters)));
}
