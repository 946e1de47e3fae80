/**
 * @file ONNX Runtime in a browser (onnxruntime-web), on WebGPU or as WebAssembly on the CPU.
 *
 * The two are different builds of ONNX Runtime and only the one needed is fetched: 14 MB for WebAssembly, 27 MB with WebGPU.
 * Each session has a worker of its own (engine-worker.ts), which ends with it and gives all its memory back.
 */
import { CladError } from '../core/errors.ts';
import type { Engine, Session } from '../runtime/engine.ts';
import { WorkerClient } from '../runtime/worker/client.ts';
import type { EngineHandlers, SessionOrder, Values, WebDevice } from './engine-messages.ts';
import { browserWorker } from './page-port.ts';

export type { WebDevice } from './engine-messages.ts';

export interface WebEngineOptions {
  readonly device: WebDevice;
  /**
   * Threads of WebAssembly, at least 1. More than one needs a page that is cross-origin isolated (headers COOP and COEP);
   * elsewhere it is one.
   * @default the processor's, at most 8
   */
  readonly threads?: number;
  /**
   * Address of the folder with onnxruntime-web's files, ending in `/`. A relative one begins at the page.
   * @default where the bundler has put them
   */
  readonly wasmPaths?: string | URL;
}

/** More threads than this gain little on networks of this size. */
const mostThreads = 8;

/**
 * An engine in a browser; its `device` is `cpu` for WebAssembly. Nothing is fetched before a model is loaded.
 * @throws OPTION_INVALID, WEBGPU_UNAVAILABLE; `load` throws ENGINE_UNAVAILABLE when ONNX Runtime's files cannot be loaded
 */
export async function webEngine({
  device,
  threads = defaultThreads(),
  wasmPaths,
}: WebEngineOptions): Promise<Engine> {
  if (!Number.isInteger(threads) || threads < 1) {
    const expected = 'an integer of at least 1';
    throw new CladError('OPTION_INVALID', { option: 'threads', expected, actual: threads });
  }
  if (device === 'webgpu') {
    const reason = await whyNoWebGpu();
    if (reason !== undefined) throw new CladError('WEBGPU_UNAVAILABLE', { reason });
  }
  const usable = globalThis.crossOriginIsolated ? threads : 1;
  return {
    device: device === 'webgpu' ? 'webgpu' : 'cpu',
    threads: usable,
    async load(model) {
      const files = wasmPaths === undefined ? bundledFiles(device) : filesIn(wasmPaths, device);
      return loadSession({ device, ...files, threads: usable, model });
    },
  };
}

/**
 * Why WebGPU cannot be used here; undefined where it can.
 * @param software - whether an adapter that computes on the CPU will do, which is slower than WebAssembly
 */
export async function whyNoWebGpu(software = true): Promise<string | undefined> {
  // Absent from pages without HTTPS and from older browsers, whatever the types say.
  const gpu = (globalThis.navigator as Partial<Navigator> | undefined)?.gpu;
  if (!gpu) {
    return globalThis.isSecureContext
      ? 'this browser has no WebGPU'
      : 'browsers offer it only to pages from https:// or localhost';
  }
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (!adapter) return 'no graphics adapter was found';
  if (!software && adapter.info.isFallbackAdapter) return 'the graphics adapter is a software one';
  return undefined;
}

function defaultThreads(): number {
  return Math.min(mostThreads, globalThis.navigator?.hardwareConcurrency ?? 1);
}

interface RuntimeFiles {
  readonly module: string;
  readonly wasm: string;
}

/** Written out in full, since bundlers recognise only this form and put the file and its new address in its place. */
function bundledFiles(device: WebDevice): RuntimeFiles {
  if (device === 'webgpu') {
    return {
      module: new URL('onnxruntime-web/webgpu', import.meta.url).href,
      wasm: new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm', import.meta.url).href,
    };
  }
  return {
    module: new URL('onnxruntime-web/wasm', import.meta.url).href,
    wasm: new URL('onnxruntime-web/ort-wasm-simd-threaded.wasm', import.meta.url).href,
  };
}

function filesIn(folder: string | URL, device: WebDevice): RuntimeFiles {
  if (!URL.canParse(String(folder), globalThis.location?.href)) {
    const expected = 'the address of a folder';
    throw new CladError('OPTION_INVALID', { option: 'wasmPaths', expected, actual: String(folder) });
  }
  const base = new URL(folder, globalThis.location?.href);
  const at = (name: string) => new URL(name, base).href;
  return device === 'webgpu'
    ? { module: at('ort.webgpu.bundle.min.mjs'), wasm: at('ort-wasm-simd-threaded.asyncify.wasm') }
    : { module: at('ort.wasm.bundle.min.mjs'), wasm: at('ort-wasm-simd-threaded.wasm') };
}

/** @throws ENGINE_UNAVAILABLE, or an Error with what ONNX Runtime says of the model */
async function loadSession(order: SessionOrder): Promise<Session> {
  let death: string | undefined;
  const port = browserWorker(new Worker(new URL('./engine-worker.js', import.meta.url), { type: 'module' }));
  const worker = new WorkerClient<EngineHandlers>(port, {
    worker: "The detector's worker",
    remedy: 'Load the detector again.',
    onDeath: (reason) => {
      death = reason;
    },
  });
  try {
    await worker.call('load', order);
  } catch (error) {
    await worker.kill();
    throw death === undefined ? error : new CladError('ENGINE_UNAVAILABLE', { reason: death });
  }
  return sessionIn(worker, order.device);
}

function sessionIn(worker: WorkerClient<EngineHandlers>, device: WebDevice): Session {
  let released = false;
  const run = async (feeds: Values, outputs?: readonly string[]) => {
    try {
      return { ...(await worker.call('run', { feeds, outputs })) };
    } catch (error) {
      if (!released) throw error;
      const reason = 'the detector was released';
      throw new CladError('ENGINE_FAILED', { image: 'an image', device, reason });
    }
  };
  // One run after another, since a session of onnxruntime-web refuses a second one while one is under way.
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(feeds, outputs) {
      const turn = last.then(() => run(feeds, outputs));
      last = turn.catch(() => undefined);
      return turn;
    },
    async release() {
      released = true;
      await worker.kill();
    },
  };
}
