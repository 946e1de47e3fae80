/** @file Element by element operations with NumPy broadcasting. A number as operand is a constant of the other's type. */
import { commonGraph, type GradientRule } from '../graph.ts';
import { broadcastShapes, type DType, dtypeCode, refuse, type Tensor } from '../tensor.ts';
import { sumTo } from './reduce.ts';

export type Operand = Tensor | number;

type BinaryGradient = (
  upstream: Tensor,
  a: Tensor,
  b: Tensor,
  output: Tensor,
) => readonly [Tensor | undefined, Tensor | undefined];

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

function binary(operation: string, a: Operand, b: Operand, gradient: BinaryGradient): Tensor {
  const [left, right] = operands(operation, a, b);
  const shape = broadcastShapes(operation, left.shape, right.shape);
  const rule: GradientRule = ([upstream], node) => {
    if (!upstream) return [];
    const [da, db] = gradient(upstream, left, right, node.outputs[0] as Tensor);
    return [da && sumTo(da, left.shape), db && sumTo(db, right.shape)];
  };
  const graph = commonGraph(operation, [left, right]);
  return graph.add(operation, [left, right], [{ dtype: left.dtype, shape }], { gradient: rule })[0] as Tensor;
}

function unary(operation: string, x: Tensor, gradient: (upstream: Tensor, output: Tensor) => Tensor): Tensor {
  const rule: GradientRule = ([upstream], node) =>
    upstream ? [gradient(upstream, node.outputs[0] as Tensor)] : [];
  return x.graph.add(operation, [x], [{ dtype: x.dtype, shape: x.shape }], { gradient: rule })[0] as Tensor;
}

/** a + b */
export const add = (a: Operand, b: Operand): Tensor =>
  binary('Add', a, b, (upstream) => [upstream, upstream]);

/** a - b */
export const sub = (a: Operand, b: Operand): Tensor =>
  binary('Sub', a, b, (upstream) => [upstream, neg(upstream)]);

/** a * b */
export const mul = (a: Operand, b: Operand): Tensor =>
  binary('Mul', a, b, (upstream, left, right) => [mul(upstream, right), mul(upstream, left)]);

/** a / b */
export const div = (a: Operand, b: Operand): Tensor =>
  binary('Div', a, b, (upstream, _, right, output) => {
    const da = div(upstream, right);
    return [da, neg(mul(da, output))];
  });

/** The larger of two; where they are equal the gradient goes to the first. */
export const maximum = (a: Operand, b: Operand): Tensor =>
  binary('Max', a, b, (upstream, left, right) => {
    const first = cast(greaterOrEqual(left, right), upstream.dtype);
    return [mul(upstream, first), mul(upstream, sub(1, first))];
  });

/** The smaller of two; where they are equal the gradient goes to the first. */
export const minimum = (a: Operand, b: Operand): Tensor =>
  binary('Min', a, b, (upstream, left, right) => {
    const first = cast(lessOrEqual(left, right), upstream.dtype);
    return [mul(upstream, first), mul(upstream, sub(1, first))];
  });

/** -x */
export const neg = (x: Tensor): Tensor => unary('Neg', x, neg);

/** e^x */
export const exp = (x: Tensor): Tensor => unary('Exp', x, (upstream, output) => mul(upstream, output));

/** ln x */
export const log = (x: Tensor): Tensor => unary('Log', x, (upstream) => div(upstream, x));

/** Square root; its gradient is infinite at 0, so callers add an epsilon. */
export const sqrt = (x: Tensor): Tensor =>
  unary('Sqrt', x, (upstream, output) => div(mul(upstream, 0.5), output));

/** 1 / (1 + e^-x) */
export const sigmoid = (x: Tensor): Tensor =>
  unary('Sigmoid', x, (upstream, output) => mul(upstream, mul(output, sub(1, output))));

/** ln(1 + e^x), without overflow. */
export const softplus = (x: Tensor): Tensor => unary('Softplus', x, (upstream) => mul(upstream, sigmoid(x)));

/** max(0, x); gradient 0 at 0. */
export const relu = (x: Tensor): Tensor =>
  unary('Relu', x, (upstream) => mul(upstream, cast(greater(x, 0), upstream.dtype)));

/** x where positive, else slope * x. The gradient at 0 is the slope, as in PyTorch. */
export function leakyRelu(x: Tensor, slope: number): Tensor {
  const rule: GradientRule = ([upstream]) =>
    upstream ? [where(greater(x, 0), upstream, mul(upstream, slope))] : [];
  const [output] = x.graph.add('LeakyRelu', [x], [{ dtype: x.dtype, shape: x.shape }], {
    attributes: { alpha: { float: slope } },
    gradient: rule,
  });
  return output as Tensor;
}

/** x^exponent for a constant exponent. */
export function pow(x: Tensor, exponent: number): Tensor {
  const rule: GradientRule = ([upstream]) =>
    upstream ? [mul(upstream, mul(pow(x, exponent - 1), exponent))] : [];
  const [output] = x.graph.add(
    'Pow',
    [x, x.graph.scalar(exponent, x.dtype)],
    [{ dtype: x.dtype, shape: x.shape }],
    { gradient: rule },
  );
  return output as Tensor;
}

/** x * x */
export const square = (x: Tensor): Tensor => mul(x, x);

/** x limited to [low, high]; the gradient is 0 outside. */
export const clip = (x: Tensor, low: number, high: number): Tensor => minimum(maximum(x, low), high);

/** `a` where the condition holds, else `b`. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  if (condition.dtype !== 'bool') refuse('Where', `the condition is ${condition.dtype}`, condition.shape);
  const [left, right] = operands('Where', a, b);
  const shape = broadcastShapes('Where', broadcastShapes('Where', left.shape, right.shape), condition.shape);
  const rule: GradientRule = ([upstream]) =>
    upstream
      ? [
          undefined,
          sumTo(where(condition, upstream, 0), left.shape),
          sumTo(where(condition, 0, upstream), right.shape),
        ]
      : [];
  const graph = commonGraph('Where', [condition, left, right]);
  return graph.add('Where', [condition, left, right], [{ dtype: left.dtype, shape }], {
    gradient: rule,
  })[0] as Tensor;
}

function comparison(operation: string, a: Operand, b: Operand): Tensor {
  const [left, right] = operands(operation, a, b);
  const shape = broadcastShapes(operation, left.shape, right.shape);
  const graph = commonGraph(operation, [left, right]);
  return graph.add(operation, [left, right], [{ dtype: 'bool', shape }], { constant: true })[0] as Tensor;
}

export const greater = (a: Operand, b: Operand): Tensor => comparison('Greater', a, b);
const greaterOrEqual = (a: Operand, b: Operand): Tensor => comparison('GreaterOrEqual', a, b);
export const less = (a: Operand, b: Operand): Tensor => comparison('Less', a, b);
const lessOrEqual = (a: Operand, b: Operand): Tensor => comparison('LessOrEqual', a, b);
export const equal = (a: Operand, b: Operand): Tensor => comparison('Equal', a, b);

/** Both conditions. */
export function and(a: Tensor, b: Tensor): Tensor {
  const graph = commonGraph('And', [a, b]);
  const shape = broadcastShapes('And', a.shape, b.shape);
  return graph.add('And', [a, b], [{ dtype: 'bool', shape }], { constant: true })[0] as Tensor;
}

/** The opposite of a condition. */
export function not(x: Tensor): Tensor {
  return x.graph.add('Not', [x], [{ dtype: 'bool', shape: x.shape }], { constant: true })[0] as Tensor;
}

/** Another element type. Gradients pass between floating types and stop at others. */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  const floating = dtype.startsWith('float') && x.dtype.startsWith('float');
  const [output] = x.graph.add('Cast', [x], [{ dtype, shape: x.shape }], {
    attributes: { to: { int: dtypeCode[dtype] } },
    constant: !floating,
    ...(floating && { gradient: ([upstream]) => (upstream ? [cast(upstream, x.dtype)] : []) }),
  });
  return output as Tensor;
}

/** The same value, treated as a constant by differentiation. */
export function stopGradient(x: Tensor): Tensor {
  return x.graph.add('Identity', [x], [{ dtype: x.dtype, shape: x.shape }], { constant: true })[0] as Tensor;
}

/**
 * A value whose derivative was computed by hand: equal to `value` (one element), and differentiation takes `gradient`
 * (the shape of `input`) as its derivative with respect to `input`.
 */
export function withGradient(value: Tensor, input: Tensor, gradient: Tensor): Tensor {
  return value.graph.add('Identity', [value], [{ dtype: value.dtype, shape: value.shape }], {
    sources: [input],
    gradient: ([upstream]) => (upstream ? [mul(upstream, gradient)] : []),
  })[0] as Tensor;
}
