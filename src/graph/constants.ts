/** @file Constants of ONNX files as numbers, and numbers as constants. */
import { wholeNumbers } from '../core/arrays.ts';
import { floatsToHalves, halvesToFloats } from '../core/half.ts';
import { type TensorProto, toNumber } from './onnx.ts';
import { type Known, mostValues } from './shapes/known.ts';
import { type DType, dtypeCode, elementCount } from './tensor.ts';

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

/** The numbers of a float32 or float16 constant, row-major; undefined for any other type. */
export function floatValues(constant: TensorProto): Float32Array | undefined {
  const { dataType, rawData } = constant;
  if (dataType !== dtypeCode.float16) return float32Values(constant);
  return rawData && halvesToFloats(new Uint16Array(Uint8Array.from(rawData).buffer));
}

/** The numbers of an int64 constant, row-major; undefined for any other type. */
export function int64Values({ dataType, rawData, int64Data }: TensorProto): number[] | undefined {
  if (dataType !== dtypeCode.int64) return undefined;
  if (!rawData || rawData.length === 0) return (int64Data ?? []).map(toNumber);
  return Array.from(new BigInt64Array(Uint8Array.from(rawData).buffer), Number);
}

/** The numbers of an int8 constant as a file of ours holds it, row-major; undefined for any other type. */
export function int8Values({ dataType, rawData }: TensorProto): Int8Array | undefined {
  return dataType === dtypeCode.int8 && rawData ? Int8Array.from(rawData) : undefined;
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

/** A constant of the type of another; a float16 one rounds. */
export function floatConstantLike(
  like: TensorProto,
  dims: readonly number[],
  data: Float32Array,
): TensorProto {
  const make = like.dataType === dtypeCode.float16 ? float16Constant : float32Constant;
  return make(like.name ?? '', dims, data);
}

/** An int8 constant. */
export function int8Constant(name: string, dims: readonly number[], data: Int8Array): TensorProto {
  return constantOf(name, dtypeCode.int8, dims, data);
}

/** An int64 constant. */
export function int64Constant(
  name: string,
  dims: readonly number[],
  numbers: readonly number[],
): TensorProto {
  return constantOf(name, dtypeCode.int64, dims, wholeNumbers(numbers));
}

/**
 * Type and shape of a constant, and its elements where they are at most `mostValues`.
 * @returns undefined for types that are not in use here
 */
export function knownConstant(tensor: TensorProto): Known | undefined {
  const dtype = dtypeOf(tensor.dataType);
  if (!dtype) return undefined;
  const shape = dimsOf(tensor);
  const count = elementCount(shape);
  const values = count <= mostValues ? fewValues(tensor, dtype) : undefined;
  return { dtype, shape, ...(values?.length === count && { values }) };
}

/** Our name of an element type by ONNX's number. */
export function dtypeOf(code: number | undefined): DType | undefined {
  return Object.entries(dtypeCode).find(([, each]) => each === code)?.[0] as DType | undefined;
}

const bytesOf: Partial<Record<DType, number>> = { int64: 8, int32: 4, float32: 4, bool: 1 };

function fewValues(tensor: TensorProto, dtype: DType): number[] | undefined {
  // A copy: in the file the numbers need not lie at a multiple of their size.
  const raw = new Uint8Array(tensor.rawData ?? []).buffer;
  if (raw.byteLength % (bytesOf[dtype] ?? 1) !== 0) return undefined;
  switch (dtype) {
    case 'int64':
      return int64Values(tensor);
    case 'int32':
      return raw.byteLength > 0 ? Array.from(new Int32Array(raw)) : [...(tensor.int32Data ?? [])];
    case 'bool':
      return raw.byteLength > 0 ? Array.from(new Uint8Array(raw)) : [...(tensor.int32Data ?? [])];
    case 'float32':
      return raw.byteLength > 0 ? Array.from(new Float32Array(raw)) : [...(tensor.floatData ?? [])];
    default:
      return undefined;
  }
}
