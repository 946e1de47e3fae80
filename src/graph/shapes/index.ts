/**
 * @file Shapes of a file's values, worked out node by node before the graph runs. By operator like the gradient rules, which need
 * them: an operator without an entry does not compile.
 */
import type { Attributes } from '../attributes.ts';
import type { Operator } from '../operators.ts';
import { asFirst, broadcasting, cast, onlyFirst, single, where } from './elementwise.ts';
import type { Known, ShapeRule } from './known.ts';
import * as made from './made.ts';
import * as movement from './movement.ts';
import * as networks from './networks.ts';
import * as reductions from './reductions.ts';

const condition = (operation: string) => broadcasting(operation, 'bool');

const shapeRules: Readonly<Record<Operator, ShapeRule>> = {
  Abs: asFirst,
  Add: broadcasting('Add'),
  And: condition('And'),
  ArgMax: reductions.indexed,
  ArgMin: reductions.indexed,
  AveragePool: networks.pooled,
  BatchNormalization: onlyFirst,
  Cast: cast,
  Ceil: single('Ceil'),
  Clip: asFirst,
  Concat: movement.concat,
  Constant: made.constant,
  ConstantOfShape: made.filled,
  Conv: networks.convolved,
  ConvTranspose: networks.convolvedBack,
  Cos: asFirst,
  Div: broadcasting('Div'),
  Dropout: ([x]) =>
    x && [
      { dtype: x.dtype, shape: x.shape },
      { dtype: 'bool', shape: x.shape },
    ],
  Elu: asFirst,
  Equal: condition('Equal'),
  Erf: asFirst,
  Exp: asFirst,
  Expand: movement.expand,
  Flatten: movement.flatten,
  Floor: single('Floor'),
  Gather: movement.gather,
  GatherElements: movement.gatherAlong,
  GatherND: movement.gatherRows,
  Gemm: networks.gemm,
  GlobalAveragePool: reductions.globallyPooled,
  GlobalMaxPool: reductions.globallyPooled,
  Greater: condition('Greater'),
  GreaterOrEqual: condition('GreaterOrEqual'),
  HardSigmoid: asFirst,
  HardSwish: asFirst,
  Identity: movement.identity,
  InstanceNormalization: asFirst,
  LayerNormalization: onlyFirst,
  LeakyRelu: asFirst,
  Less: condition('Less'),
  LessOrEqual: condition('LessOrEqual'),
  Log: asFirst,
  LogSoftmax: asFirst,
  Loop: () => undefined,
  MatMul: networks.product,
  Max: broadcasting('Max'),
  MaxPool: networks.pooled,
  Min: broadcasting('Min'),
  Mish: asFirst,
  Mul: broadcasting('Mul'),
  Neg: single('Neg'),
  Not: asFirst,
  Or: condition('Or'),
  PRelu: asFirst,
  Pad: movement.pad,
  Pow: ([x, y], attributes, outputs) => broadcasting('Pow', x?.dtype)([x, y], attributes, outputs),
  Range: made.range,
  Reciprocal: asFirst,
  ReduceL2: reductions.reduced,
  ReduceMax: reductions.reduced,
  ReduceMean: reductions.reduced,
  ReduceMin: reductions.reduced,
  ReduceSum: reductions.reduced,
  Relu: asFirst,
  Reshape: movement.reshape,
  Resize: made.resized,
  Round: asFirst,
  ScatterElements: asFirst,
  ScatterND: asFirst,
  Selu: asFirst,
  Shape: made.shapeOf,
  Sigmoid: asFirst,
  Sign: asFirst,
  Sin: asFirst,
  Size: made.sizeOf,
  Slice: movement.slice,
  Softmax: asFirst,
  Softplus: asFirst,
  Split: movement.split,
  Sqrt: asFirst,
  Squeeze: movement.squeeze,
  Sub: broadcasting('Sub'),
  Sum: broadcasting('Sum'),
  Tanh: asFirst,
  Tile: movement.tile,
  TopK: reductions.largest,
  Transpose: movement.transpose,
  Unsqueeze: movement.unsqueeze,
  Where: where,
};

/**
 * What a node gives, as far as it can be told.
 * @param inputs - all known; undefined only where the node leaves one out
 * @param outputs - how many the node has
 */
export function inferred(
  operation: string,
  inputs: readonly (Known | undefined)[],
  attributes: Attributes,
  outputs: number,
): readonly (Known | undefined)[] {
  const rule = Object.hasOwn(shapeRules, operation) ? shapeRules[operation as Operator] : undefined;
  return rule?.(inputs, attributes, outputs) ?? [];
}
