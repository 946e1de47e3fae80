/** @file One run of ONNX Runtime's session with our values; the same for its packages for Node and for browsers. */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type { DType } from '../graph/index.ts';
import type { TensorData, TensorValue } from './engine.ts';

/**
 * @param TensorClass - of the package that the session is from
 * @param outputs - names wanted; all by default
 */
export async function runSession(
  session: InferenceSession,
  TensorClass: typeof Tensor,
  feeds: Readonly<Record<string, TensorValue>>,
  outputs?: readonly string[],
): Promise<Record<string, TensorValue>> {
  const given = Object.fromEntries(
    Object.entries(feeds).map(([name, { dtype, shape, data }]) => [
      name,
      new TensorClass(dtype as Tensor.Type, data as Tensor.DataType, shape),
    ]),
  );
  const results = outputs ? await session.run(given, [...outputs]) : await session.run(given);
  return Object.fromEntries(
    Object.entries(results).map(([name, { type, dims, data }]): [string, TensorValue] => [
      name,
      { dtype: type as DType, shape: dims, data: asPatterns(type, data as TensorData) },
    ]),
  );
}

/** Halves are 16-bit patterns here; where JavaScript has arrays of halves, ONNX Runtime gives those. */
function asPatterns(type: Tensor.Type, data: TensorData): TensorData {
  if (type !== 'float16' || data instanceof Uint16Array) return data;
  return new Uint16Array(data.buffer, data.byteOffset, data.length);
}
