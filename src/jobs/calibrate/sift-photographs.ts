/**
 * @file Photographs that set thresholds, by their pixels and not their paths: a copy counts once, and one that the detector was trained on cannot count, as its
 * memory bank knows it. They are met as they are decoded for predicting, so nothing is decoded twice.
 */
import { CladError } from '../../core/errors.ts';
import type { Sketch } from '../../data/image-sketch.ts';
import { nearDuplicates } from '../../data/near-duplicates.ts';
import { pixelHash } from '../../data/pixel-hash.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import type { RgbImage } from '../../image/rgb.ts';
import { isRemembered } from '../remembered-images.ts';

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

  /** Whether this good photograph is worth predicting: it is new, and no training image has been met, which ends the calibration. */
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
      const actual = `${path}, the same image as ${good}`;
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

type Note = ((text: string) => void) | undefined;

/** Tells what was not taken, and what should not have been trained on. */
export function noteSifted({ copies, trainedAnomalous }: PhotographSieve, note: Note): void {
  if (copies.length > 0)
    note?.(
      `Photographs that do not count, as they have the pixels of others: ${copies.length}, ${copies[0]} among them.`,
    );
  if (trainedAnomalous.length > 0)
    note?.(
      `Warning: of the photographs of defective parts, ${trainedAnomalous.length} had been trained on as good, ${trainedAnomalous[0]} among them: the detector takes them for good. Take them out of the training images, and train again.`,
    );
}

/** Says so where the promise counts photographs of one part as several. */
export function noteBursts(
  className: string,
  { paths, sketches }: { readonly paths: readonly string[]; readonly sketches: readonly Sketch[] },
  note: Note,
): void {
  const groups = nearDuplicates(sketches);
  if (groups[0] === undefined) return;
  const [first, second] = groups[0].map((at) => paths[at]);
  note?.(
    `Of ${paths.length} photographs of ${className}, ${groups.flat().length} are almost the same as others, as in a burst of one part; ${first} and ${second} are two. The rate holds for new parts only where every photograph is of a part of its own.`,
  );
}
