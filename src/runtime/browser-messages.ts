/** @file What the page and the worker in which a detector runs say to each other: a call at a time, each with one answer. */
import type { TensorValue } from './engine.ts';

/** `wasm` is the CPU, in WebAssembly. */
export type WebDevice = 'webgpu' | 'wasm';

/** The values of a session's run, by name. */
export type Values = Readonly<Record<string, TensorValue>>;

/** The first call: ONNX Runtime is fetched and loads a model. */
export interface LoadCall {
  readonly kind: 'load';
  readonly device: WebDevice;
  /** Address of the module of onnxruntime-web, and of the WebAssembly it needs. */
  readonly module: string;
  readonly wasm: string;
  readonly threads: number;
  /** Bytes of an ONNX file. */
  readonly model: Uint8Array;
}

export interface RunCall {
  readonly kind: 'run';
  readonly feeds: Values;
  /** Names wanted; all by default. */
  readonly outputs?: readonly string[] | undefined;
}

export type Call = LoadCall | RunCall;

/** `engine` says that ONNX Runtime itself did not start, `work` that it refused the model or failed in a run. */
export type Answer =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'values'; readonly values: Values }
  | { readonly kind: 'failed'; readonly whose: 'engine' | 'work'; readonly reason: string };
