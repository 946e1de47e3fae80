/** @file Constants of ONNX files as numbers, and numbers as constants. */
import { floatsToHalves } from '../core/half.ts';
import { type TensorProto, toNumber } from './onnx.ts';
import { dtypeCode } from './tensor.ts';

/** ONNX's number for 8-bit signed integers, which only quantised files have. */
export const int8Code = 3;

/** Sizes of a constant. */
export function dimsOf({ dims = [] }: TensorProto): number[] {
  return dims.map(toNumber);
}

/** The numbers of a float32 constant, row-major; undefined for any other type. */
export function float32Values({ dataType, rawData, floatData }: TensorProto): Float32Array | undefined {
  if (dataType !== dtypeCode.float32) return undefined;
  if (!rawData || rawData.length === 0) return Float32Array.from(floatData ?? []);
  // A copy: in the file the numbers need not lie at a multiple of four bytes.
  return new Float32Array(Uint8Array.from(rawData).buffer);
}

type NumberData = Float32Array | Uint16Array | Int8Array | Uint8Array | Int32Array | BigInt64Array;

/** A constant from a typed array. */
export function constantOf(
  name: string,
  dataType: number,
  dims: readonly number[],
  data: NumberData,
): TensorProto {
  return {
    name,
    dataType,
    dims: [...dims],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

/** A float32 constant. */
export function float32Constant(name: string, dims: readonly number[], data: Float32Array): TensorProto {
  return constantOf(name, dtypeCode.float32, dims, data);
}

/** A float16 constant: each number rounded to the nearest half. */
export function float16Constant(name: string, dims: readonly number[], data: Float32Array): TensorProto {
  return constantOf(name, dtypeCode.float16, dims, floatsToHalves(data));
}
