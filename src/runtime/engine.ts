/**
 * @file What the rest of the program knows of ONNX Runtime: an engine loads a model, a session runs it. node.ts makes
 * engines on onnxruntime-node; web/index.ts makes them on onnxruntime-web.
 */
import { wholeNumbers } from '../core/arrays.ts';
import type { DType } from '../graph/index.ts';

/** Values with a shape, as they go in and out of a session. Data is row-major. */
export interface TensorValue {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** float16 as 16-bit patterns, bool as bytes, int64 as big integers. */
  readonly data: TensorData;
}

export type TensorData = Float32Array | Float64Array | Uint16Array | Uint8Array | Int32Array | BigInt64Array;

export const devices = ['cpu', 'webgpu', 'cuda'] as const;
export type Device = (typeof devices)[number];

/** A loaded model. */
export interface Session {
  /**
   * Runs the model once. On Node this occupies the calling thread until it is done; in a browser runs wait for each other, and values must stay as they are until
   * the answer is there.
   * @param outputs - names wanted; all by default
   */
  run(
    feeds: Readonly<Record<string, TensorValue>>,
    outputs?: readonly string[],
  ): Promise<Record<string, TensorValue>>;
  /** Frees the engine's memory. The session cannot be used afterwards. */
  release(): Promise<void>;
}

/** A device with its threads. */
export interface Engine {
  readonly device: Device;
  /** Threads one operation may use (CPU). */
  readonly threads: number;
  /** @param model - the bytes of an ONNX file */
  load(model: Uint8Array): Promise<Session>;
}

/** A float32 value. */
export function float32(data: Float32Array, shape: readonly number[]): TensorValue {
  return { dtype: 'float32', shape, data };
}

/** An int64 value from plain numbers. */
export function int64(values: ArrayLike<number>, shape: readonly number[]): TensorValue {
  return { dtype: 'int64', shape, data: wholeNumbers(values) };
}

/** The numbers of a float32 output. */
export function floats(value: TensorValue | undefined): Float32Array {
  if (!(value?.data instanceof Float32Array)) throw new TypeError(`expected float32, got ${value?.dtype}`);
  return value.data;
}
