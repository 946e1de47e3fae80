/** @file Operations on images and feature maps [N, C, H, W]. */

import { commonGraph } from '../graph.ts';
import type { Attribute } from '../node.ts';
import { type Dim, knownSize, type Tensor } from '../tensor.ts';
import { concat, slice } from './shape.ts';

/** A size after sliding a window, where known. */
function windowed(size: Dim, kernel: number, stride: number, before: number, after: number): Dim {
  if (typeof size === 'number') return Math.floor((size + before + after - kernel) / stride) + 1;
  return stride === 1 && before + after === kernel - 1 ? size : `${size}/${stride}`;
}

interface Window {
  /** Side of the square window, pixels. */
  readonly kernel: number;
  readonly stride?: number;
  /** Zeros around the map, on each side. */
  readonly padding?: number;
}

function pooled(
  operation: 'AveragePool' | 'MaxPool',
  x: Tensor,
  { kernel, stride = 1, padding = 0 }: Window,
  more: Readonly<Record<string, Attribute>> = {},
): Tensor {
  const [n, c, h, w] = x.shape as [Dim, Dim, Dim, Dim];
  const along = (size: Dim) => windowed(size, kernel, stride, padding, padding);
  return x.graph.add(operation, [x], [{ dtype: x.dtype, shape: [n, c, along(h), along(w)] }], {
    attributes: {
      kernel_shape: { ints: [kernel, kernel] },
      strides: { ints: [stride, stride] },
      pads: { ints: [padding, padding, padding, padding] },
      ...more,
    },
  })[0] as Tensor;
}

/** Mean over a window; the padding's zeros count, as in PyTorch's default. */
export function averagePool(x: Tensor, window: Window): Tensor {
  return pooled('AveragePool', x, window, { count_include_pad: { int: 1 } });
}

/** Largest value in a window. */
export function maxPool(x: Tensor, window: Window): Tensor {
  return pooled('MaxPool', x, window);
}

/** How a convolution goes over a map. */
export interface ConvWindow {
  readonly stride?: number;
  /** Pixels from one place of the kernel to the next. */
  readonly dilation?: number;
  /** Zeros around the map on each side, or before and after it. */
  readonly padding?: number | readonly [before: number, after: number];
  readonly groups?: number;
}

/**
 * Convolution.
 * @param weight - [out, in / groups, kernel, kernel]
 * @param bias - [out], or none
 */
export function conv(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  { stride = 1, padding = 0, groups = 1, dilation = 1 }: ConvWindow = {},
): Tensor {
  const [n, , h, w] = x.shape as [Dim, Dim, Dim, Dim];
  const [out, , kernel] = weight.shape as [Dim, Dim, number];
  const [before, after] = typeof padding === 'number' ? [padding, padding] : padding;
  const reach = dilation * (kernel - 1) + 1;
  const shape = [
    n,
    out,
    windowed(h, reach, stride, before, after),
    windowed(w, reach, stride, before, after),
  ];
  const inputs = bias ? [x, weight, bias] : [x, weight];
  return commonGraph('Conv', inputs).add('Conv', inputs, [{ dtype: x.dtype, shape }], {
    attributes: {
      kernel_shape: { ints: [kernel, kernel] },
      strides: { ints: [stride, stride] },
      pads: { ints: [before, before, after, after] },
      group: { int: groups },
      ...(dilation > 1 && { dilations: { ints: [dilation, dilation] } }),
    },
  })[0] as Tensor;
}

/**
 * Transposed convolution without padding, of maps of known size.
 * @param weight - [in, out / groups, kernel, kernel]
 * @param bias - [out], or none
 */
export function convTranspose(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  { stride = 1, groups = 1 }: Pick<ConvWindow, 'stride' | 'groups'> = {},
): Tensor {
  const [, out, kernel] = weight.shape as [number, number, number];
  const along = (axis: number) => (knownSize('ConvTranspose', x.shape, axis) - 1) * stride + kernel;
  const inputs = bias ? [x, weight, bias] : [x, weight];
  const shape = [x.shape[0] as Dim, out * groups, along(2), along(3)];
  return commonGraph('ConvTranspose', inputs).add('ConvTranspose', inputs, [{ dtype: x.dtype, shape }], {
    attributes: {
      kernel_shape: { ints: [kernel, kernel] },
      strides: { ints: [stride, stride] },
      group: { int: groups },
    },
  })[0] as Tensor;
}

/**
 * Bilinear resize to fixed sizes along the given axes (half-pixel centres, as align_corners = false).
 * @param options.antialias - widen the filter when shrinking, as torchvision and PIL do
 */
export function resizeLinear(
  x: Tensor,
  axes: readonly number[],
  size: readonly number[],
  { antialias = false }: { antialias?: boolean } = {},
): Tensor {
  const shape = x.shape.map((each, axis) =>
    axes.includes(axis) ? (size[axes.indexOf(axis)] as number) : each,
  );
  return resized(x, x.graph.integers(size), shape, antialias, { axes: { ints: axes } });
}

/**
 * Bilinear resize of a map [N, C, h, w], where sizes need not be known while building; widens the filter when shrinking.
 * @param to - height and width, or a map that has them
 */
export function resizeMap(x: Tensor, to: readonly [number, number] | Tensor): Tensor {
  const sizesOf = (map: Tensor) =>
    map.graph.add('Shape', [map], [{ dtype: 'int64', shape: [4] }])[0] as Tensor;
  const known = 'shape' in to ? undefined : to;
  const target = known ? x.graph.integers(known) : slice(sizesOf(to as Tensor), 0, 2, 4);
  // All four sizes, and no axes: ONNX Runtime's change of layout for WebGPU reorders the sizes as if there were four.
  const sizes = concat([slice(sizesOf(x), 0, 0, 2), target], 0);
  const shape = [...x.shape.slice(0, 2), ...(known ?? (to as Tensor).shape.slice(2))];
  return resized(x, sizes, shape, true);
}

function resized(
  x: Tensor,
  sizes: Tensor,
  shape: readonly Dim[],
  antialias: boolean,
  along: Readonly<Record<string, Attribute>> = {},
): Tensor {
  return commonGraph('Resize', [x, sizes]).add(
    'Resize',
    [x, undefined, undefined, sizes],
    [{ dtype: x.dtype, shape }],
    {
      attributes: {
        mode: { string: 'linear' },
        coordinate_transformation_mode: { string: 'half_pixel' },
        antialias: { int: antialias ? 1 : 0 },
        // At the border the filter's weights inside the image are scaled up to one, as PIL's are.
        exclude_outside: { int: antialias ? 1 : 0 },
        ...along,
      },
      onCpu: antialias,
    },
  )[0] as Tensor;
}
