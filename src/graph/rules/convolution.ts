/**
 * @file Gradients of convolutions. With respect to the input it is the transposed convolution with the same weights; with respect
 * to the weights a convolution of the input with the gradient, where images and channels change places and stride and dilation too.
 */
import { type Attributes, intOf, intsOf, stringOf } from '../attributes.ts';
import type { Attribute, Node } from '../node.ts';
import { sum } from '../ops/reduce.ts';
import { reshape, slice, transpose } from '../ops/shape.ts';
import { knownShape, type Tensor } from '../tensor.ts';
import { type Window, windowedSize, windowReach, windowsOf } from '../window.ts';
import { apply, input, noGradient, ofFirst, type Rules } from './rule.ts';

/** The windows of a node over `x`, of a kernel of these sizes. */
export function nodeWindows(node: Node, x: Tensor, kernel: readonly number[]): Window[] {
  return (
    windowsOf(node.attributes, x.shape.slice(2), kernel) ??
    noGradient(node, 'its padding depends on sizes that are not known while building')
  );
}

/** The attributes of a node with these windows. */
export function windowAttributes(windows: readonly Window[], group: number): Record<string, Attribute> {
  const each = (value: (window: Window) => number) => ({ ints: windows.map(value) });
  return {
    kernel_shape: each(({ kernel }) => kernel),
    strides: each(({ stride }) => stride),
    dilations: each(({ dilation }) => dilation),
    pads: { ints: [...windows.map(({ begin }) => begin), ...windows.map(({ end }) => end)] },
    group: { int: group },
  };
}

const spatial = (x: Tensor) => knownShape('gradients', x.shape.slice(2));

/**
 * The transposed convolution, to the sizes of `like`.
 * @param weight - [channels of x, channels of the result / group, ...kernel]
 */
export function convolvedBack(
  x: Tensor,
  weight: Tensor,
  windows: readonly Window[],
  group: number,
  like: Tensor,
): Tensor {
  const [from, to] = [spatial(x), spatial(like)];
  // How much of the whole reach lies behind what is wanted; less than none where the last windows did not reach the end.
  const behind = windows.map(
    (window, axis) =>
      ((from[axis] as number) - 1) * window.stride +
      windowReach(window) -
      window.begin -
      (to[axis] as number),
  );
  const fitted = windows.map((window, axis) => ({ ...window, end: Math.max(behind[axis] as number, 0) }));
  return apply(
    'ConvTranspose',
    [x, weight],
    { dtype: x.dtype, shape: like.shape },
    {
      ...windowAttributes(fitted, group),
      output_padding: { ints: behind.map((each) => Math.max(-each, 0)) },
    },
  );
}

/**
 * The gradient of the weights.
 * @param x - what the windows slide over, [images, channels, ...sizes]
 * @param upstream - [images, outputs, ...windows]
 * @param weight - [outputs, channels / group, ...kernel]
 */
function correlated(
  x: Tensor,
  upstream: Tensor,
  windows: readonly Window[],
  group: number,
  weight: Tensor,
): Tensor {
  const [, perGroup] = weight.shape as [number, number];
  const [images = 1] = x.shape;
  const sizes = spatial(x);
  const counts = spatial(upstream);
  const behindChannels = sizes.map((_, axis) => axis);
  const swapped = [1, 0, ...behindChannels.map((axis) => axis + 2)];
  let columns = x;
  if (group === 1) columns = transpose(x, swapped);
  else {
    const apart = reshape(x, [images, group, perGroup, ...sizes]);
    const order = [2, 1, 0, ...behindChannels.map((axis) => axis + 3)];
    const all = typeof images === 'number' ? group * images : -1;
    columns = reshape(transpose(apart, order), [perGroup, all, ...sizes]);
  }
  const reversed = windows.map((window, axis): Window => {
    const [size, count] = [sizes[axis], counts[axis]] as [number, number];
    const across = (count - 1) * window.stride + 1;
    const missing = across + window.dilation * (window.kernel - 1) - size - window.begin;
    return {
      kernel: count,
      stride: window.dilation,
      dilation: window.stride,
      begin: window.begin,
      end: Math.max(missing, 0),
    };
  });
  const shape = reversed.map((window, axis) => windowedSize(sizes[axis] as number, window));
  let result = apply(
    'Conv',
    [columns, transpose(upstream, swapped)],
    { dtype: x.dtype, shape: [perGroup, upstream.shape[1] as number, ...shape] },
    windowAttributes(reversed, group),
  );
  // Windows that end before the input's end leave places behind the kernel.
  windows.forEach(({ kernel }, axis) => {
    result = slice(result, axis + 2, 0, kernel);
  });
  return transpose(result, swapped);
}

const kernelOf = (weight: Tensor) => spatial(weight);
const groupOf = (attributes: Attributes) => intOf(attributes, 'group', 1);

/** Of a bias by channel. */
const ofBias = (upstream: Tensor) =>
  sum(upstream, { axes: [...upstream.shape.keys()].filter((axis) => axis !== 1) });

export const convolutionRules = {
  Conv: ofFirst((upstream, node) => {
    const [x, weight] = [input(node, 0), input(node, 1)];
    const windows = nodeWindows(node, x, kernelOf(weight));
    const group = groupOf(node.attributes);
    return [
      () => convolvedBack(upstream, weight, windows, group, x),
      () => correlated(x, upstream, windows, group, weight),
      () => ofBias(upstream),
    ];
  }),
  ConvTranspose: ofFirst((upstream, node) => {
    const [x, weight] = [input(node, 0), input(node, 1)];
    const { attributes } = node;
    const said = intsOf(attributes, 'output_shape') ?? [];
    if (said.length > 0 || stringOf(attributes, 'auto_pad', 'NOTSET') !== 'NOTSET')
      noGradient(node, 'its padding is said by its result');
    const windows = nodeWindows(node, upstream, kernelOf(weight));
    const group = groupOf(attributes);
    return [
      () =>
        apply(
          'Conv',
          [upstream, weight],
          { dtype: x.dtype, shape: x.shape },
          windowAttributes(windows, group),
        ),
      () => correlated(upstream, x, windows, group, weight),
      () => ofBias(upstream),
    ];
  }),
} satisfies Rules;
