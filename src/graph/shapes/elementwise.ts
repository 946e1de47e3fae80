/** @file Shapes of what is done element by element, of conditions, and of what keeps the shape of its first input. */
import { intOf } from '../attributes.ts';
import { dtypeOf } from '../constants.ts';
import type { DType } from '../tensor.ts';
import { broadcast, type Known, type ShapeRule, type ShapeRules } from './known.ts';
import { evaluated } from './values.ts';

/** The shape and type of the first input. */
export const asFirst: ShapeRule = ([x]) => x && [{ dtype: x.dtype, shape: x.shape }];

/** As the first; its other outputs are not known. */
export const onlyFirst: ShapeRule = ([x], _, outputs) =>
  x && [
    { dtype: x.dtype, shape: x.shape },
    ...new Array<undefined>(Math.max(outputs - 1, 0)).fill(undefined),
  ];

function withValues(operation: string, inputs: readonly (Known | undefined)[], result: Known): Known {
  const values = evaluated(operation, inputs, result);
  return values ? { ...result, values } : result;
}

/** Operands that are broadcast, of one type; a result of another type where one is said. */
function broadcasting(operation: string, dtype?: DType): ShapeRule {
  return (inputs) => {
    const present = inputs.filter((each) => each !== undefined);
    const [first] = present;
    const shape = broadcast(present.map((each) => each.shape));
    return first && shape && [withValues(operation, inputs, { dtype: dtype ?? first.dtype, shape })];
  };
}

/** One operand; small vectors are worked out. */
function single(operation: string): ShapeRule {
  return ([x]) => x && [withValues(operation, [x], { dtype: x.dtype, shape: x.shape })];
}

const cast: ShapeRule = ([x], attributes) => {
  const dtype = dtypeOf(intOf(attributes, 'to', 0));
  if (!x || !dtype) return undefined;
  const whole = dtype === 'int64' || dtype === 'int32';
  const values = x.values?.map((value) => (typeof value === 'number' && whole ? Math.trunc(value) : value));
  return [{ dtype, shape: x.shape, values: dtype === 'bool' ? undefined : values }];
};

const where: ShapeRule = (inputs) => {
  const [condition, a, b] = inputs;
  const shape = condition && a && b && broadcast([condition.shape, a.shape, b.shape]);
  return shape && [withValues('Where', inputs, { dtype: a.dtype, shape })];
};

export const elementwiseShapes = {
  Abs: asFirst,
  Add: broadcasting('Add'),
  And: broadcasting('And', 'bool'),
  Cast: cast,
  Ceil: single('Ceil'),
  Clip: asFirst,
  Cos: asFirst,
  Div: broadcasting('Div'),
  Dropout: ([x]) =>
    x && [
      { dtype: x.dtype, shape: x.shape },
      { dtype: 'bool', shape: x.shape },
    ],
  Elu: asFirst,
  Equal: broadcasting('Equal', 'bool'),
  Erf: asFirst,
  Exp: asFirst,
  Floor: single('Floor'),
  Greater: broadcasting('Greater', 'bool'),
  GreaterOrEqual: broadcasting('GreaterOrEqual', 'bool'),
  HardSigmoid: asFirst,
  HardSwish: asFirst,
  LeakyRelu: asFirst,
  Less: broadcasting('Less', 'bool'),
  LessOrEqual: broadcasting('LessOrEqual', 'bool'),
  Log: asFirst,
  LogSoftmax: asFirst,
  Max: broadcasting('Max'),
  Min: broadcasting('Min'),
  Mish: asFirst,
  Mod: broadcasting('Mod'),
  Mul: broadcasting('Mul'),
  Neg: single('Neg'),
  Not: asFirst,
  Or: broadcasting('Or', 'bool'),
  PRelu: asFirst,
  Pow: ([x, y], attributes, outputs) => broadcasting('Pow', x?.dtype)([x, y], attributes, outputs),
  Reciprocal: asFirst,
  Relu: asFirst,
  Round: asFirst,
  Selu: asFirst,
  Sigmoid: asFirst,
  Sign: asFirst,
  Sin: asFirst,
  Softmax: asFirst,
  Softplus: asFirst,
  Sqrt: asFirst,
  Sub: broadcasting('Sub'),
  Sum: broadcasting('Sum'),
  Tanh: asFirst,
  Where: where,
} satisfies ShapeRules;
