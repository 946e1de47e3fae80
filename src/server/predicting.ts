/**
 * @file From the bytes of images to predictions: accepted up to a number, decoded as far as memory allows, predicted in batches. All that
 * computes does so in other threads.
 *
 *   accept (maxQueue) -> header -> memory's budget -> decode -> batch -> engine -> regions, heat map
 *
 * Large images have threads, a budget, batches and an engine of their own, so that they never hold up the others.
 */
import { CladError } from '../core/errors.ts';
import { bitsOf } from '../detector/camera/camera.ts';
import type { DetectorMetadata } from '../detector/metadata.ts';
import type { RawPrediction } from '../detector/prediction.ts';
import { imageSize } from '../image/decode.ts';
import { resizedSize } from '../image/geometry.ts';
import { type ImageSize, workingBytes } from '../image/limits.ts';
import type { RgbImage } from '../image/rgb.ts';
import type { Seen } from '../image/seen.ts';
import { ownBuffer } from '../runtime/worker/buffers.ts';
import { Batcher } from './batcher.ts';
import { Budget } from './budget.ts';
import type { AskedImage } from './detector-thread.ts';
import { givenClass } from './given-classes.ts';
import { requireDrawable } from './heat-size.ts';
import type { HostedDetector, Loaded } from './hosted-detector.ts';
import type { Extent, ImageThreads } from './image-threads.ts';
import type { ServiceMetrics } from './metrics.ts';
import type { GivenImage, NotPredicted, Predicted, SentImage, Wanted } from './request-images.ts';
import type { ServeOptions } from './serve-options.ts';

/** What the engine says of an image, and its pixels again. */
export interface Outcome {
  readonly prediction: RawPrediction;
  readonly image: RgbImage;
}

type PredictingOptions = Pick<ServeOptions, 'maxBatch' | 'maxDelay' | 'maxQueue' | 'maxPixels' | 'timeout'>;

/** Pixels above which an image is a large one: decoding it takes some tenths of a second. */
const largeFrom = 8e6;
/** Pixels above which drawing a heat map at full size takes as long. */
const slowToDraw = 2e6;

export class Predictions {
  readonly #options: PredictingOptions;
  readonly #imageThreads: ImageThreads;
  readonly #places: Budget;
  /** Bytes, for each lane that of the most expensive image there may be. */
  readonly #memory: Readonly<Record<Extent, Budget>>;
  readonly #batchers: Readonly<Record<Extent, Batcher<Loaded, AskedImage, Outcome>>>;
  readonly #metrics: ServiceMetrics;
  /** Running mean of the engine's time on an image, seconds. */
  #pace = 0;

  constructor(options: PredictingOptions, imageThreads: ImageThreads, metrics: ServiceMetrics) {
    this.#options = options;
    this.#imageThreads = imageThreads;
    this.#metrics = metrics;
    this.#places = new Budget(options.maxQueue);
    const most = workingBytes({ width: options.maxPixels, height: 1 }, 0);
    this.#memory = { small: new Budget(most), large: new Budget(most) };
    this.#batchers = { small: this.#batcher('small'), large: this.#batcher('large') };
  }

  /** Images accepted and not finished. */
  get inFlight(): number {
    return this.#options.maxQueue - this.#places.free;
  }

  /** Images decoded that wait for the engine. */
  get waiting(): number {
    return this.#batchers.small.waiting + this.#batchers.large.waiting;
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
   * Predicts images; one that is broken does not stop the others.
   * @param signal - its reason ends the wait; work under way goes on and keeps its place until it is done
   * @throws CLASS_GIVEN_UNKNOWN, QUEUE_FULL, WORKER_DIED, DETECTOR_UNAVAILABLE, the signal's reason
   */
  async predict(
    detector: HostedDetector,
    images: readonly SentImage[],
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<(Predicted | NotPredicted)[]> {
    const { classes } = detector.require().metadata;
    // Found once, before any is predicted; until the work begins nothing is waited for, so that it is on the same file.
    const asked = { ...wanted, class: givenClass(classes, wanted.class) };
    const one = async (loaded: Loaded, { file, bytes }: SentImage, arrived: () => void) => {
      try {
        const { seen, ...predicted } = await this.#predictOne(
          loaded,
          { file, bytes },
          asked,
          signal,
          arrived,
        );
        this.#metrics.predicted(detector.source, predicted.prediction, seen);
        return predicted;
      } catch (error) {
        if (!(error instanceof CladError) || !aboutImage.has(error.code)) throw error;
        this.#metrics.failed(detector.source, error.code);
        return { file, error };
      }
    };
    const giveBack = this.#takePlaces(images.length);
    try {
      return (await this.#worked(detector, images, one)).results;
    } finally {
      giveBack();
    }
  }

  /**
   * The engine's own answers for decoded images, and what the file that gave them says of itself.
   * @param read - gives the images; called once there is a place for one of them
   * @throws as `predict`, and what `read` throws
   */
  async infer(
    detector: HostedDetector,
    read: () => Promise<readonly GivenImage[]>,
    signal: AbortSignal,
  ): Promise<{ readonly metadata: DetectorMetadata; readonly predictions: readonly RawPrediction[] }> {
    const places = [this.#takePlaces(1)];
    try {
      const images = await read();
      places.push(this.#takePlaces(images.length - 1));
      return await this.#inferAll(detector, images, signal);
    } finally {
      for (const giveBack of places) giveBack();
    }
  }

  async #inferAll(
    detector: HostedDetector,
    images: readonly GivenImage[],
    signal: AbortSignal,
  ): Promise<{ readonly metadata: DetectorMetadata; readonly predictions: readonly RawPrediction[] }> {
    const { classes } = detector.require().metadata;
    const all = images.map((each) => ({ ...each, class: givenClass(classes, each.class) }));
    const { loaded, results } = await this.#worked(detector, all, async (loaded, asked, arrived) => {
      const giveBack = await this.#takeMemory(loaded, asked.image, signal);
      try {
        const { prediction } = await this.#batched(loaded, asked, signal, arrived);
        this.#metrics.predicted(detector.source, prediction);
        return prediction;
      } finally {
        giveBack();
      }
    });
    return { metadata: loaded.metadata, predictions: results };
  }

  /** Works on all items at once and ends when the last has ended, so that places are given back when they are free indeed. */
  async #worked<T, R>(
    detector: HostedDetector,
    items: readonly T[],
    work: (loaded: Loaded, item: T, arrived: () => void) => Promise<R>,
  ): Promise<{ readonly loaded: Loaded; readonly results: R[] }> {
    const loaded = detector.require();
    const release = loaded.hold();
    try {
      const outcomes = await Promise.allSettled(
        items.map(async (item) => {
          const arrived = this.#batchers.small.announce();
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
    }
  }

  async #predictOne(
    loaded: Loaded,
    { file, bytes }: SentImage,
    { heat, class: className }: Wanted,
    signal: AbortSignal,
    arrived: () => void,
  ): Promise<Predicted & { readonly seen: Seen }> {
    const name = file ?? 'image';
    const { maxPixels, timeout } = this.#options;
    const size = await imageSize(bytes, name, maxPixels);
    if (heat?.size === 'full') requireDrawable(size, name);
    const extent = extentOf(size);
    const giveBack = await this.#takeMemory(loaded, size, signal);
    try {
      const limits = { maxPixels, seconds: Math.ceil(timeout), bits: bitsOf(loaded.metadata) };
      const transfer = ownBuffer(bytes);
      const { image: decoded, seen } = await this.#imageThreads.call(
        extent,
        'decode',
        { bytes, name, limits },
        { transfer, signal },
      );
      const asked = { image: decoded, class: className };
      const { prediction: raw, image } = await this.#batched(loaded, asked, signal, arrived);
      const { prediction, map } = await this.#imageThreads.call(
        heat?.size === 'full' && size.width * size.height > slowToDraw ? 'large' : extent,
        'finish',
        {
          metadata: loaded.metadata,
          raw,
          size: { width: image.width, height: image.height },
          ...(heat ? { heat: { image, order: heat } } : {}),
        },
        { transfer: [raw.map, ...(heat ? [image.data] : [])].flatMap(ownBuffer), signal },
      );
      return { file, prediction, map, seen };
    } finally {
      giveBack();
    }
  }

  #batcher(extent: Extent): Batcher<Loaded, AskedImage, Outcome> {
    const { maxBatch, maxDelay } = this.#options;
    return new Batcher({
      maxBatch,
      maxDelay,
      run: async (loaded, asked) => {
        const outcome = await loaded.run(asked, extent);
        return outcome.predictions.map((prediction, at) => ({ prediction, image: outcome.images[at]! }));
      },
      onBatch: (size, milliseconds) => {
        const each = milliseconds / size / 1000;
        this.#pace = this.#pace === 0 ? each : 0.9 * this.#pace + 0.1 * each;
        this.#metrics.batch(size, milliseconds);
      },
    });
  }

  #batched(loaded: Loaded, asked: AskedImage, signal: AbortSignal, arrived: () => void): Promise<Outcome> {
    const { width, height } = asked.image;
    const batcher = this.#batchers[extentOf(asked.image)];
    const outcome = batcher.submit(loaded, `${width}x${height}`, asked, signal);
    arrived();
    return outcome;
  }

  #takeMemory({ metadata }: Loaded, size: ImageSize, signal: AbortSignal): Promise<() => void> {
    const { width } = resizedSize(metadata.geometry);
    return this.#memory[extentOf(size)].take(workingBytes(size, width), signal);
  }

  #takePlaces(count: number): () => void {
    const giveBack = this.#places.tryTake(count);
    if (!giveBack) throw this.#full();
    return giveBack;
  }

  #full(): CladError {
    return new CladError('QUEUE_FULL', {
      reason: `${this.inFlight} images are being worked on, at most ${this.#options.maxQueue} are accepted`,
    });
  }
}

/** Errors that belong to one image and leave the rest of a request alone. */
const aboutImage: ReadonlySet<string> = new Set([
  'IMAGE_INVALID',
  'IMAGE_BITS',
  'IMAGE_TOO_LARGE',
  'IMAGE_TOO_LONG',
  'MAP_TOO_LARGE',
  'MEMORY_SHORT',
  'ENGINE_FAILED',
]);

function extentOf({ width, height }: ImageSize): Extent {
  return width * height > largeFrom ? 'large' : 'small';
}
