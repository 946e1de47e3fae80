/** @file What a request brings and wants, and what is said of each of its images. */
import type { CladError } from '../core/errors.ts';
import type { Prediction } from '../detector/prediction.ts';
import type { RgbImage } from '../image/rgb.ts';
import type { GivenClass } from './given-classes.ts';
import type { HeatOrder } from './heat-size.ts';

/** What is wanted of images beside their predictions. */
export interface Wanted {
  /** Heat maps as ordered; none where undefined. */
  readonly heat: HeatOrder | undefined;
  /** The class of all of them, where it is known. */
  readonly class: string | undefined;
}

/** A decoded image, and its class where that is known. */
export interface GivenImage {
  readonly image: RgbImage;
  readonly class: GivenClass;
}

/** An image as it was sent. */
export interface SentImage {
  /** As the client calls it; only ever given back. */
  readonly file: string | null;
  readonly bytes: Uint8Array;
}

/** What is said of an image. */
export interface Predicted {
  readonly file: string | null;
  readonly prediction: Prediction;
  /** The heat map as PNG, where it was asked for. */
  readonly map: Uint8Array | undefined;
}

/** An image that could not be predicted, because of itself. */
export interface NotPredicted {
  readonly file: string | null;
  readonly error: CladError;
}
