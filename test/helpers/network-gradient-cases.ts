/** @file A case, or several, for the gradient of each operator that networks are made of, and of resizing. */
import { type GradientCase, node } from './finite-differences.ts';
import { curved, image, int, integers, ints, numbers, string } from './gradient-cases.ts';

export const networkCases: Record<string, GradientCase> = {
  // Resizing
  'Resize, nearest by scales': {
    shapes: { a: [1, 2, 3, 4] },
    build: ({ a }) =>
      node('Resize', [a, undefined, numbers(a!, 1, 1, 2, 1.5)], {
        mode: string('nearest'),
        coordinate_transformation_mode: string('asymmetric'),
        nearest_mode: string('floor'),
      }),
  },
  'Resize, bilinear to sizes': {
    shapes: { a: [2, 1, 3, 5] },
    build: ({ a }) =>
      node('Resize', [a, undefined, undefined, integers(a!, 2, 1, 7, 4)], { mode: string('linear') }),
  },
  'Resize, bilinear with aligned corners': {
    shapes: { a: [1, 1, 3, 4] },
    build: ({ a }) =>
      node('Resize', [a, undefined, undefined, integers(a!, 1, 1, 6, 7)], {
        mode: string('linear'),
        coordinate_transformation_mode: string('align_corners'),
      }),
  },
  'Resize, antialiased, of some axes': {
    shapes: { a: [1, 1, 8, 6] },
    build: ({ a }) =>
      node('Resize', [a, undefined, undefined, integers(a!, 3, 4)], {
        mode: string('linear'),
        antialias: int(1),
        axes: ints(2, 3),
      }),
  },
  'Resize, cubic': {
    shapes: { a: [1, 1, 4, 4] },
    build: ({ a }) => node('Resize', [a, undefined, numbers(a!, 1, 1, 1.5, 2)], { mode: string('cubic') }),
  },
  // Networks
  MatMul: { shapes: { a: [3, 4], b: [4, 2] }, build: ({ a, b }) => node('MatMul', [a, b]) },
  'MatMul of batches': {
    shapes: { a: [2, 1, 3, 2], b: [3, 2, 2] },
    build: ({ a, b }) => node('MatMul', [a, b]),
  },
  Gemm: {
    shapes: { a: [4, 3], b: [2, 4], c: [3, 1] },
    build: ({ a, b, c }) =>
      node('Gemm', [a, b, c], {
        transA: int(1),
        transB: int(1),
        alpha: { float: 0.5 },
        beta: { float: 2 },
      }),
  },
  'Gemm with a row': {
    shapes: { a: [3, 4], b: [4, 2], c: [2] },
    build: ({ a, b, c }) => node('Gemm', [a, b, c], { beta: { float: 0.5 } }),
  },
  Conv: {
    shapes: { a: [2, 3, 6, 5], w: [4, 3, 3, 2], b: [4] },
    build: ({ a, w, b }) => node('Conv', [a, w, b], { pads: ints(1, 0, 1, 1) }),
  },
  'Conv, strides that leave a rest': {
    shapes: { a: [2, 2, 8, 7], w: [2, 2, 3, 2] },
    build: ({ a, w }) => node('Conv', [a, w], { strides: ints(2, 3), pads: ints(1, 1, 1, 0) }),
  },
  'Conv, dilations, padding and strides': {
    shapes: { a: [2, 2, 7, 8], w: [3, 2, 2, 3] },
    build: ({ a, w }) =>
      node('Conv', [a, w], { dilations: ints(3, 2), strides: ints(1, 2), pads: ints(1, 2, 2, 0) }),
  },
  'Conv, more padding than kernel': {
    shapes: { a: [1, 2, 3, 4], w: [2, 2, 2, 1] },
    build: ({ a, w }) => node('Conv', [a, w], { pads: ints(2, 1, 1, 0) }),
  },
  'Conv of single places': {
    shapes: { a: [2, 3, 4, 3], w: [4, 3, 1, 1], b: [4] },
    build: ({ a, w, b }) => node('Conv', [a, w, b]),
  },
  'Conv, groups and dilations': {
    shapes: { a: [2, 4, 7, 6], w: [6, 2, 3, 2] },
    build: ({ a, w }) =>
      node('Conv', [a, w], { group: int(2), dilations: ints(2, 3), pads: ints(1, 2, 0, 1) }),
  },
  'Conv, a filter for each channel': {
    shapes: { a: [2, 3, 5, 5], w: [3, 1, 3, 3] },
    build: ({ a, w }) =>
      node('Conv', [a, w], { group: int(3), strides: ints(2, 2), auto_pad: string('SAME_UPPER') }),
  },
  'Conv along one axis': {
    shapes: { a: [2, 2, 9], w: [3, 2, 4] },
    build: ({ a, w }) => node('Conv', [a, w], { strides: ints(4), auto_pad: string('SAME_LOWER') }),
  },
  ConvTranspose: {
    shapes: { a: [2, 3, 3, 2], w: [3, 2, 3, 2], b: [2] },
    build: ({ a, w, b }) =>
      node('ConvTranspose', [a, w, b], {
        strides: ints(2, 3),
        pads: ints(1, 0, 0, 1),
        output_padding: ints(1, 2),
      }),
  },
  'ConvTranspose, groups': {
    shapes: { a: [1, 4, 3, 3], w: [4, 2, 2, 2] },
    build: ({ a, w }) => node('ConvTranspose', [a, w], { group: int(2), dilations: ints(2, 1) }),
  },
  AveragePool: {
    shapes: image,
    build: ({ a }) => node('AveragePool', [curved(a!)], { kernel_shape: ints(2, 2), strides: ints(2, 1) }),
  },
  'AveragePool, padding left out of the mean': {
    shapes: { a: [1, 2, 5, 5] },
    build: ({ a }) => node('AveragePool', [a], { kernel_shape: ints(3, 2), pads: ints(1, 1, 1, 0) }),
  },
  'AveragePool, padding in the mean': {
    shapes: { a: [1, 2, 5, 5] },
    build: ({ a }) =>
      node('AveragePool', [a], {
        kernel_shape: ints(3, 3),
        pads: ints(1, 1, 1, 1),
        strides: ints(2, 2),
        count_include_pad: int(1),
      }),
  },
  'AveragePool, sizes rounded up': {
    shapes: { a: [1, 2, 6, 5] },
    build: ({ a }) =>
      node('AveragePool', [a], { kernel_shape: ints(3, 2), strides: ints(2, 2), ceil_mode: int(1) }),
  },
  MaxPool: {
    shapes: { a: [2, 2, 6, 5] },
    build: ({ a }) =>
      node('MaxPool', [a], { kernel_shape: ints(3, 3), strides: ints(2, 2), pads: ints(1, 1, 1, 1) }),
  },
  'MaxPool, sizes rounded up, dilated': {
    shapes: { a: [1, 2, 7, 7] },
    build: ({ a }) =>
      node('MaxPool', [a], {
        kernel_shape: ints(2, 2),
        strides: ints(2, 3),
        dilations: ints(2, 1),
        ceil_mode: int(1),
      }),
  },
  BatchNormalization: {
    shapes: { a: [2, 3, 2, 2], gain: [3], shift: [3], mean: [3], variance: [3] },
    range: [0.4, 2],
    build: ({ a, gain, shift, mean, variance }) =>
      node('BatchNormalization', [a, gain, shift, mean, variance], { epsilon: { float: 1e-2 } }),
  },
  InstanceNormalization: {
    shapes: { a: [2, 3, 3, 2], gain: [3], shift: [3] },
    build: ({ a, gain, shift }) =>
      node('InstanceNormalization', [a, gain, shift], { epsilon: { float: 1e-2 } }),
  },
  LayerNormalization: {
    shapes: { a: [2, 3, 4], gain: [4], shift: [4] },
    build: ({ a, gain, shift }) => node('LayerNormalization', [a, gain, shift], { epsilon: { float: 1e-2 } }),
  },
  'LayerNormalization over two axes': {
    shapes: { a: [2, 3, 4], gain: [3, 4] },
    build: ({ a, gain }) => node('LayerNormalization', [a, gain], { axis: int(1), epsilon: { float: 1e-2 } }),
  },
};
