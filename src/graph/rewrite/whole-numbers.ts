/** @file Values and weights as 8-bit whole numbers with a scale: the pairs of QuantizeLinear and DequantizeLinear that say so in a file. */
import { constantOf, float32Constant } from '../constants.ts';
import { type AttributeProto, attributeType, type NodeProto, type TensorProto } from '../onnx.ts';
import { dtypeCode } from '../tensor.ts';

/** Smallest and largest number that a value takes. */
export interface ValueRange {
  readonly low: number;
  readonly high: number;
}

/**
 * Largest whole number of a weight: 7 bits with sign. With 8, processors without VNNI instructions overflow in the 16-bit sums of
 * their kernels (`vpmaddubsw`) and give other scores than those with them.
 */
export const largestWeight = 63;

/** A value that is rounded to unsigned whole numbers, one scale for all. */
export interface Quantised {
  readonly scale: number;
  /** Name of the rounded value. */
  readonly result: string;
  readonly nodes: readonly NodeProto[];
}

/** @param constants - gets the scale and what stands for 0 */
export function quantisedValue(
  name: string,
  { low, high }: ValueRange,
  fresh: (stem: string) => string,
  constants: TensorProto[],
): Quantised {
  // Zero has to be a whole number, for padding.
  const [least, most] = [Math.min(low, 0), Math.max(high, 0)];
  const scale = Math.fround((most - least) / 255) || 1;
  const zero = Math.round(-least / scale);
  const scaleName = fresh(`${name}/scale`);
  const zeroName = fresh(`${name}/zero`);
  constants.push(float32Constant(scaleName, [], Float32Array.of(scale)));
  constants.push(constantOf(zeroName, dtypeCode.uint8, [], Uint8Array.of(zero)));
  const whole = fresh(`${name}/whole`);
  const result = fresh(`${name}/rounded`);
  return {
    scale,
    result,
    nodes: [
      { opType: 'QuantizeLinear', input: [name, scaleName, zeroName], output: [whole] },
      { opType: 'DequantizeLinear', input: [whole, scaleName, zeroName], output: [result] },
    ],
  };
}

/**
 * Signed whole numbers in the file, as the float32 that they stand for.
 * @param axis - along which each has a step of its own
 * @param constants - gets numbers, steps and zeros
 */
export function dequantised(
  name: string,
  data: Int8Array | Int32Array,
  shape: readonly number[],
  axis: number,
  steps: Float32Array,
  fresh: (stem: string) => string,
  constants: TensorProto[],
): { readonly result: string; readonly node: NodeProto } {
  const names = { data: fresh(name), scale: fresh(`${name}/scale`), zero: fresh(`${name}/zero`) };
  const result = fresh(`${name}/value`);
  const count = steps.length;
  const [type, zeros] =
    data instanceof Int8Array
      ? [dtypeCode.int8, new Int8Array(count)]
      : [dtypeCode.int32, new Int32Array(count)];
  constants.push(constantOf(names.data, type, shape, data));
  constants.push(float32Constant(names.scale, [count], steps));
  constants.push(constantOf(names.zero, type, [count], zeros));
  const along: AttributeProto = { name: 'axis', type: attributeType.INT, i: axis };
  return {
    result,
    node: {
      opType: 'DequantizeLinear',
      input: [names.data, names.scale, names.zero],
      output: [result],
      attribute: [along],
    },
  };
}
