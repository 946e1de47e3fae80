/**
 * @file Photographs that set thresholds, by their pixels and not their paths: a copy counts once, and one that the detector was trained on cannot count, as its
 * memory bank knows it. They are met as they are decoded for judging, so nothing is decoded twice.
 */
import { CladError } from '../core/errors.ts';
import { pixelHash } from '../data/pixel-hash.ts';
import type { DetectorMetadata } from '../detector/metadata.ts';
import type { RgbImage } from '../image/rgb.ts';
import { isRemembered } from './remembered-pictures.ts';

/** Takes the photographs of a calibration one after another, the good ones first. */
export class PhotographSieve {
  /** Paths of photographs that are copies of earlier ones of their kind. */
  readonly copies: string[] = [];
  /** Paths of good photographs that are training images. */
  readonly trainedGood: string[] = [];
  /** Paths of anomalous photographs that are training images. */
  readonly trainedAnomalous: string[] = [];
  readonly #isTrained: (hash: string) => boolean;
  readonly #good = new Map<string, string>();
  readonly #anomalous = new Set<string>();

  constructor(metadata: DetectorMetadata) {
    this.#isTrained = isRemembered(metadata.trained);
  }

  /** Hashes of the good photographs that were taken. */
  get good(): readonly string[] {
    return [...this.#good.keys()];
  }

  /** Whether this good photograph is worth judging: it is new, and no training image has been met, which ends the calibration. */
  takesGood(path: string, image: RgbImage): boolean {
    const hash = pixelHash(image);
    if (this.#isTrained(hash)) this.trainedGood.push(path);
    else if (this.#good.has(hash)) this.copies.push(path);
    else {
      this.#good.set(hash, path);
      return this.trainedGood.length === 0;
    }
    return false;
  }

  /**
   * Whether this anomalous photograph is new.
   * @throws OPTION_INVALID for one that is among the good ones
   */
  takesAnomalous(path: string, image: RgbImage): boolean {
    const hash = pixelHash(image);
    const good = this.#good.get(hash);
    if (good !== undefined) {
      const expected = 'not among the photographs of good parts';
      const actual = `${path}, the same picture as ${good}`;
      throw new CladError('OPTION_INVALID', { option: '--anomalous', expected, actual });
    }
    if (this.#anomalous.has(hash)) {
      this.copies.push(path);
      return false;
    }
    this.#anomalous.add(hash);
    if (this.#isTrained(hash)) this.trainedAnomalous.push(path);
    return true;
  }
}
