/**
 * @file Gradients of convolutions. With respect to the input it is the transposed convolution with the same weights, which with a stride of 1 is a
 * convolution by the kernel turned round; with respect to the weights one product of matrices for each place of the kernel. In groups it is
 * a convolution of the input with the gradient, where images and channels change places and stride and dilation too: that is right for any
 * convolution, but ONNX Runtime takes two to four times as long for it, and for ConvTranspose (docs/decisions/0057-rivals-as-networks.md).
 */
import { type Attributes, intOf, intsOf, stringOf } from '../attributes.ts';
import type { Attribute, Node } from '../node.ts';
import { matmul } from '../ops/matmul.ts';
import { sumByChannel } from '../ops/reduce.ts';
import { concat, padAxis, reshape, slice, transpose } from '../ops/shape.ts';
import { elementCount, knownShape, type Tensor } from '../tensor.ts';
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
  const turned = group === 1 ? turnedRound(x, weight, windows, like) : undefined;
  if (turned) return turned;
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

/** The same as a convolution by the kernel turned round; undefined where steps or padding do not allow it. */
function turnedRound(
  x: Tensor,
  weight: Tensor,
  windows: readonly Window[],
  like: Tensor,
): Tensor | undefined {
  const [from, to] = [spatial(x), spatial(like)];
  const fitted = windows.map((window, axis): Window => {
    const begin = windowReach(window) - 1 - window.begin;
    const end = (to[axis] as number) - (from[axis] as number) + windowReach(window) - 1 - begin;
    return { ...window, begin, end };
  });
  if (fitted.some(({ stride, begin, end }) => stride !== 1 || begin < 0 || end < 0)) return undefined;
  const { graph } = weight;
  const axes = windows.flatMap(({ kernel }, axis) => (kernel > 1 ? [axis + 2] : []));
  const all = (value: number) => graph.integers(axes.map(() => value));
  const ends = [all(-1), all(Number.MIN_SAFE_INTEGER), graph.integers(axes), all(-1)];
  const kernel = axes.length === 0 ? weight : apply('Slice', [weight, ...ends], weight);
  const swapped = [1, 0, ...windows.map((_, axis) => axis + 2)];
  const type = { dtype: x.dtype, shape: like.shape };
  return apply('Conv', [x, transpose(kernel, swapped)], type, windowAttributes(fitted, 1));
}

/**
 * The gradient of the weights, for each place of the kernel a product of two matrices: what it saw, and the gradient of what became of it.
 * @param x - what the windows slide over, [images, channels, ...sizes]
 * @param upstream - [images, outputs, ...windows]
 * @param weight - [outputs, channels, ...kernel]
 */
function byPlaces(x: Tensor, upstream: Tensor, windows: readonly Window[], weight: Tensor): Tensor {
  const [outputs, channels] = weight.shape as [number, number];
  const [images = 1] = x.shape;
  const [sizes, counts] = [spatial(x), spatial(upstream)];
  const axes = windows.map((_, axis) => axis + 2);
  let padded = x;
  windows.forEach((window, axis) => {
    const [size, count] = [sizes[axis], counts[axis]] as [number, number];
    const missing = (count - 1) * window.stride + windowReach(window) - size - window.begin;
    const end = Math.max(missing, 0);
    if (window.begin > 0 || end > 0) padded = padAxis(padded, axis + 2, window.begin, end);
  });
  // Channels last, so that what one place of the kernel saw is a matrix without being moved again.
  const seen = transpose(padded, [0, ...axes, 1]);
  const rows = reshape(transpose(upstream, [1, 0, ...axes]), [outputs, -1], 'places');
  const { graph } = x;
  const products: Tensor[] = [];
  const kernel = windows.map((window) => window.kernel);
  for (let place = 0; place < elementCount(kernel); place++) {
    let rest = place;
    const starts = windows
      .map(({ dilation, kernel: size }) => ({ dilation, size }))
      .reverse()
      .map(({ dilation, size }) => {
        const at = rest % size;
        rest = Math.floor(rest / size);
        return at * dilation;
      })
      .reverse();
    const ends = starts.map((start, axis) => {
      const { stride } = windows[axis] as Window;
      return start + ((counts[axis] as number) - 1) * stride + 1;
    });
    const limits = [starts, ends, axes.map((axis) => axis - 1), windows.map(({ stride }) => stride)];
    const part = apply('Slice', [seen, ...limits.map((each) => graph.integers(each))], {
      dtype: x.dtype,
      shape: [images, ...counts, channels],
    });
    const matrix = reshape(part, [-1, channels], 'places');
    products.push(reshape(matmul(rows, matrix), [outputs, channels, 1]));
  }
  return reshape(products.length === 1 ? (products[0] as Tensor) : concat(products, 2), weight.shape);
}

/** The same with groups, as a convolution. @param weight - [outputs, channels / group, ...kernel] */
function correlated(
  x: Tensor,
  upstream: Tensor,
  windows: readonly Window[],
  group: number,
  weight: Tensor,
): Tensor {
  if (group === 1) return byPlaces(x, upstream, windows, weight);
  const [, perGroup] = weight.shape as [number, number];
  const [images = 1] = x.shape;
  const sizes = spatial(x);
  const counts = spatial(upstream);
  const behindChannels = sizes.map((_, axis) => axis);
  const swapped = [1, 0, ...behindChannels.map((axis) => axis + 2)];
  const apart = reshape(x, [images, group, perGroup, ...sizes]);
  const order = [2, 1, 0, ...behindChannels.map((axis) => axis + 3)];
  const all = typeof images === 'number' ? group * images : -1;
  const columns = reshape(transpose(apart, order), [perGroup, all, ...sizes]);
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
const ofBias = (upstream: Tensor) => sumByChannel(upstream);

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
