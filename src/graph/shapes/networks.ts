/** @file Shapes of matrix products, convolutions and pooling. */
import { intOf, intsOf } from '../attributes.ts';
import type { Dim } from '../tensor.ts';
import { windowedSize, windowReach, windowsOf } from '../window.ts';
import { asFirst, onlyFirst } from './elementwise.ts';
import { broadcast, type ShapeRule, type ShapeRules } from './known.ts';

const product: ShapeRule = ([a, b]) => {
  if (!a || !b || a.shape.length < 2 || b.shape.length < 2) return undefined;
  const batch = broadcast([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  return batch && [{ dtype: a.dtype, shape: [...batch, a.shape.at(-2) as Dim, b.shape.at(-1) as Dim] }];
};

const wholeProduct: ShapeRule = (inputs, attributes, outputs) =>
  product(inputs, attributes, outputs)?.map((each) => each && { ...each, dtype: 'int32' });

const gemm: ShapeRule = ([a, b], attributes) => {
  if (a?.shape.length !== 2 || b?.shape.length !== 2) return undefined;
  const rows = a.shape[intOf(attributes, 'transA', 0) === 1 ? 1 : 0] as Dim;
  const columns = b.shape[intOf(attributes, 'transB', 0) === 1 ? 0 : 1] as Dim;
  return [{ dtype: a.dtype, shape: [rows, columns] }];
};

const convolved: ShapeRule = ([x, weight], attributes) => {
  const kernel = weight?.shape.slice(2);
  if (!x || !kernel?.every((size) => typeof size === 'number')) return undefined;
  const sizes = x.shape.slice(2);
  const windows = windowsOf(attributes, sizes, kernel);
  const spatial = windows?.map((window, axis) => windowedSize(sizes[axis] as Dim, window));
  return spatial && [{ dtype: x.dtype, shape: [x.shape[0] as Dim, weight?.shape[0] as Dim, ...spatial] }];
};

const convolvedBack: ShapeRule = ([x, weight], attributes) => {
  const kernel = weight?.shape.slice(2);
  const perGroup = weight?.shape[1];
  const said = intsOf(attributes, 'output_shape') ?? [];
  if (!x || said.length > 0 || typeof perGroup !== 'number') return undefined;
  if (!kernel?.every((size) => typeof size === 'number')) return undefined;
  const sizes = x.shape.slice(2);
  const windows = windowsOf(attributes, sizes, kernel);
  const extra = intsOf(attributes, 'output_padding') ?? [];
  const spatial = windows?.map((window, axis): Dim => {
    const size = sizes[axis] as Dim;
    const rest = windowReach(window) + (extra[axis] ?? 0) - window.begin - window.end;
    return typeof size === 'number'
      ? (size - 1) * window.stride + rest
      : `(${size}-1)*${window.stride}+${rest}`;
  });
  const channels = perGroup * intOf(attributes, 'group', 1);
  return spatial && [{ dtype: x.dtype, shape: [x.shape[0] as Dim, channels, ...spatial] }];
};

const pooled: ShapeRule = ([x], attributes) => {
  const kernel = intsOf(attributes, 'kernel_shape');
  if (!x || !kernel) return undefined;
  const sizes = x.shape.slice(2);
  const spatial = windowsOf(attributes, sizes, kernel)?.map((window, axis) =>
    windowedSize(sizes[axis] as Dim, window, attributes),
  );
  if (!spatial) return undefined;
  const shape = [...x.shape.slice(0, 2), ...spatial];
  return [
    { dtype: x.dtype, shape },
    { dtype: 'int64', shape },
  ];
};

export const networkShapes = {
  AveragePool: pooled,
  BatchNormalization: onlyFirst,
  Conv: convolved,
  ConvTranspose: convolvedBack,
  Gemm: gemm,
  InstanceNormalization: asFirst,
  LayerNormalization: onlyFirst,
  MatMul: product,
  MatMulInteger: wholeProduct,
  MaxPool: pooled,
} satisfies ShapeRules;
