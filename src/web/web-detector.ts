/**
 * @file A detector in a web page: `model.onnx` from an address or a file, images from wherever a page has them, the same
 * results as in Node.
 */
import { anything, callback, oneOf, optional, requireFields, signal } from '../core/arguments.ts';
import { reasonOf } from '../core/errors.ts';
import { Detector, type PredictOptions } from '../detector/detector.ts';
import type { DetectorMetadata } from '../detector/metadata.ts';
import type { PredictionWithMap } from '../detector/prediction.ts';
import type { RgbImage } from '../image/rgb.ts';
import { address } from './address.ts';
import { type ImageSource, toRgbImage } from './decode-in-page.ts';
import { type DetectorSource, type DownloadProgress, fetchedBytes } from './fetch-detector.ts';
import { type WebDevice, webEngine, whyNoWebGpu } from './web-engine.ts';

export interface LoadDetectorOptions {
  /**
   * `auto` takes WebGPU where the browser has it on a graphics card and the detector runs on it, WebAssembly otherwise.
   * @default 'auto'
   */
  readonly device?: 'auto' | WebDevice;
  /**
   * Threads of WebAssembly; one unless the page is cross-origin isolated.
   * @default the processor's, at most 8
   */
  readonly threads?: number;
  /**
   * Address of the folder with onnxruntime-web's files, ending in `/`.
   * @default where the bundler has put them
   */
  readonly wasmPaths?: string | URL;
  /** Told of the download of a detector from an address. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Ends the download. */
  readonly signal?: AbortSignal;
}

const loadOptions = {
  device: optional(oneOf(['auto', 'webgpu', 'wasm'])),
  // Checked where it is used.
  threads: anything,
  wasmPaths: optional(address),
  onProgress: optional(callback),
  signal: optional(signal),
};

/** A detector in a worker of its own; made by `loadDetector`. */
export class WebDetector {
  /** Classes, thresholds, and how the detector was made. */
  readonly metadata: DetectorMetadata;
  readonly device: WebDevice;
  /** Threads of WebAssembly. */
  readonly threads: number;
  /** With `device: 'auto'`, why it is not WebGPU; undefined where it is, or was not asked for. */
  readonly whyNotWebGpu: string | undefined;
  readonly #detector: Detector;

  /** @internal Use `loadDetector`. */
  constructor(detector: Detector, device: WebDevice, threads: number, whyNotWebGpu?: string) {
    this.metadata = detector.metadata;
    this.device = device;
    this.threads = threads;
    this.whyNotWebGpu = whyNotWebGpu;
    this.#detector = detector;
  }

  /**
   * Predicts an image. Calls that overlap are answered one after another.
   * @param options - `class`: of the image, where it is known
   * @throws IMAGE_INVALID, CLASS_GIVEN_UNKNOWN, ENGINE_FAILED
   */
  async predict(source: ImageSource, options: PredictOptions = {}): Promise<PredictionWithMap> {
    return this.#detector.predict(await toRgbImage(source), undefined, options);
  }

  /** Ends the worker and frees its memory. */
  release(): Promise<void> {
    return this.#detector.release();
  }
}

/**
 * Loads a detector.
 * @throws FETCH_FAILED, DETECTOR_INVALID, OPTION_INVALID, ENGINE_UNAVAILABLE; WEBGPU_UNAVAILABLE and ENGINE_FAILED with `device: 'webgpu'`
 */
export async function loadDetector(
  source: DetectorSource,
  options: LoadDetectorOptions = {},
): Promise<WebDetector> {
  requireFields('loadDetector', 'options', options, loadOptions);
  const { device = 'auto', threads, wasmPaths, onProgress, signal } = options;
  const { bytes, name } = await fetchedBytes(source, onProgress, signal);
  const open = async (chosen: WebDevice, whyNotWebGpu?: string) => {
    const engine = await webEngine({ device: chosen, threads, wasmPaths });
    const detector = await Detector.fromBytes(engine, bytes, name);
    if (chosen === 'webgpu') await tryOut(detector);
    return new WebDetector(detector, chosen, engine.threads, whyNotWebGpu);
  };
  if (device !== 'auto') return open(device);
  let reason = await whyNoWebGpu(false);
  if (reason === undefined) {
    try {
      return await open('webgpu');
    } catch (error) {
      // A file that is no detector is none on the CPU either, and says so there.
      reason = reasonOf(error);
    }
  }
  return open('wasm', reason);
}

/** Only a run shows whether a graphics card and its driver can do everything; it also compiles their programs. */
async function tryOut(detector: Detector): Promise<void> {
  const { width, height } = detector.metadata.geometry;
  const grey: RgbImage = { width, height, data: new Uint8Array(width * height * 3).fill(128) };
  try {
    await detector.predict(grey);
  } catch (error) {
    await detector.release();
    throw error;
  }
}
