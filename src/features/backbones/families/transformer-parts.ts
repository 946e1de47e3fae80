/** @file The parts that vision transformers are made of, from weights to nodes. Tokens are [N, T, width]. */
import {
  add,
  type Graph,
  matmul,
  reshape,
  type Shape,
  type Tensor,
  transpose,
} from '../../../graph/index.ts';
import type { Gelu } from '../../../nn/gelu.ts';
import type { StateDict } from './state-dict.ts';

/** x W^T + b of PyTorch, the weight stored as ONNX multiplies it. */
export interface LinearLayer {
  /** [inputs, outputs] */
  readonly weight: Float32Array;
  readonly bias?: Float32Array | undefined;
  readonly inputs: number;
  readonly outputs: number;
}

/**
 * A linear layer of PyTorch's numbers.
 * @param weight - [outputs, inputs]
 * @param scale - of each output, or of all
 */
export function linearLayer(
  weight: Float32Array,
  bias: Float32Array | undefined,
  outputs: number,
  scale: Float32Array | number = 1,
): LinearLayer {
  const inputs = weight.length / outputs;
  const factor = (output: number) => (typeof scale === 'number' ? scale : (scale[output] as number));
  const turned = new Float32Array(weight.length);
  for (let output = 0; output < outputs; output++) {
    const by = factor(output);
    for (let input = 0; input < inputs; input++) {
      turned[input * outputs + output] = (weight[output * inputs + input] as number) * by;
    }
  }
  return { weight: turned, bias: bias?.map((each, output) => each * factor(output)), inputs, outputs };
}

export function applyLinear(x: Tensor, { weight, bias, inputs, outputs }: LinearLayer, name: string): Tensor {
  const { graph } = x;
  const product = matmul(x, graph.constant(`${name}.weight`, weight, [inputs, outputs]));
  return bias ? add(product, graph.constant(`${name}.bias`, bias, [outputs])) : product;
}

/** Layer norm over the last axis, whose weights are called `name`. */
export function layerNorm(weights: StateDict, x: Tensor, name: string, epsilon: number): Tensor {
  const width = x.shape.at(-1) as number;
  const [scale, shift] = ['weight', 'bias'].map((part) =>
    x.graph.constant(`${name}.${part}`, weights.take(`${name}.${part}`, [width]), [width]),
  );
  return single(x, 'LayerNormalization', [x, scale as Tensor, shift as Tensor], x.shape, {
    axis: { int: -1 },
    epsilon: { float: epsilon },
  });
}

/** What the middle of a block's perceptron does. */
export type Activation = Exclude<Gelu, 'tanh'>;

/** What turns queries and keys by their place; see rotary.ts. */
export type Rotate = (x: Tensor) => Tensor;

/**
 * Attention of heads among all tokens.
 * @param query - of its layer, already divided by the root of a head's width
 * @param options.bias - added to what a head says of each pair, [heads, T, T]
 */
export function attention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  heads: number,
  { rotate = (x) => x, bias }: { rotate?: Rotate | undefined; bias?: Tensor } = {},
): Tensor {
  const [n = 'N', tokens = 'T', width] = query.shape;
  const head = (width as number) / heads;
  const split = (x: Tensor) => transpose(reshape(x, [n, tokens, heads, head]), [0, 2, 1, 3]);
  const products = matmul(rotate(split(query)), transpose(rotate(split(key)), [0, 1, 3, 2]));
  const scores = bias ? add(products, bias) : products;
  const shares = single(scores, 'Softmax', [scores], scores.shape, { axis: { int: -1 } });
  const mixed = matmul(shares, split(value));
  return reshape(transpose(mixed, [0, 2, 1, 3]), [n, tokens, width as number]);
}

/** Something done to a map [N, C, H, W] while its channels are the last axis. */
export function inChannelsLast(x: Tensor, use: (last: Tensor) => Tensor): Tensor {
  return transpose(use(transpose(x, [0, 2, 3, 1])), [0, 3, 1, 2]);
}

/** A node with one result of the first input's type. */
export function single(
  x: Tensor,
  operation: Parameters<Graph['add']>[0],
  inputs: readonly Tensor[],
  shape: Shape,
  attributes: NonNullable<Parameters<Graph['add']>[3]>['attributes'] = {},
): Tensor {
  return x.graph.add(operation, inputs, [{ dtype: x.dtype, shape }], { attributes })[0] as Tensor;
}

/** |x| */
export function absolute(x: Tensor): Tensor {
  return single(x, 'Abs', [x], x.shape);
}

/** The sizes of a value, int64. */
export function sizesOf(x: Tensor): Tensor {
  return x.graph.add('Shape', [x], [{ dtype: 'int64', shape: [x.shape.length] }])[0] as Tensor;
}
