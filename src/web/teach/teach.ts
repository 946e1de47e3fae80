/**
 * @file Teaching in the page: from pictures of good parts to a detector, without a server. The detector is the `model.onnx` that `clad train --preset instant`
 * makes of the same pictures, and every other part of clad takes it.
 */
import {
  callback,
  list,
  number,
  oneOf,
  optional,
  requireFields,
  signal as signalKind,
  text,
  wholeFrom,
} from '../../core/arguments.ts';
import { CladError } from '../../core/errors.ts';
import type { ProgressEvent } from '../../core/progress.ts';
import { WholeWork } from '../../core/whole-work.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { absoluteAddress, address } from '../address.ts';
import type { WebDevice } from '../engine-messages.ts';
import { whyNoWebGpu, whyOneThread } from '../web-engine.ts';
import { inTeachWorker } from './in-teach-worker.ts';
import { memoryReason } from './memory.ts';
import { picturedProducts, type TaughtProduct } from './products.ts';
import type { OddPicture, TeachNews, TeachOrder } from './teach-messages.ts';

/** How far teaching is. */
export interface TeachProgress {
  /** What is being done, e.g. `patch features`. */
  readonly task: string;
  /** Units of the task done so far, 0 .. total. */
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  /** Number of the task, from 1, and of how many; undefined for one that was not expected. */
  readonly step?: number | undefined;
  readonly steps?: number | undefined;
  /** Seconds left of the whole, about; undefined in the first seconds, as long as nothing says how fast this device is. */
  readonly secondsLeft?: number | undefined;
}

export interface TeachOptions {
  /**
   * `auto` takes WebGPU where the browser has it on a graphics card, and WebAssembly where it has not or the card fails.
   * @default 'auto'
   */
  readonly device?: 'auto' | WebDevice;
  /**
   * Threads of WebAssembly; one unless the page is cross-origin isolated (`whyOneThread`).
   * @default the processor's, at most 8
   */
  readonly threads?: number;
  /** Address of the folder with onnxruntime-web's files, ending in `/`. @default where the bundler has put them */
  readonly wasmPaths?: string | URL;
  /** Address of the built-in backbone's weights, `builtin-backbone.safetensors`. @default where the bundler has put them */
  readonly weights?: string | URL;
  /** Options of the training that differ from the preset `instant`, as `clad train --set` has them, e.g. `features.inputSize=256`. */
  readonly settings?: readonly string[];
  /** Bytes that teaching may take, about. More pictures than fit are refused before anything is learnt. @default 2e9 */
  readonly memoryLimit?: number;
  /** Told how far it is, many times a second. */
  readonly onProgress?: (progress: TeachProgress) => void;
  /** Told what a person should know of it, a sentence at a time. */
  readonly onNote?: (sentence: string) => void;
  /** Ends it at once. */
  readonly signal?: AbortSignal;
}

/** What was taught. */
export interface Taught {
  /** The file `model.onnx`: for `loadDetector`, a download, or any command of clad. */
  readonly model: Blob;
  /** Classes, thresholds, and how it was made. */
  readonly metadata: DetectorMetadata;
  /** Pictures that may show no good part of their product, the surest first: to be looked at, taken out, and taught again. */
  readonly odd: readonly OddPicture[];
  readonly device: WebDevice;
  readonly threads: number;
  readonly seconds: number;
}

const fields = {
  device: optional(oneOf(['auto', 'webgpu', 'wasm'])),
  threads: optional(wholeFrom(1)),
  wasmPaths: optional(address),
  weights: optional(address),
  settings: optional(list(text)),
  memoryLimit: optional(number),
  onProgress: optional(callback),
  onNote: optional(callback),
  signal: optional(signalKind),
};

/**
 * Teaches a detector from pictures of good parts.
 * @param products - each with a name and at least five different pictures, 20 or more teach well: files, camera frames, canvases, whatever `predict` takes
 * @throws TEACH_TOO_FEW, TEACH_ONE_COLOUR, TEACH_BROKEN, TEACH_TWO_PRODUCTS, TEACH_NAME, IMAGE_INVALID: the pictures;
 *   TEACH_TOO_MANY, TEACH_MEMORY: the device; TEACH_UNAVAILABLE, ENGINE_UNAVAILABLE, FETCH_FAILED, WEBGPU_UNAVAILABLE: the page;
 *   TEACH_CANCELLED once the signal is aborted; ARGUMENT_INVALID, OPTION_INVALID, OPTION_UNKNOWN
 * @example
 * const { model } = await teach([{ name: 'bolt', pictures: input.files }], {
 *   onProgress: ({ task, secondsLeft }) => (status.textContent = `${task}, ${secondsLeft?.toFixed() ?? '?'} s left`),
 * });
 * const detector = await loadDetector(model);
 */
export async function teach(products: readonly TaughtProduct[], options: TeachOptions = {}): Promise<Taught> {
  requireFields('teach', 'options', options, fields);
  const started = performance.now();
  const { device = 'auto', threads, wasmPaths, weights, settings = [], memoryLimit = 2e9 } = options;
  const { onProgress, onNote, signal } = options;
  const whole = new WholeWork();
  let task = 'reading pictures';
  const stopped = () => new CladError('TEACH_CANCELLED', { where: task });
  const progressed = (event: ProgressEvent) => {
    task = event.task;
    const state = whole.observe(event, performance.now());
    onProgress?.({ ...event, step: state?.step, steps: state?.steps, secondsLeft: state?.left });
  };
  requireSecure();
  const pictures = await picturedProducts(products, (done, total) => {
    if (signal?.aborted) throw stopped();
    progressed({ task, done, total, unit: 'images' });
  });
  if (signal?.aborted) throw stopped();
  const oneThread = whyOneThread();
  if (oneThread !== undefined) onNote?.(`WebAssembly computes with one thread: ${oneThread}.`);
  const order: TeachOrder = {
    products: pictures,
    devices: await devicesFor(device),
    threads,
    wasmPaths: absoluteAddress(wasmPaths),
    weights: absoluteAddress(weights),
    settings,
    memoryLimit,
  };
  const hear = (news: TeachNews) => {
    if ('tasks' in news) whole.expect(news.tasks);
    else if ('note' in news) onNote?.(news.note);
    else progressed(news.progress);
  };
  try {
    const { file, metadata, odd, ...used } = await inTeachWorker('teach', order, { hear, signal, stopped });
    const model = new Blob([file as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' });
    return { model, metadata, odd, ...used, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    const reason =
      error instanceof CladError && error.code === 'WORKER_DIED' ? memoryReason(error) : undefined;
    if (reason === undefined) throw error;
    throw new CladError('TEACH_MEMORY', { where: task, reason }, { cause: error });
  }
}

/** Hashes are the browser's, which has them for such pages alone. */
function requireSecure(): void {
  if (globalThis.crypto?.subtle) return;
  const reason = 'browsers have what it needs for pages from https:// or localhost alone';
  throw new CladError('TEACH_UNAVAILABLE', { reason, remedy: 'Serve the page from there.' });
}

/** In the order in which they are tried. @throws WEBGPU_UNAVAILABLE where it was asked for */
async function devicesFor(asked: 'auto' | WebDevice): Promise<WebDevice[]> {
  if (asked === 'auto') return (await whyNoWebGpu(false)) === undefined ? ['webgpu', 'wasm'] : ['wasm'];
  const reason = asked === 'webgpu' ? await whyNoWebGpu() : undefined;
  if (reason !== undefined) throw new CladError('WEBGPU_UNAVAILABLE', { reason });
  return [asked];
}
