/**
 * @file ONNX Runtime in a browser (onnxruntime-web), on WebGPU or as WebAssembly on the CPU.
 *
 * The two are different builds of ONNX Runtime and only the one needed is fetched: 14 MB for WebAssembly, 27 MB with WebGPU.
 * Each session has a worker of its own (browser-worker.ts), which ends with it and gives all its memory back.
 */
import { CladError, firstLineOf } from '../core/errors.ts';
import type { Answer, Call, Values, WebDevice } from './browser-messages.ts';
import type { Engine, Session } from './engine.ts';

export type { WebDevice } from './browser-messages.ts';

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
      const channel = new Channel(device);
      const files = wasmPaths === undefined ? bundledFiles(device) : filesIn(wasmPaths, device);
      try {
        const answer = await channel.call({ kind: 'load', device, ...files, threads: usable, model });
        if (answer.kind !== 'loaded') throw new TypeError(`unexpected answer ${answer.kind}`);
        return sessionOver(channel);
      } catch (error) {
        channel.close();
        throw error;
      }
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

function sessionOver(channel: Channel): Session {
  return {
    async run(feeds, outputs): Promise<Record<string, Values[string]>> {
      const answer = await channel.call({ kind: 'run', feeds, outputs });
      if (answer.kind !== 'values') throw new TypeError(`unexpected answer ${answer.kind}`);
      return { ...answer.values };
    },
    async release() {
      channel.close();
    },
  };
}

type Settle = { readonly resolve: (answer: Answer) => void; readonly reject: (error: unknown) => void };

/** The worker, one call after another, since a session of onnxruntime-web refuses a second run while one is under way. */
class Channel {
  readonly #device: WebDevice;
  readonly #worker: Worker;
  #last: Promise<unknown> = Promise.resolve();
  #waiting: Settle | undefined;
  #closed: CladError | undefined;

  constructor(device: WebDevice) {
    this.#device = device;
    this.#worker = new Worker(new URL('./browser-worker.js', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#waiting?.resolve(data);
    this.#worker.onerror = (event) => {
      const reason = event.message || 'its worker cannot be started';
      this.#close(new CladError('ENGINE_UNAVAILABLE', { reason }));
    };
  }

  /** @throws ENGINE_UNAVAILABLE, ENGINE_FAILED, or an Error with what ONNX Runtime says of the model */
  call(call: Call): Promise<Answer> {
    const turn = this.#last.then(() => this.#send(call));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  close(): void {
    const device = this.#device;
    this.#close(
      new CladError('ENGINE_FAILED', { picture: 'a picture', device, reason: 'the detector was released' }),
    );
  }

  async #send(call: Call): Promise<Answer> {
    if (this.#closed) throw this.#closed;
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#worker.postMessage(call);
    });
    if (answer.kind !== 'failed') return answer;
    const reason = firstLineOf(answer.reason);
    if (answer.whose === 'engine') throw new CladError('ENGINE_UNAVAILABLE', { reason });
    if (call.kind === 'load') throw new Error(reason);
    throw new CladError('ENGINE_FAILED', { picture: 'a picture', device: this.#device, reason });
  }

  #close(reason: CladError): void {
    this.#closed ??= reason;
    this.#waiting?.reject(this.#closed);
    this.#worker.terminate();
  }
}
