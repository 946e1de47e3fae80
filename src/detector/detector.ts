/**
 * @file A trained detector in use: `model.onnx` in an engine, and its metadata. The same in Node and the browser.
 *
 * @example
 * const detector = await Detector.fromBytes(engine, bytes, 'model.onnx');
 * const { class: name, score, verdict } = await detector.predict(image);
 * await detector.release();
 */
import {
  bytes as asBytes,
  engine as asEngine,
  list,
  optional,
  requireArgument,
  requireFields,
  text,
} from '../core/arguments.ts';
import { type ClassNumbers, classNumbers, numbersByClass } from '../core/class-numbers.ts';
import { CladError, firstLineOf } from '../core/errors.ts';
import { classGiven } from '../features/memory-bank/class-given.ts';
import { requireUsableSize } from '../image/limits.ts';
import { lookAt } from '../image/look.ts';
import { type RgbImage, requireOneSize, requireRgbImage } from '../image/rgb.ts';
import { type Engine, floats, type Session, type TensorValue } from '../runtime/engine.ts';
import { bitsOf, type ImageWarning } from './camera/camera.ts';
import { cameraWarnings } from './camera/camera-warnings.ts';
import { classInput, classTensor } from './class-input.ts';
import { readDetector } from './file-checksum.ts';
import { disagreement, indexOfClass } from './given-class.ts';
import type { DetectorMetadata } from './metadata.ts';
import {
  judged,
  type PredictionWithMap,
  type RawPrediction,
  type Recognised,
  withRegions,
} from './prediction.ts';
import { insideOutput, regionScoreOutput } from './roi/found-names.ts';
import { isChanged, namedResults, withOtherOffsets } from './roi/named-results.ts';
import { type RegionsByClass, regionsByClass } from './roi/roi-metadata.ts';
import { splitByRegion } from './thresholds/region-numbers.ts';
import { withSetThresholds } from './thresholds/set-thresholds.ts';

/** What is known of an image beside its pixels. */
export interface PredictOptions {
  /** Its class, where that is known: the image is measured by what is normal for this class, whatever it looks like. */
  readonly class?: string | undefined;
}

/** The same of several. */
export interface PredictAllOptions {
  /** The class of each image; undefined where the image itself decides. */
  readonly classes?: readonly (string | undefined)[] | undefined;
}

/** A detector file in an engine. Calls are answered one after another; `release` when done. */
export class Detector {
  readonly metadata: DetectorMetadata;
  /** Whether its checksum has shown that the file is whole; false for a file of before there were checksums. */
  readonly checked: boolean;
  readonly #session: Session;
  /** Whether a class given with an image says what is searched; where it does not, it decides on threshold and verdict alone. */
  readonly searchesByClass: boolean;
  readonly #device: string;
  /** Where images of a class are judged, by class; all of an image of a class that is not in it. */
  readonly regionsOfInterest: RegionsByClass;
  /** The same as the file's graph has them; others where thresholds of named regions were set by hand. */
  readonly #regionsOfFile: RegionsByClass;

  private constructor(
    session: Session,
    searchesByClass: boolean,
    { metadata, checked }: ReturnType<typeof readDetector>,
    device: string,
    regionsOfFile?: RegionsByClass,
  ) {
    this.#session = session;
    this.searchesByClass = searchesByClass;
    this.metadata = metadata;
    this.checked = checked;
    this.#device = device;
    this.regionsOfInterest = regionsByClass(metadata);
    this.#regionsOfFile = regionsOfFile ?? this.regionsOfInterest;
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
    // Not by slice, which of a Buffer gives a view.
    return Detector.#open(engine, bytes, name, () => new Uint8Array(bytes));
  }

  /**
   * As `fromBytes`, for bytes that nobody needs afterwards: they are changed, which spares a copy of them.
   * @internal
   */
  static fromOwnBytes(engine: Engine, bytes: Uint8Array, name: string): Promise<Detector> {
    return Detector.#open(engine, bytes, name, () => bytes);
  }

  /** @param changeable - gives the bytes to be changed */
  static async #open(
    engine: Engine,
    bytes: Uint8Array,
    name: string,
    changeable: () => Uint8Array,
  ): Promise<Detector> {
    const read = readDetector(bytes, name);
    let session: Session;
    let input: ReturnType<typeof classInput>;
    try {
      input = classInput(bytes);
      const model = input ? changeable() : bytes;
      if (input) model.set(input.bytes, input.at);
      session = await engine.load(model);
    } catch (error) {
      if (error instanceof CladError) throw error;
      const reason = `it cannot be read as ONNX (${firstLineOf(error)})`;
      throw new CladError('DETECTOR_INVALID', { path: name, reason }, { cause: error });
    }
    return new Detector(session, input !== undefined, read, engine.device);
  }

  /**
   * Predicts one image of any size.
   * @param name - names it in errors
   * @throws ARGUMENT_INVALID for what is no image; CLASS_GIVEN_UNKNOWN; IMAGE_TOO_LONG; ENGINE_FAILED where the engine cannot, e.g. for lack of memory, or says what is no number; IMAGE_BITS_OTHER for a 16-bit file that was
   *   decoded otherwise than the training images
   */
  async predict(image: RgbImage, name?: string, options: PredictOptions = {}): Promise<PredictionWithMap> {
    requireRgbImage('predict', 'image', image);
    requireFields('predict', 'options', options, { class: optional(text) });
    const [prediction] = await this.predictAll([image], name, { classes: [options.class] });
    return prediction as PredictionWithMap;
  }

  /**
   * Predicts a batch; each image has the numbers it has alone.
   * @param images - at least one, all of one size
   * @throws as `predict`
   */
  async predictAll(
    images: readonly RgbImage[],
    name?: string,
    options: PredictAllOptions = {},
  ): Promise<PredictionWithMap[]> {
    const raw = await this.predictRaw(images, name, options);
    return raw.map((each, index) => withRegions(this.metadata, each, images[index]!));
  }

  /**
   * As `predictAll`, the regions left out: the service looks for them in another thread, so that the engine goes on.
   * @internal
   */
  async predictRaw(
    images: readonly RgbImage[],
    name = 'an image',
    options: PredictAllOptions = {},
  ): Promise<RawPrediction[]> {
    requireOneSize('predictAll', 'images', images);
    if (images[0]) requireUsableSize(images[0], name);
    const given = this.#givenClasses(images.length, options);
    const failed = (reason: string, cause?: unknown) =>
      new CladError('ENGINE_FAILED', { image: name, device: this.#device, reason }, { cause });
    for (const image of images) this.#requireBits(image, name);
    const feeds = {
      image: imageTensor(images),
      ...(this.searchesByClass && { [classGiven]: classTensor(given) }),
    };
    const outputs = await this.#session.run(feeds).catch((error: unknown) => {
      throw error instanceof CladError ? error : failed(firstLineOf(error), error);
    });
    const { classes, geometry, thresholds } = this.metadata;
    const scores = floats(outputs.score);
    const maps = floats(outputs.anomaly_map);
    const allShares = floats(outputs.class_share);
    const insides = outputs[insideOutput]?.data;
    const ofRegions = outputs[regionScoreOutput];
    const pixels = geometry.width * geometry.height;
    return images.map((image, index) => {
      const shares = Array.from(allShares.subarray(index * classes.length, (index + 1) * classes.length));
      const scored = scores[index] as number;
      const regionScores = ofRegions && rowOf(ofRegions, index);
      // Compared with a threshold, what is no number would pass as normal.
      if (![scored, ...shares, ...(regionScores ?? [])].every(Number.isFinite))
        throw failed('its score is not a number');
      const about = (at: number): Recognised => ({ class: classes[at]!, classShare: shares[at]! });
      const recognised = about(shares.indexOf(Math.max(...shares)));
      const givenIndex = given[index];
      const taken = givenIndex === undefined ? recognised : about(givenIndex);
      const threshold = thresholds[taken.class];
      const ofMap = maps.slice(index * pixels, (index + 1) * pixels);
      const said = { score: scored, map: ofMap };
      const { score, map } = this.#withSetOffsets(taken.class, said, regionScores);
      const region = this.regionsOfInterest.get(taken.class);
      const inside =
        insides instanceof Uint8Array ? insides.slice(index * pixels, (index + 1) * pixels) : undefined;
      return {
        ...taken,
        classShares: Object.fromEntries(classes.map((name, at) => [name, shares[at]!])),
        recognised: givenIndex === undefined ? null : recognised,
        score,
        ...judged({ score, map }, threshold, this.insideOf({ class: taken.class, inside })),
        ...(regionScores &&
          region?.named && { namedRegions: namedResults(region, regionScores, threshold?.threshold) }),
        warnings: [...disagreement(taken, recognised), ...this.#warnings(image, taken.class)],
        map,
        ...(inside && { inside }),
      };
    });
  }

  /** Score and map by the thresholds of named regions that were set by hand; as the file says them where none was. */
  #withSetOffsets(
    name: string,
    said: Pick<RawPrediction, 'score' | 'map'>,
    scores: ArrayLike<number> | undefined,
  ): Pick<RawPrediction, 'score' | 'map'> {
    const [ofFile, wanted] = [this.#regionsOfFile.get(name), this.regionsOfInterest.get(name)];
    if (!scores || !ofFile || !wanted || !isChanged(ofFile, wanted)) return said;
    return withOtherOffsets(said, ofFile, wanted, scores);
  }

  /** The pixels of a prediction's map that count; undefined where all do. @internal */
  insideOf({
    class: name,
    inside,
  }: Pick<PredictionWithMap, 'class' | 'inside'>): { readonly pixels: Uint8Array } | undefined {
    return inside ? { pixels: inside } : this.regionsOfInterest.get(name);
  }

  /**
   * The same detector with thresholds set by hand, in the same engine: either may be released, once. Verdicts, regions and colours go by them.
   * @param set - `thresholds` by class, or of a named region by class/region; `checks`, second, lower ones
   * @throws OPTION_INVALID for a class or region that is not known, or a second threshold that is not below the first
   */
  withThresholds(set: { readonly thresholds?: ClassNumbers; readonly checks?: ClassNumbers }): Detector {
    requireFields('withThresholds', 'set', set, {
      thresholds: optional(classNumbers),
      checks: optional(classNumbers),
    });
    const { classes } = this.metadata;
    const { numbers, regions } = splitByRegion(set.thresholds, this.metadata, '--threshold');
    const metadata = {
      ...this.metadata,
      ...withSetThresholds(this.metadata, {
        thresholds: numbersByClass(numbers, classes, '--threshold'),
        regions,
        checks: numbersByClass(set.checks, classes, '--check-threshold'),
      }),
    };
    const read = { metadata, checked: this.checked };
    return new Detector(this.#session, this.searchesByClass, read, this.#device, this.#regionsOfFile);
  }

  /** Class index of each image; undefined where none is given. @throws ARGUMENT_INVALID, CLASS_GIVEN_UNKNOWN */
  #givenClasses(count: number, options: PredictAllOptions): (number | undefined)[] {
    const classes = {
      expected: `a class or undefined for each of ${count} images`,
      holds: (value: unknown) => list(optional(text)).holds(value) && (value as unknown[]).length === count,
    };
    requireFields('predictAll', 'options', options, { classes: optional(classes) });
    return Array.from({ length: count }, (_, index) => {
      const name = options.classes?.[index];
      return name === undefined ? undefined : indexOfClass(this.metadata.classes, name);
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

/** A row of a float32 matrix. */
function rowOf(matrix: TensorValue, row: number): Float32Array {
  const width = matrix.shape[1] ?? 0;
  return floats(matrix).slice(row * width, (row + 1) * width);
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
