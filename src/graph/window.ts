/** @file The sliding window of a convolution or a pooling along each spatial axis, from a node's attributes. */
import { type Attributes, intOf, intsOf, stringOf } from './attributes.ts';
import type { Dim, Shape } from './tensor.ts';

/** Along one spatial axis; all in elements. */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding before and after. */
  readonly begin: number;
  readonly end: number;
}

/** How far a window reaches. */
export function windowReach({ kernel, dilation }: Pick<Window, 'kernel' | 'dilation'>): number {
  return dilation * (kernel - 1) + 1;
}

/**
 * The windows of a node, one for each spatial axis.
 * @param spatial - sizes of the input behind batch and channels
 * @param kernel - sizes of the window
 * @returns undefined where the padding depends on sizes that are not known, or the attributes do not fit
 */
export function windowsOf(
  attributes: Attributes,
  spatial: Shape,
  kernel: readonly number[],
): Window[] | undefined {
  const rank = spatial.length;
  const ones = new Array<number>(rank).fill(1);
  const strides = intsOf(attributes, 'strides') ?? ones;
  const dilations = intsOf(attributes, 'dilations') ?? ones;
  const pads = intsOf(attributes, 'pads') ?? new Array<number>(2 * rank).fill(0);
  const automatic = stringOf(attributes, 'auto_pad', 'NOTSET');
  if (
    kernel.length !== rank ||
    strides.length !== rank ||
    dilations.length !== rank ||
    pads.length !== 2 * rank
  )
    return undefined;
  const windows: Window[] = [];
  for (const [axis, size] of spatial.entries()) {
    const shared = {
      kernel: kernel[axis] as number,
      stride: strides[axis] as number,
      dilation: dilations[axis] as number,
    };
    let [begin, end] = [pads[axis] as number, pads[rank + axis] as number];
    if (automatic === 'VALID') [begin, end] = [0, 0];
    else if (automatic !== 'NOTSET') {
      if (typeof size !== 'number') return undefined;
      const needed = (Math.ceil(size / shared.stride) - 1) * shared.stride + windowReach(shared) - size;
      const total = Math.max(needed, 0);
      begin = automatic === 'SAME_LOWER' ? Math.ceil(total / 2) : Math.floor(total / 2);
      end = total - begin;
    }
    windows.push({ ...shared, begin, end });
  }
  return windows;
}

/** How many windows fit along an axis; a named size gives another named one. */
export function windowedSize(size: Dim, window: Window, attributes: Attributes = {}): Dim {
  const { stride, begin, end } = window;
  const spare = begin + end - windowReach(window);
  if (typeof size !== 'number')
    return stride === 1 && spare === -1 ? size : `(${size}${spare < 0 ? '' : '+'}${spare})/${stride}+1`;
  if (intOf(attributes, 'ceil_mode', 0) === 0) return Math.floor((size + spare) / stride) + 1;
  const count = Math.ceil((size + spare) / stride) + 1;
  // A window that would begin in the padding behind the input does not count.
  return (count - 1) * stride >= size + begin ? count - 1 : count;
}
