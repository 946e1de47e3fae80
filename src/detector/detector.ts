/**
 * @file A trained detector in use: `model.onnx` in an engine, and its metadata. The same in Node and the browser.
 *
 * @example
 * const detector = await Detector.fromBytes(engine, bytes, 'model.onnx');
 * const { class: name, score, verdict } = await detector.predict(image);
 * await detector.release();
 */
import { bytes as asBytes, engine as asEngine, requireArgument, text } from '../core/arguments.ts';
import { CladError, firstLineOf } from '../core/errors.ts';
import { requireUsableSize } from '../image/limits.ts';
import { lookAt } from '../image/look.ts';
import { type RgbImage, requireOneSize, requireRgbImage } from '../image/rgb.ts';
import { type Engine, floats, type Session, type TensorValue } from '../runtime/engine.ts';
import { bitsOf, type ImageWarning } from './camera/camera.ts';
import { cameraWarnings } from './camera/camera-warnings.ts';
import { readDetector } from './file-checksum.ts';
import type { DetectorMetadata } from './metadata.ts';
import { type PredictionWithMap, type RawPrediction, verdictOf, withRegions } from './prediction.ts';

/** A detector file in an engine. Calls are answered one after another; `release` when done. */
export class Detector {
  readonly metadata: DetectorMetadata;
  /** Whether its checksum has shown that the file is whole; false for a file of before there were checksums. */
  readonly checked: boolean;
  readonly #session: Session;
  readonly #device: string;

  private constructor(
    session: Session,
    { metadata, checked }: ReturnType<typeof readDetector>,
    device: string,
  ) {
    this.#session = session;
    this.metadata = metadata;
    this.checked = checked;
    this.#device = device;
  }

  /**
   * Opens a detector from the bytes of its file; `openDetector` reads one from disk.
   * @param name - names it in errors
   * @throws DETECTOR_INVALID when it is no detector or damaged
   */
  static async fromBytes(engine: Engine, bytes: Uint8Array, name: string): Promise<Detector> {
    requireArgument('Detector.fromBytes', 'engine', engine, asEngine);
    requireArgument('Detector.fromBytes', 'bytes', bytes, asBytes);
    requireArgument('Detector.fromBytes', 'name', name, text);
    const read = readDetector(bytes, name);
    let session: Session;
    try {
      session = await engine.load(bytes);
    } catch (error) {
      if (error instanceof CladError) throw error;
      const reason = `it cannot be read as ONNX (${firstLineOf(error)})`;
      throw new CladError('DETECTOR_INVALID', { path: name, reason }, { cause: error });
    }
    return new Detector(session, read, engine.device);
  }

  /**
   * Predicts one image of any size.
   * @param name - names it in errors
   * @throws ARGUMENT_INVALID for what is no image; IMAGE_TOO_LONG; ENGINE_FAILED where the engine cannot, e.g. for lack of memory, or says what is no number; IMAGE_BITS_OTHER for a 16-bit file that was
   *   decoded otherwise than the training images
   */
  async predict(image: RgbImage, name?: string): Promise<PredictionWithMap> {
    requireRgbImage('predict', 'image', image);
    const [prediction] = await this.predictAll([image], name);
    return prediction as PredictionWithMap;
  }

  /**
   * Predicts a batch; each image has the numbers it has alone.
   * @param images - at least one, all of one size
   * @throws as `predict`
   */
  async predictAll(images: readonly RgbImage[], name?: string): Promise<PredictionWithMap[]> {
    const raw = await this.predictRaw(images, name);
    return raw.map((each, index) => withRegions(this.metadata, each, images[index]!));
  }

  /**
   * As `predictAll`, the regions left out: the service looks for them in another thread, so that the engine goes on.
   * @internal
   */
  async predictRaw(images: readonly RgbImage[], name = 'an image'): Promise<RawPrediction[]> {
    requireOneSize('predictAll', 'images', images);
    if (images[0]) requireUsableSize(images[0], name);
    const failed = (reason: string, cause?: unknown) =>
      new CladError('ENGINE_FAILED', { picture: name, device: this.#device, reason }, { cause });
    for (const image of images) this.#requireBits(image, name);
    const outputs = await this.#session.run({ image: imageTensor(images) }).catch((error: unknown) => {
      throw error instanceof CladError ? error : failed(firstLineOf(error), error);
    });
    const { classes, geometry, thresholds } = this.metadata;
    const scores = floats(outputs.score);
    const maps = floats(outputs.anomaly_map);
    const allShares = floats(outputs.class_share);
    const pixels = geometry.width * geometry.height;
    return images.map((image, index) => {
      const shares = Array.from(allShares.subarray(index * classes.length, (index + 1) * classes.length));
      const score = scores[index] as number;
      // Compared with a threshold, what is no number would pass as normal.
      if (![score, ...shares].every(Number.isFinite)) throw failed('its score is not a number');
      const best = shares.indexOf(Math.max(...shares));
      const className = classes[best] as string;
      const threshold = thresholds[className]?.threshold ?? null;
      return {
        class: className,
        classShare: shares[best] as number,
        classShares: Object.fromEntries(classes.map((name, at) => [name, shares[at]!])),
        score,
        threshold,
        verdict: verdictOf(score, threshold),
        warnings: this.#warnings(image, className),
        map: maps.slice(index * pixels, (index + 1) * pixels),
      };
    });
  }

  #warnings(image: RgbImage, className: string): ImageWarning[] {
    const { camera } = this.metadata;
    const profile = camera?.classes[className];
    return profile ? cameraWarnings(profile, { look: lookAt(image), source: image.source }, camera.bits) : [];
  }

  #requireBits({ source }: RgbImage, name: string): void {
    const bits = bitsOf(this.metadata);
    if (source === undefined || source.depth === 8 || source.bits === bits) return;
    const values = { path: name, actual: source.bits, bits, divisor: 2 ** (bits - 8) };
    throw new CladError('IMAGE_BITS_OTHER', values);
  }

  /** Frees the engine's memory. */
  release(): Promise<void> {
    return this.#session.release();
  }
}

/**
 * Images as the detector's input.
 * @param images - at least one, all of one size
 * @returns uint8 [N, H, W, 3]
 */
export function imageTensor(images: readonly RgbImage[]): TensorValue {
  const [first] = images as readonly [RgbImage, ...RgbImage[]];
  const { width, height } = first;
  const shape = [images.length, height, width, 3];
  const bytes = width * height * 3;
  // One is passed on as it is: large images are not held twice.
  if (images.length === 1 && first.data.buffer.byteLength === bytes)
    return { dtype: 'uint8', shape, data: first.data };
  const data = new Uint8Array(images.length * bytes);
  images.forEach((image, index) => {
    data.set(image.data, index * bytes);
  });
  return { dtype: 'uint8', shape, data };
}
