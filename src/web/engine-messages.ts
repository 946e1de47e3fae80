/** @file What a page may ask of the worker in which a detector runs: to load models, one or several, and to run them. */
import type { TensorValue } from '../runtime/engine.ts';
import type { Prepared } from '../runtime/worker/protocol.ts';

/** `wasm` is the CPU, in WebAssembly. */
export type WebDevice = 'webgpu' | 'wasm';

/** The values of a session's run, by name. */
export type Values = Readonly<Record<string, TensorValue>>;

/** Which model ONNX Runtime shall load, and where it is fetched from itself. */
export interface SessionOrder {
  readonly device: WebDevice;
  /** Address of the module of onnxruntime-web, and of the WebAssembly it needs. */
  readonly module: string;
  readonly wasm: string;
  readonly threads: number;
  /** Bytes of an ONNX file. */
  readonly model: Uint8Array;
}

export interface RunOrder {
  /** Number of the model, from `load`. */
  readonly model: number;
  readonly feeds: Values;
  /** Names wanted; all by default. */
  readonly outputs?: readonly string[] | undefined;
  /** What the feeds lie in; it goes back with the answer. */
  readonly block: ArrayBuffer;
}

export interface RunAnswer {
  readonly values: Values;
  readonly block: ArrayBuffer;
}

export type EngineHandlers = {
  /** The model's number. @throws ENGINE_UNAVAILABLE when ONNX Runtime itself does not start; an Error when it refuses the model */
  load(order: SessionOrder): Promise<Prepared<number>>;
  /** @throws ENGINE_FAILED */
  run(order: RunOrder): Promise<Prepared<RunAnswer>>;
  /** Frees what a model takes, of which the next one may make use; WebAssembly's memory gets no smaller. */
  release(model: number): Promise<Prepared<null>>;
};
