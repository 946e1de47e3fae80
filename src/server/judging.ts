/**
 * @file From the bytes of images to judgements: accepted up to a number, decoded as far as memory allows, judged in batches. All that
 * computes does so in other threads.
 *
 *   accept (maxQueue) -> header -> pixels' budget -> decode -> batch -> engine -> regions, heat map
 */
import { CladError } from '../core/errors.ts';
import { bitsOf } from '../detector/camera.ts';
import type { Prediction } from '../detector/detector.ts';
import type { Judgement } from '../detector/judgement.ts';
import type { DetectorMetadata } from '../detector/metadata.ts';
import { imageSize } from '../image/decode.ts';
import type { RgbImage } from '../image/rgb.ts';
import { Batcher } from './batcher.ts';
import { Budget } from './budget.ts';
import type { HostedDetector, Loaded } from './hosted-detector.ts';
import type { ServiceMetrics } from './metrics.ts';
import type { ServeOptions } from './options.ts';
import type { PictureThreads } from './pictures.ts';

/** An image as it was sent. */
export interface SentImage {
  /** As the client calls it; only ever given back. */
  readonly file: string | null;
  readonly bytes: Uint8Array;
}

/** An image judged. */
export interface Judged {
  readonly file: string | null;
  readonly judgement: Judgement;
  /** The heat map as PNG, where it was asked for. */
  readonly map: Uint8Array | undefined;
}

/** An image that could not be judged, because of itself. */
export interface NotJudged {
  readonly file: string | null;
  readonly error: CladError;
}

/** What the engine says of an image, and its pixels again. */
export interface Outcome {
  readonly prediction: Prediction;
  readonly image: RgbImage;
}

type JudgingOptions = Pick<ServeOptions, 'maxBatch' | 'maxDelay' | 'maxQueue' | 'maxPixels' | 'timeout'>;

/** Decoded images in memory have at most so many times `maxPixels` together. */
const pixelBudget = 2;

export class Judging {
  readonly #options: JudgingOptions;
  readonly #pictures: PictureThreads;
  readonly #places: Budget;
  readonly #pixels: Budget;
  readonly #batcher: Batcher<Loaded, RgbImage, Outcome>;
  readonly #metrics: ServiceMetrics;
  /** Running mean of the engine's time on an image, seconds. */
  #pace = 0;

  constructor(options: JudgingOptions, pictures: PictureThreads, metrics: ServiceMetrics) {
    this.#options = options;
    this.#pictures = pictures;
    this.#metrics = metrics;
    this.#places = new Budget(options.maxQueue);
    this.#pixels = new Budget(pixelBudget * options.maxPixels);
    this.#batcher = new Batcher({
      maxBatch: options.maxBatch,
      maxDelay: options.maxDelay,
      run: async (loaded, images) => {
        const outcome = await loaded.run(images);
        return outcome.predictions.map((prediction, at) => ({ prediction, image: outcome.images[at]! }));
      },
      onBatch: (size, milliseconds) => {
        const each = milliseconds / size / 1000;
        this.#pace = this.#pace === 0 ? each : 0.9 * this.#pace + 0.1 * each;
        metrics.batch(size, milliseconds);
      },
    });
  }

  /** Images accepted and not finished. */
  get inFlight(): number {
    return this.#options.maxQueue - this.#places.free;
  }

  /** Images decoded that wait for the engine. */
  get waiting(): number {
    return this.#batcher.waiting;
  }

  /** Whole seconds after which it is worth asking again. */
  get retryAfter(): number {
    return Math.max(1, Math.ceil(this.inFlight * this.#pace));
  }

  /** @throws QUEUE_FULL when not even one image would be accepted */
  requirePlace(): void {
    if (this.#places.free < 1) throw this.#full();
  }

  /**
   * Judges images; one that is broken does not stop the others.
   * @param heat - with heat maps
   * @param signal - its reason ends the wait; work under way goes on and keeps its place until it is done
   * @throws QUEUE_FULL, WORKER_DIED, DETECTOR_UNAVAILABLE, the signal's reason
   */
  async judge(
    detector: HostedDetector,
    images: readonly SentImage[],
    heat: boolean,
    signal: AbortSignal,
  ): Promise<(Judged | NotJudged)[]> {
    const one = async (loaded: Loaded, { file, bytes }: SentImage, arrived: () => void) => {
      try {
        const judged = await this.#judgeOne(loaded, { file, bytes }, heat, signal, arrived);
        this.#metrics.judged(detector.source, judged.judgement);
        return judged;
      } catch (error) {
        if (!(error instanceof CladError) || !aboutImage.has(error.code)) throw error;
        this.#metrics.failed(detector.source, error.code);
        return { file, error };
      }
    };
    return (await this.#accepted(detector, images, one)).results;
  }

  /**
   * The engine's own answers for decoded images, and what the file that gave them says of itself.
   * @throws as `judge`
   */
  async infer(
    detector: HostedDetector,
    images: readonly RgbImage[],
    signal: AbortSignal,
  ): Promise<{ readonly metadata: DetectorMetadata; readonly predictions: readonly Prediction[] }> {
    const { loaded, results } = await this.#accepted(detector, images, async (loaded, image, arrived) => {
      const giveBack = await this.#pixels.take(image.width * image.height, signal);
      try {
        const { prediction } = await this.#batched(loaded, image, signal, arrived);
        const { className, score, threshold = null, verdict = null, classProbability, warnings } = prediction;
        this.#metrics.judged(detector.source, {
          class: className,
          classProbability,
          score,
          threshold,
          verdict,
          warnings,
        });
        return prediction;
      } finally {
        giveBack();
      }
    });
    return { metadata: loaded.metadata, predictions: results };
  }

  /** Works on all items at once and ends when the last has ended, so that places are given back when they are free indeed. */
  async #accepted<T, R>(
    detector: HostedDetector,
    items: readonly T[],
    work: (loaded: Loaded, item: T, arrived: () => void) => Promise<R>,
  ): Promise<{ readonly loaded: Loaded; readonly results: R[] }> {
    const giveBack = this.#places.tryTake(items.length);
    if (!giveBack) throw this.#full();
    let release = () => {};
    try {
      const loaded = detector.require();
      release = loaded.hold();
      const outcomes = await Promise.allSettled(
        items.map(async (item) => {
          const arrived = this.#batcher.announce();
          try {
            return await work(loaded, item, arrived);
          } finally {
            arrived();
          }
        }),
      );
      const results = outcomes.map((outcome) => {
        if (outcome.status === 'rejected') throw outcome.reason;
        return outcome.value;
      });
      return { loaded, results };
    } finally {
      release();
      giveBack();
    }
  }

  async #judgeOne(
    loaded: Loaded,
    { file, bytes }: SentImage,
    heat: boolean,
    signal: AbortSignal,
    arrived: () => void,
  ): Promise<Judged> {
    const name = file ?? 'image';
    const { maxPixels, timeout } = this.#options;
    const size = await imageSize(bytes, name, maxPixels);
    const giveBack = await this.#pixels.take(size.width * size.height, signal);
    try {
      const limits = { maxPixels, seconds: Math.ceil(timeout), bits: bitsOf(loaded.metadata) };
      const decoded = await this.#pictures.call('decode', { bytes, name, limits });
      const { prediction, image } = await this.#batched(loaded, decoded, signal, arrived);
      const { judgement, map } = await this.#pictures.call(
        'judge',
        {
          metadata: loaded.metadata,
          prediction,
          picture: { width: image.width, height: image.height },
          ...(heat ? { heat: image } : {}),
        },
        [prediction.map, ...(heat ? [image.data] : [])].map(({ buffer }) => buffer as ArrayBuffer),
      );
      return { file, judgement, map };
    } finally {
      giveBack();
    }
  }

  #batched(loaded: Loaded, image: RgbImage, signal: AbortSignal, arrived: () => void): Promise<Outcome> {
    const outcome = this.#batcher.submit(loaded, `${image.width}x${image.height}`, image, signal);
    arrived();
    return outcome;
  }

  #full(): CladError {
    return new CladError('QUEUE_FULL', {
      reason: `${this.inFlight} images are being worked on, at most ${this.#options.maxQueue} are accepted`,
    });
  }
}

/** Errors that belong to one image and leave the rest of a request alone. */
const aboutImage: ReadonlySet<string> = new Set(['IMAGE_INVALID', 'IMAGE_TOO_LARGE', 'IMAGE_BITS']);
