/** @file Shapes of what is made of shapes and constants, and of resizing. */
import { type Attributes, floatOf, intOf, intsOf, stringOf } from '../attributes.ts';
import { knownConstant } from '../constants.ts';
import type { Dim } from '../tensor.ts';
import {
  axesOf,
  type Known,
  mostValues,
  numbersOf,
  type ShapeRule,
  type ShapeRules,
  sizeProduct,
} from './known.ts';

const vector = (values: readonly Dim[]): Known => ({ dtype: 'int64', shape: [values.length], values });

const shapeOf: ShapeRule = ([x], attributes) => {
  if (!x) return undefined;
  const end = intOf(attributes, 'end', x.shape.length);
  return [vector(x.shape.slice(intOf(attributes, 'start', 0), end))];
};

const sizeOf: ShapeRule = ([x]) => {
  const count = x && sizeProduct(x.shape);
  return count === undefined
    ? undefined
    : [{ dtype: 'int64', shape: [], values: typeof count === 'number' ? [count] : undefined }];
};

function tensorOf(attributes: Attributes, name: string): Known | undefined {
  const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  return value && 'tensor' in value ? knownConstant(value.tensor) : undefined;
}

const constant: ShapeRule = (_, attributes) => {
  const known = tensorOf(attributes, 'value');
  if (known) return [known];
  const whole = intsOf(attributes, 'value_ints');
  if (whole) return [vector(whole)];
  const one = Object.hasOwn(attributes, 'value_int') ? intOf(attributes, 'value_int', 0) : undefined;
  if (one !== undefined) return [{ dtype: 'int64', shape: [], values: [one] }];
  if (Object.hasOwn(attributes, 'value_float'))
    return [{ dtype: 'float32', shape: [], values: [floatOf(attributes, 'value_float', 0)] }];
  return undefined;
};

const filled: ShapeRule = ([sizes], attributes) => {
  const shape = sizes?.values;
  if (!shape) return undefined;
  const value = tensorOf(attributes, 'value') ?? { dtype: 'float32' as const, shape: [1], values: [0] };
  const [count] = shape.length === 1 ? shape : [];
  const [each] = value.values ?? [];
  const few = typeof count === 'number' && count >= 0 && count <= mostValues && each !== undefined;
  return [{ dtype: value.dtype, shape, values: few ? new Array<Dim>(count).fill(each) : undefined }];
};

const range: ShapeRule = (inputs) => {
  const [start, limit, step] = inputs.map((each) => numbersOf(each)?.[0]);
  const [first] = inputs;
  if (!first || start === undefined || limit === undefined || !step) return undefined;
  const count = Math.max(Math.ceil((limit - start) / step), 0);
  const values =
    count <= mostValues ? Array.from({ length: count }, (_, index) => start + index * step) : undefined;
  return [{ dtype: first.dtype, shape: [count], values }];
};

const resized: ShapeRule = ([x, , scales, sizes], attributes) => {
  const said = intsOf(attributes, 'axes');
  const axes = x && (said ? axesOf(said, x.shape.length) : [...x.shape.keys()]);
  if (!x || !axes || stringOf(attributes, 'keep_aspect_ratio_policy', 'stretch') !== 'stretch')
    return undefined;
  const factors = numbersOf(scales);
  const target = sizes?.values;
  if (target ? target.length !== axes.length : factors?.length !== axes.length) return undefined;
  const shape = x.shape.map((size, axis): Dim => {
    const at = axes.indexOf(axis);
    if (at < 0) return size;
    if (target) return target[at] as Dim;
    const factor = factors?.[at] as number;
    if (factor === 1) return size;
    return typeof size === 'number' ? Math.floor(size * factor) : `${size}*${factor}`;
  });
  return [{ dtype: x.dtype, shape }];
};

export const madeShapes = {
  Constant: constant,
  ConstantOfShape: filled,
  NonZero: () => undefined,
  Range: range,
  Resize: resized,
  Shape: shapeOf,
  Size: sizeOf,
} satisfies ShapeRules;
