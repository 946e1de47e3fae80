/**
 * @file A vision transformer as a graph whose outputs are maps: the tokens of the patches after each block, brought back to where the patches
 * are. The image may have any size that is a multiple of the patch: learnt positions are resized inside the graph.
 *
 * Source: Dosovitskiy et al. 2021 (arXiv 2010.11929); layer scale of Touvron et al. 2021 (2103.17239), registers of Darcet et al. 2024
 * (2309.16588). Layer scale and the attention's root are multiplied into the weights.
 */
import {
  add,
  concat,
  conv,
  Graph,
  mul,
  reshape,
  sigmoid,
  slice,
  sliceBetween,
  type Tensor,
  transpose,
} from '../../../graph/index.ts';
import { gelu } from '../../../nn/gelu.ts';
import type { BackboneLayer } from '../backbone-card.ts';
import { withPositions } from './positions.ts';
import type { StateDict } from './state-dict.ts';
import {
  type Activation,
  applyLinear,
  attention,
  type LinearLayer,
  layerNorm,
  linearLayer,
  type Rotate,
  single,
  sizesOf,
} from './transformer-parts.ts';
import type { TransformerShape } from './transformer-shape.ts';

/** What weights do not show. */
export interface TransformerPlan {
  readonly heads: number;
  /** Of the layer norms. */
  readonly epsilon: number;
  readonly activation: Activation;
  /** How learnt positions are resized; each library has its way. @default false */
  readonly antialias?: boolean;
  /** In the place of learnt positions, or beside them. @param map - the patches, [N, width, rows, columns] @param leading - tokens before them */
  readonly rotary?: (map: Tensor, leading: number) => Rotate;
}

/** Layers for all of a transformer's blocks, and those that are usual. */
export interface TransformerLayers {
  readonly graph: Graph;
  readonly layers: readonly BackboneLayer[];
  readonly usualLayers: readonly string[];
}

/** How deep the usual layers lie: three blocks from the middle. The first tell little, and the last what the network was trained to say. */
const usualDepths = [4 / 12, 7 / 12, 10 / 12];

/**
 * Builds the graph. Layers are `block1`, `block2`, ..., each as the next block gets it; `norm1`, `norm2`, ... and, of the last one, `norm`,
 * the same after the layer norm at the end; `class`, the class token after that norm, the same at every place; and `class1`, `class2`, ..., the class token
 * after each block, before it.
 */
export function buildTransformer(
  weights: StateDict,
  shape: TransformerShape,
  plan: TransformerPlan,
): TransformerLayers {
  const { width, depth, patch } = shape;
  const graph = new Graph();
  const image = graph.input('image', 'float32', ['N', 3, 'H', 'W']);
  const map = patches(weights, image, shape);
  const leading = shape.prefix.reduce((sum, { count }) => sum + count, 0);
  const rotate = plan.rotary?.(map, leading);
  const learnt = tables(weights, shape);
  const placed = learnt ? withPositions(map, learnt.places, learnt.grid, plan.antialias ?? false) : map;
  let tokens = withPrefix(weights, placed, shape, learnt?.leading ?? []);
  if (weights.has('norm_pre.weight')) tokens = layerNorm(weights, tokens, 'norm_pre', plan.epsilon);
  const layers: BackboneLayer[] = [];
  const give = (name: string, value: Tensor) => {
    graph.output(name, value);
    layers.push({ name, channels: width, stride: patch });
  };
  const blocks: Tensor[] = [];
  for (let block = 0; block < depth; block++) {
    tokens = oneBlock(weights, tokens, `blocks.${block}`, plan, rotate);
    give(`block${block + 1}`, mapOf(tokens, map, leading));
    blocks.push(tokens);
  }
  const hasClass = shape.prefix[0]?.name === 'cls_token';
  if (weights.has('norm.weight')) {
    for (const [block, each] of blocks.slice(0, -1).entries())
      give(`norm${block + 1}`, mapOf(layerNorm(weights, each, 'norm', plan.epsilon), map, leading));
    const last = layerNorm(weights, tokens, 'norm', plan.epsilon);
    give('norm', mapOf(last, map, leading));
    if (hasClass) give('class', everywhere(last, map));
  }
  if (hasClass)
    for (const [block, each] of blocks.entries()) give(`class${block + 1}`, everywhere(each, map));
  const usual = usualDepths.map((part) => `block${Math.max(1, Math.round(part * depth))}`);
  return { graph, layers, usualLayers: [...new Set(usual)] };
}

/** The image's patches, [N, width, rows, columns]. */
function patches(weights: StateDict, image: Tensor, { width, patch }: TransformerShape): Tensor {
  const { graph } = image;
  const name = 'patch_embed.proj';
  const kernel = weights.take(`${name}.weight`, [width, 3, patch, patch]);
  const bias = weights.takeIfThere(`${name}.bias`, [width]);
  return conv(
    image,
    graph.constant(`${name}.weight`, kernel, [width, 3, patch, patch]),
    bias && graph.constant(`${name}.bias`, bias, [width]),
    { stride: patch },
  );
}

/** The positions of the tokens before the patches, and the table of theirs. */
function tables(weights: StateDict, { width, positions }: TransformerShape) {
  if (!positions) return undefined;
  const { grid, leading } = positions;
  const count = leading + grid * grid;
  const table = weights.take('pos_embed', [1, count, width], [count, width]);
  return { grid, leading: table.subarray(0, leading * width), places: table.subarray(leading * width) };
}

/** Patches as tokens, behind the class token, the distillation token and the registers. */
function withPrefix(
  weights: StateDict,
  map: Tensor,
  shape: TransformerShape,
  positions: ArrayLike<number>,
): Tensor {
  const { graph } = map;
  const { width, prefix } = shape;
  const [n = 'N'] = map.shape;
  const tokens = transpose(reshape(map, [n, width, -1], 'T'), [0, 2, 1]);
  const vectors = prefix.flatMap(({ name, count }) => [
    ...weights.take(name, [1, count, width], [1, width], [width]),
  ]);
  if (vectors.length === 0) return tokens;
  const count = vectors.length / width;
  const before = graph.constant(
    'prefix',
    vectors.map((each, index) => each + (positions[index] ?? 0)),
    [1, count, width],
  );
  const sizes = concat([slice(sizesOf(map), 0, 0, 1), graph.integers([count, width])], 0);
  return concat([single(before, 'Expand', [before, sizes], [n, count, width]), tokens], 1);
}

function oneBlock(
  weights: StateDict,
  x: Tensor,
  name: string,
  plan: TransformerPlan,
  rotate?: Rotate,
): Tensor {
  const width = x.shape.at(-1) as number;
  const { heads, epsilon } = plan;
  const first = layerNorm(weights, x, `${name}.norm1`, epsilon);
  const [query, key, value] = threeLayers(weights, name, width, heads).map((layer, index) =>
    applyLinear(first, layer, `${name}.attn.${'qkv'[index]}`),
  ) as [Tensor, Tensor, Tensor];
  const scaled = (part: string, layer: string, inputs: number) => {
    const scale = weights.takeIfThere(`${name}.${part}.gamma`, [width]) ?? 1;
    const weight = weights.take(`${name}.${layer}.weight`, [width, inputs]);
    return linearLayer(weight, weights.takeIfThere(`${name}.${layer}.bias`, [width]), width, scale);
  };
  const mixed = attention(query, key, value, heads, { rotate });
  const after = add(x, applyLinear(mixed, scaled('ls1', 'attn.proj', width), `${name}.attn.proj`));
  const second = layerNorm(weights, after, `${name}.norm2`, epsilon);
  const hidden = weights.shapeOf(`${name}.mlp.fc2.weight`)?.[1] ?? 0;
  const inner = perceptron(weights, second, name, hidden, plan.activation);
  return add(after, applyLinear(inner, scaled('ls2', 'mlp.fc2', hidden), `${name}.mlp.fc2`));
}

/** The layers of queries, keys and values, which may stand in one weight; the queries' is divided by the root of a head's width. */
function threeLayers(weights: StateDict, name: string, width: number, heads: number): LinearLayer[] {
  const together = weights.has(`${name}.attn.qkv.weight`);
  const all = together ? weights.take(`${name}.attn.qkv.weight`, [3 * width, width]) : undefined;
  const mask = weights.takeIfThere(`${name}.attn.qkv.bias_mask`, [3 * width]);
  const biases = weights
    .takeIfThere(`${name}.attn.qkv.bias`, [3 * width])
    ?.map((each, index) => each * (mask?.[index] ?? 1));
  return ['q', 'k', 'v'].map((part, index) => {
    const piece = (from: Float32Array, size: number) => from.subarray(index * size, (index + 1) * size);
    const own = `${name}.attn.${part}`;
    const weight = all ? piece(all, width * width) : weights.take(`${own}.weight`, [width, width]);
    const bias = biases ? piece(biases, width) : weights.takeIfThere(`${own}.bias`, [width]);
    return linearLayer(weight, bias, width, part === 'q' ? Math.sqrt(heads / width) : 1);
  });
}

/** The wide part of a block's perceptron: one layer and GELU, or one whose values are gated by another's (SwiGLU). */
function perceptron(
  weights: StateDict,
  x: Tensor,
  name: string,
  hidden: number,
  activation: Activation,
): Tensor {
  const width = x.shape.at(-1) as number;
  const layer = (part: string, weight: Float32Array, bias: Float32Array | undefined) =>
    applyLinear(x, linearLayer(weight, bias, hidden), `${name}.mlp.${part}`);
  const own = (part: string) =>
    layer(
      part,
      weights.take(`${name}.mlp.${part}.weight`, [hidden, width]),
      weights.takeIfThere(`${name}.mlp.${part}.bias`, [hidden]),
    );
  const gated = (gate: Tensor, value: Tensor) => mul(mul(gate, sigmoid(gate)), value);
  if (weights.has(`${name}.mlp.gate.weight`)) return gated(own('gate'), own('fc1'));
  if (weights.shapeOf(`${name}.mlp.fc1.weight`)?.[0] !== 2 * hidden) return gelu(own('fc1'), activation);
  const both = weights.take(`${name}.mlp.fc1.weight`, [2 * hidden, width]);
  const biases = weights.takeIfThere(`${name}.mlp.fc1.bias`, [2 * hidden]);
  const half = hidden * width;
  return gated(
    layer('gate', both.subarray(0, half), biases?.subarray(0, hidden)),
    layer('fc1', both.subarray(half), biases?.subarray(hidden)),
  );
}

/** The patches' tokens as a map of the shape of `map`. */
function mapOf(tokens: Tensor, map: Tensor, leading: number): Tensor {
  const { graph } = tokens;
  const end = graph.integers([2 ** 31 - 1]);
  const own = leading === 0 ? tokens : sliceBetween(tokens, 1, graph.integers([leading]), end, 'T');
  return single(map, 'Reshape', [transpose(own, [0, 2, 1]), sizesOf(map)], map.shape);
}

/** The first token at each place of a map. */
function everywhere(tokens: Tensor, map: Tensor): Tensor {
  const { graph } = tokens;
  const [n = 'N', , width] = tokens.shape;
  const first = sliceBetween(tokens, 1, graph.integers([0]), graph.integers([1]), 'one');
  const column = single(
    map,
    'Reshape',
    [first, graph.integers([0, width as number, 1, 1])],
    [n, width as number, 1, 1],
  );
  return single(map, 'Expand', [column, sizesOf(map)], map.shape);
}
