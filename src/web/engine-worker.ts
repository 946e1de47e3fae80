/**
 * @file The worker in which a detector runs, so that a page stays responsive: ONNX Runtime with its models.
 *
 * ONNX Runtime is imported from an address and never bundled: its threads are workers that load the same module again, and a
 * module in which a bundler has mixed it with the page's own code cannot be loaded there.
 */
import type { Env, InferenceSession, Tensor } from 'onnxruntime-common';
import { CladError, firstLineOf, reasonOf } from '../core/errors.ts';
import { cpuNodes } from '../graph/cpu-node.ts';
import { runSession } from '../runtime/run-session.ts';
import { answerCalls } from '../runtime/worker/answer.ts';
import type { EngineHandlers, SessionOrder, WebDevice } from './engine-messages.ts';
import { browserWorkerSide } from './page-port.ts';

/** What a module of onnxruntime-web exports, as far as we use it. */
interface Runtime {
  readonly env: Env;
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
}

/** What was loaded, and on what. */
interface Loaded {
  readonly runtime: Runtime;
  readonly session: InferenceSession;
  readonly device: WebDevice;
}

const loaded: (Loaded | undefined)[] = [];

const handlers: EngineHandlers = {
  async load(order) {
    return { value: loaded.push(await load(order)) - 1 };
  },

  async run({ model, feeds, outputs, block }) {
    const found = loaded[model];
    if (!found) throw new Error('no such model was loaded');
    const { runtime, session, device } = found;
    try {
      const values = await runSession(session, runtime.Tensor, feeds, outputs);
      const buffers = Object.values(values).map(({ data }) => data.buffer as ArrayBuffer);
      return { value: { values, block }, transfer: [...buffers, block] };
    } catch (error) {
      throw new CladError('ENGINE_FAILED', { image: 'an image', device, reason: firstLineOf(error) });
    }
  },

  async release(model) {
    const found = loaded[model];
    loaded[model] = undefined;
    await found?.session.release();
    return { value: null };
  },
};

answerCalls(browserWorkerSide(), handlers);

async function load({ device, module, wasm, threads, model }: SessionOrder): Promise<Loaded> {
  let runtime: Runtime;
  try {
    runtime = (await import(/* @vite-ignore */ /* webpackIgnore: true */ module)) as Runtime;
  } catch (error) {
    throw new CladError('ENGINE_UNAVAILABLE', { reason: firstLineOf(error) });
  }
  // Exceptions say what went wrong; the console need not.
  runtime.env.logLevel = 'fatal';
  runtime.env.wasm.numThreads = threads;
  runtime.env.wasm.wasmPaths = { wasm };
  const settings: InferenceSession.SessionOptions = {
    executionProviders: [device === 'webgpu' ? { name: 'webgpu', forceCpuNodeNames: [...cpuNodes] } : 'wasm'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
  };
  try {
    return { runtime, device, session: await runtime.InferenceSession.create(model, settings) };
  } catch (error) {
    const reason = firstLineOf(error);
    // So it is said when the WebAssembly could not be fetched or started.
    if (reasonOf(error).includes('no available backend found'))
      throw new CladError('ENGINE_UNAVAILABLE', { reason });
    throw new Error(reason);
  }
}
