/**
 * @file The worker in which a detector runs, so that a page stays responsive: ONNX Runtime with one model.
 *
 * ONNX Runtime is imported from an address and never bundled: its threads are workers that load the same module again, and a
 * module in which a bundler has mixed it with the page's own code cannot be loaded there.
 */
import type { Env, InferenceSession, Tensor } from 'onnxruntime-common';
import { reasonOf } from '../core/errors.ts';
import { cpuNode } from '../graph/cpu-node.ts';
import type { Answer, Call, LoadCall, RunCall } from './browser-messages.ts';
import { runSession } from './run-session.ts';

/** What a module of onnxruntime-web exports, as far as we use it. */
interface Runtime {
  readonly env: Env;
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
}

/** The worker's side of the channel; the DOM's types know only the page's. */
interface WorkerScope {
  onmessage: (event: MessageEvent<Call>) => void;
  postMessage(answer: Answer, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;
let loaded: { readonly runtime: Runtime; readonly session: InferenceSession } | undefined;

scope.onmessage = async ({ data: call }) => {
  const answer = await (call.kind === 'load' ? load(call) : run(call));
  const buffers = answer.kind === 'values' ? Object.values(answer.values).map(({ data }) => data.buffer) : [];
  scope.postMessage(answer, buffers);
};

async function load({ device, module, wasm, threads, model }: LoadCall): Promise<Answer> {
  let runtime: Runtime;
  try {
    runtime = (await import(/* @vite-ignore */ /* webpackIgnore: true */ module)) as Runtime;
  } catch (error) {
    return { kind: 'failed', whose: 'engine', reason: reasonOf(error) };
  }
  // Exceptions say what went wrong; the console need not.
  runtime.env.logLevel = 'fatal';
  runtime.env.wasm.numThreads = threads;
  runtime.env.wasm.wasmPaths = { wasm };
  const settings: InferenceSession.SessionOptions = {
    executionProviders: [device === 'webgpu' ? { name: 'webgpu', forceCpuNodeNames: [cpuNode] } : 'wasm'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
  };
  try {
    loaded = { runtime, session: await runtime.InferenceSession.create(model, settings) };
    return { kind: 'loaded' };
  } catch (error) {
    const reason = reasonOf(error);
    // So it is said when the WebAssembly could not be fetched or started.
    const whose = reason.includes('no available backend found') ? 'engine' : 'work';
    return { kind: 'failed', whose, reason };
  }
}

async function run({ feeds, outputs }: RunCall): Promise<Answer> {
  if (!loaded) return { kind: 'failed', whose: 'work', reason: 'no model was loaded' };
  const { runtime, session } = loaded;
  try {
    return { kind: 'values', values: await runSession(session, runtime.Tensor, feeds, outputs) };
  } catch (error) {
    return { kind: 'failed', whose: 'work', reason: reasonOf(error) };
  }
}
