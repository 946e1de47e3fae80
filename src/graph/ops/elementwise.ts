/** @file Element by element operations with NumPy broadcasting. A number as operand is a constant of the other's type. */
import { commonGraph } from '../graph.ts';
import type { Attribute } from '../node.ts';
import type { Operator } from '../operators.ts';
import { broadcastShapes, type DType, dtypeCode, refuse, type Tensor } from '../tensor.ts';

export type Operand = Tensor | number;

function operands(operation: string, a: Operand, b: Operand): [Tensor, Tensor] {
  const tensors = [a, b].filter((operand): operand is Tensor => typeof operand !== 'number');
  const graph = commonGraph(operation, tensors);
  const dtype = (tensors[0] as Tensor).dtype;
  const [left, right] = [a, b].map((operand) =>
    typeof operand === 'number' ? graph.scalar(operand, dtype) : operand,
  ) as [Tensor, Tensor];
  if (left.dtype !== right.dtype) {
    refuse(operation, `operands of types ${left.dtype} and ${right.dtype}`, left.shape, right.shape);
  }
  return [left, right];
}

function binary(operation: Operator, a: Operand, b: Operand, dtype?: DType): Tensor {
  const [left, right] = operands(operation, a, b);
  const shape = broadcastShapes(operation, left.shape, right.shape);
  const graph = commonGraph(operation, [left, right]);
  return graph.add(operation, [left, right], [{ dtype: dtype ?? left.dtype, shape }])[0] as Tensor;
}

function unary(operation: Operator, x: Tensor, attributes: Record<string, Attribute> = {}): Tensor {
  return x.graph.add(operation, [x], [{ dtype: x.dtype, shape: x.shape }], { attributes })[0] as Tensor;
}

/** a + b */
export const add = (a: Operand, b: Operand): Tensor => binary('Add', a, b);

/** a - b */
export const sub = (a: Operand, b: Operand): Tensor => binary('Sub', a, b);

/** a * b */
export const mul = (a: Operand, b: Operand): Tensor => binary('Mul', a, b);

/** a / b */
export const div = (a: Operand, b: Operand): Tensor => binary('Div', a, b);

/** What is left of whole numbers divided by others, with the sign of these. It has no gradient. */
export const mod = (a: Operand, b: Operand): Tensor => binary('Mod', a, b);

/** The larger of two; where they are equal the gradient goes to the first. */
export const maximum = (a: Operand, b: Operand): Tensor => binary('Max', a, b);

/** The smaller of two; where they are equal the gradient goes to the first. */
export const minimum = (a: Operand, b: Operand): Tensor => binary('Min', a, b);

/** -x */
export const neg = (x: Tensor): Tensor => unary('Neg', x);

/** e^x */
export const exp = (x: Tensor): Tensor => unary('Exp', x);

/** ln x */
export const log = (x: Tensor): Tensor => unary('Log', x);

/** Cosine of an angle in radians. */
export const cos = (x: Tensor): Tensor => unary('Cos', x);

/** Sine of an angle in radians. */
export const sin = (x: Tensor): Tensor => unary('Sin', x);

/** Square root; its gradient is infinite at 0, so callers add an epsilon. */
export const sqrt = (x: Tensor): Tensor => unary('Sqrt', x);

/** 1 / (1 + e^-x) */
export const sigmoid = (x: Tensor): Tensor => unary('Sigmoid', x);

/** (e^x - e^-x) / (e^x + e^-x) */
export const tanh = (x: Tensor): Tensor => unary('Tanh', x);

/** Twice the share of a normal distribution of variance 1/2 between 0 and x. */
export const erf = (x: Tensor): Tensor => unary('Erf', x);

/** x where positive, else e^x - 1. */
export const elu = (x: Tensor): Tensor => unary('Elu', x);

/** ln(1 + e^x), without overflow. */
export const softplus = (x: Tensor): Tensor => unary('Softplus', x);

/** max(0, x); gradient 0 at 0. */
export const relu = (x: Tensor): Tensor => unary('Relu', x);

/** x where positive, else slope * x. The gradient at 0 is the slope, as in PyTorch. */
export const leakyRelu = (x: Tensor, slope: number): Tensor =>
  unary('LeakyRelu', x, { alpha: { float: slope } });

/** x^exponent for a constant exponent. */
export function pow(x: Tensor, exponent: number): Tensor {
  const inputs = [x, x.graph.scalar(exponent, x.dtype)];
  return x.graph.add('Pow', inputs, [{ dtype: x.dtype, shape: x.shape }])[0] as Tensor;
}

/** x * x */
export const square = (x: Tensor): Tensor => mul(x, x);

/** The mean of tensors of one shape, of one at least. */
export function meanOf(tensors: readonly Tensor[]): Tensor {
  const total = tensors.reduce((sum, each) => add(sum, each));
  return tensors.length === 1 ? total : mul(total, 1 / tensors.length);
}

/** x limited to [low, high]; the gradient is 0 outside. */
export const clip = (x: Tensor, low: number, high: number): Tensor => minimum(maximum(x, low), high);

/** `a` where the condition holds, else `b`. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  if (condition.dtype !== 'bool') refuse('Where', `the condition is ${condition.dtype}`, condition.shape);
  const [left, right] = operands('Where', a, b);
  const shape = broadcastShapes('Where', broadcastShapes('Where', left.shape, right.shape), condition.shape);
  const graph = commonGraph('Where', [condition, left, right]);
  return graph.add('Where', [condition, left, right], [{ dtype: left.dtype, shape }])[0] as Tensor;
}

export const greater = (a: Operand, b: Operand): Tensor => binary('Greater', a, b, 'bool');
export const greaterOrEqual = (a: Operand, b: Operand): Tensor => binary('GreaterOrEqual', a, b, 'bool');
export const less = (a: Operand, b: Operand): Tensor => binary('Less', a, b, 'bool');
export const lessOrEqual = (a: Operand, b: Operand): Tensor => binary('LessOrEqual', a, b, 'bool');
export const equal = (a: Operand, b: Operand): Tensor => binary('Equal', a, b, 'bool');

/** Both conditions. */
export function and(a: Tensor, b: Tensor): Tensor {
  const graph = commonGraph('And', [a, b]);
  const shape = broadcastShapes('And', a.shape, b.shape);
  return graph.add('And', [a, b], [{ dtype: 'bool', shape }])[0] as Tensor;
}

/** The opposite of a condition. */
export function not(x: Tensor): Tensor {
  return x.graph.add('Not', [x], [{ dtype: 'bool', shape: x.shape }])[0] as Tensor;
}

/** Another element type. Gradients pass between floating types and stop at others. */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  return x.graph.add('Cast', [x], [{ dtype, shape: x.shape }], {
    attributes: { to: { int: dtypeCode[dtype] } },
  })[0] as Tensor;
}

/** The same value, treated as a constant by differentiation. */
export function stopGradient(x: Tensor): Tensor {
  return x.graph.add('Identity', [x], [{ dtype: x.dtype, shape: x.shape }], { stopped: true })[0] as Tensor;
}

/**
 * A value whose derivative was computed by hand: equal to `value` (one element), and differentiation takes `gradient`
 * (the shape of `input`) as its derivative with respect to `input`.
 */
export function withGradient(value: Tensor, input: Tensor, gradient: Tensor): Tensor {
  return value.graph.add('Identity', [value], [{ dtype: value.dtype, shape: value.shape }], {
    given: { of: input, gradient },
  })[0] as Tensor;
}
