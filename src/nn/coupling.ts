/**
 * @file A block of a normalizing flow (Dinh et al., "Density estimation using Real NVP", 2017) as FrEIA's AllInOneBlock has it (Ardizzone et al.): half of the
 * values scale and shift the other half by a small network that is told a condition as well, all are scaled and shifted, and mixed by a rotation or put in another
 * order. It can be undone, and the logarithm of its determinant is a sum. Names are FrEIA's, but for the columns of the first layer that the condition is multiplied
 * with: they are a weight of their own, so that what the condition adds is worked out once for all images.
 */
import type { Random } from '../core/random.ts';
import {
  add,
  concat,
  exp,
  linear,
  log,
  matmul,
  mul,
  permuteColumns,
  relu,
  reshape,
  slice,
  softplus,
  sum,
  type Tensor,
  tanh,
} from '../graph/index.ts';
import { uniformLinear } from './linear.ts';
import { type DeclaredParameters, filled, type ParameterTensors, parameterNamed } from './parameters.ts';

/** How the values are mixed at the end of a block; it is not trained. */
export type Mixing =
  /** Which value stands at each place: every number below the width once. */
  | { readonly kind: 'hard'; readonly order: ArrayLike<number> }
  /** A rotation, [width, width] row by row. */
  | { readonly kind: 'soft'; readonly rotation: Float32Array };

/** What a block is like. */
export interface CouplingShape {
  /** Values of a row; at least 2. */
  readonly width: number;
  /** Values of the condition. */
  readonly condition: number;
  /** Values inside the small network. */
  readonly hidden: number;
  /** The most that the logarithm of a scale can be. */
  readonly clamp: number;
  readonly mixing: Mixing;
}

/** Values that a block leaves as they are, and those that it scales and shifts. */
export function coupledHalves(width: number): { readonly kept: number; readonly moved: number } {
  const moved = Math.floor(width / 2);
  return { kept: width - moved, moved };
}

/** The global scale is softplus(x / 2) / 5; here it is 1. */
const neutral = 2 * Math.log(Math.exp(5) - 1);

/** First values: PyTorch's own for the small network, a global scale of 1 and no shift. @param name - what their names begin with */
export function couplingParameters(
  name: string,
  { width, condition, hidden }: CouplingShape,
  random: Random,
): DeclaredParameters {
  const { kept, moved } = coupledHalves(width);
  return {
    ...uniformLinear(`${name}.subnet.0`, { weight: kept, condition }, hidden, random),
    ...uniformLinear(`${name}.subnet.2`, { weight: hidden }, 2 * moved, random),
    [`${name}.global_scale`]: filled(width, neutral),
    [`${name}.global_offset`]: filled(width, 0),
  };
}

/** Rows after a block, and how much it changes volumes. */
export interface Coupled {
  /** [rows, width] */
  readonly rows: Tensor;
  /** Logarithm of the determinant's size, [rows]. */
  readonly logDeterminant: Tensor;
}

/**
 * What the small network makes of the values that are kept.
 * @param kept - [N * places, kept]
 * @param condition - [places, condition], the same for each of N images
 * @returns logarithms of scales within the clamp, and shifts, each [N * places, moved]
 */
export function scaleAndShift(
  name: string,
  kept: Tensor,
  condition: Tensor,
  { width, hidden, clamp }: Pick<CouplingShape, 'width' | 'hidden' | 'clamp'>,
  parameters: ParameterTensors,
): { readonly logScale: Tensor; readonly shift: Tensor } {
  const { moved } = coupledHalves(width);
  const of = (part: string) => parameterNamed(parameters, `${name}.subnet.${part}`);
  const places = condition.shape[0] as number;
  const told = linear(condition, of('0.condition'), of('0.bias'));
  const seen = reshape(linear(kept, of('0.weight')), [-1, places, hidden], 'N');
  const inner = reshape(relu(add(seen, told)), [-1, hidden], 'rows');
  // A tenth, so that a block begins near the identity.
  const made = mul(linear(inner, of('2.weight'), of('2.bias')), 0.1);
  return {
    logScale: mul(tanh(slice(made, 1, 0, moved)), clamp),
    shift: slice(made, 1, moved, 2 * moved),
  };
}

/**
 * Rows through a block.
 * @param x - [N * places, width]
 * @param condition - [places, condition], the same for each of N images
 */
export function couple(
  name: string,
  x: Tensor,
  condition: Tensor,
  shape: CouplingShape,
  parameters: ParameterTensors,
): Coupled {
  const { width, mixing } = shape;
  const { kept, moved } = coupledHalves(width);
  const { graph } = x;
  const first = slice(x, 1, 0, kept);
  const { logScale, shift } = scaleAndShift(name, first, condition, shape, parameters);
  const second = add(mul(slice(x, 1, kept, width), exp(logScale)), shift);
  const scale = globalScale(name, parameters);
  const offset = parameterNamed(parameters, `${name}.global_offset`);
  const scaled = add(mul(concat([first, second], 1), scale), offset);
  const rows =
    mixing.kind === 'hard'
      ? permuteColumns(scaled, mixing.order)
      : matmul(scaled, graph.constant('rotation', mixing.rotation, [width, width]), { transB: true });
  // As a product: the engine's own sum may go another way for one image than for several, and give another last digit.
  const ones = graph.constant('ones', new Float32Array(moved).fill(1), [moved, 1]);
  const moving = reshape(matmul(logScale, ones), [-1], 'rows');
  return { rows, logDeterminant: add(moving, sum(log(scale))) };
}

/** [width] */
export function globalScale(name: string, parameters: ParameterTensors): Tensor {
  return mul(softplus(mul(parameterNamed(parameters, `${name}.global_scale`), 0.5)), 0.2);
}
