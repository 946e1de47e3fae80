/**
 * @file ONNX Runtime in a browser (onnxruntime-web), on WebGPU or as WebAssembly on the CPU.
 *
 * The two are different builds of ONNX Runtime and only the one needed is fetched: 14 MB for WebAssembly, 27 MB with WebGPU.
 * A session has a worker of its own (engine-worker.ts), which ends with it and gives all its memory back; or shares one with others.
 */
import { CladError } from '../core/errors.ts';
import type { Engine, Session } from '../runtime/engine.ts';
import { WorkerClient } from '../runtime/worker/client.ts';
import { carried } from './carried-values.ts';
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
export async function webEngine(options: WebEngineOptions): Promise<Engine> {
  return engineOf(await settingsOf(options), loadAlone);
}

/** An engine whose models share a worker: each is loaded sooner, but their memory comes back with the end alone. */
export interface SharedWebEngine extends Engine {
  /** Ends the worker, and with WebGPU the one beside it. */
  end(): Promise<void>;
}

/**
 * For work that loads one model after another, as teaching does: ONNX Runtime itself is started once. On WebGPU only models with a network for images are on
 * the card, and the others in a second worker in WebAssembly: products of doubles, which the build with WebGPU has not, and loops of small products, which
 * a card answers slowly.
 * @throws as `webEngine`
 */
export async function sharedWebEngine(options: WebEngineOptions): Promise<SharedWebEngine> {
  const settings = await settingsOf(options);
  const onProcessor =
    settings.device === 'wasm' ? settings : await settingsOf({ ...options, device: 'wasm' });
  const workers = new Map<WebDevice, RuntimeWorker>();
  const workerOn = (device: WebDevice): RuntimeWorker => {
    const worker = workers.get(device) ?? new RuntimeWorker(device);
    workers.set(device, worker);
    return worker;
  };
  const engine = engineOf(settings, ({ model }) => {
    const chosen = hasConvolution(model) ? settings : onProcessor;
    const worker = workerOn(chosen.device);
    return worker.load({ ...chosen, model }, (number) => worker.free(number));
  });
  return {
    ...engine,
    end: async () => void (await Promise.all([...workers.values()].map((each) => each.end()))),
  };
}

/** A node's `op_type` (field 4) of ONNX. */
const convolution = Uint8Array.of(0x22, 4, ...new TextEncoder().encode('Conv'));

/** Whether a model has a convolution; now and then a weight may look like one, and the device is then another, no more. */
function hasConvolution(model: Uint8Array): boolean {
  for (let at = model.indexOf(0x22); at >= 0; at = model.indexOf(0x22, at + 1))
    if (convolution.every((byte, index) => model[at + index] === byte)) return true;
  return false;
}

type Settings = Omit<SessionOrder, 'model'>;

async function settingsOf({
  device,
  threads = defaultThreads(),
  wasmPaths,
}: WebEngineOptions): Promise<Settings> {
  if (!Number.isInteger(threads) || threads < 1) {
    const expected = 'an integer of at least 1';
    throw new CladError('OPTION_INVALID', { option: 'threads', expected, actual: threads });
  }
  if (device === 'webgpu') {
    const reason = await whyNoWebGpu();
    if (reason !== undefined) throw new CladError('WEBGPU_UNAVAILABLE', { reason });
  }
  const usable = globalThis.crossOriginIsolated ? threads : 1;
  const files = wasmPaths === undefined ? bundledFiles(device) : filesIn(wasmPaths, device);
  return { device, ...files, threads: usable };
}

function engineOf(settings: Settings, load: (order: SessionOrder) => Promise<Session>): Engine {
  const { device, threads } = settings;
  return {
    device: device === 'webgpu' ? 'webgpu' : 'cpu',
    threads,
    load: async (model) => load({ ...settings, model }),
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

/** Why WebAssembly computes with one thread here, without a full stop; undefined where it may use several. */
export function whyOneThread(): string | undefined {
  if (!globalThis.crossOriginIsolated)
    return 'the page is not cross-origin isolated (its server does not send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp)';
  return defaultThreads() > 1 ? undefined : 'the processor has one';
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

/** A worker with ONNX Runtime, and the models that it has loaded. */
class RuntimeWorker {
  readonly #device: WebDevice;
  readonly #client: WorkerClient<EngineHandlers>;
  #death: string | undefined;
  /** One call after another: a session of onnxruntime-web refuses a second run while one is under way. */
  #last: Promise<unknown> = Promise.resolve();
  /** What the values of a run lie in when they are sent. */
  #block = new ArrayBuffer(0);

  constructor(device: WebDevice) {
    this.#device = device;
    const port = browserWorker(
      new Worker(new URL('./engine-worker.js', import.meta.url), { type: 'module' }),
    );
    this.#client = new WorkerClient<EngineHandlers>(port, {
      worker: "The detector's worker",
      remedy: 'Load the detector again.',
      onDeath: (reason) => {
        this.#death = reason;
      },
    });
  }

  /**
   * @param release - ends the session
   * @throws ENGINE_UNAVAILABLE, or an Error with what ONNX Runtime says of the model
   */
  async load(order: SessionOrder, release: (model: number) => Promise<unknown>): Promise<Session> {
    const model = await this.#inTurn(() => this.#client.call('load', order)).catch((error: unknown) => {
      throw this.#death === undefined ? error : new CladError('ENGINE_UNAVAILABLE', { reason: this.#death });
    });
    let released = false;
    return {
      run: async (feeds, outputs) => {
        try {
          return { ...(await this.#inTurn(() => this.#run(model, feeds, outputs))) };
        } catch (error) {
          if (!released) throw error;
          const reason = 'the detector was released';
          throw new CladError('ENGINE_FAILED', { image: 'an image', device: this.#device, reason });
        }
      },
      release: async () => {
        if (released) return;
        released = true;
        await release(model);
      },
    };
  }

  free(model: number): Promise<unknown> {
    return this.#inTurn(() => this.#client.call('release', model));
  }

  end(): Promise<void> {
    return this.#client.kill();
  }

  async #run(model: number, feeds: Values, outputs: readonly string[] | undefined): Promise<Values> {
    const { values, block } = carried(feeds, this.#block);
    // Until the answer brings it back there is none; a run that fails brings none.
    this.#block = new ArrayBuffer(0);
    const answer = await this.#client.call('run', { model, feeds: values, outputs, block }, [block]);
    this.#block = answer.block;
    return answer.values;
  }

  #inTurn<T>(call: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(call);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** In a worker of its own, which ends with it. */
async function loadAlone(order: SessionOrder): Promise<Session> {
  const worker = new RuntimeWorker(order.device);
  try {
    return await worker.load(order, () => worker.end());
  } catch (error) {
    await worker.end();
    throw error;
  }
}
