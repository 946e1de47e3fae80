/**
 * @file Which pictures of a camera show something new that lies still: a part that has arrived. A picture is compared block by block with the last one that was
 * judged, and with the empty station where that is known; the median of all differences is taken from them first, so that a lamp or an automatic exposure that
 * changes the whole picture is no part.
 *
 * The empty station takes part in two ways. It is not judged, however long it rests. And once it was seen, the next part is a new one, though it lie as the one
 * before and look the same.
 */
import { CladError } from '../../../core/errors.ts';
import type { RgbImage } from '../../../image/rgb.ts';

/** Blocks along a side, and pixels of a block that are looked at along a side, at most. */
const [blocks, samples] = [32, 8];
/** Grey values of 255 by which a block's mean must differ to be another: noise of a mean of 64 pixels is far below. */
const leastDifference = 8;

/** When a picture is due. */
export interface MotionOptions {
  /** Share of the blocks that must differ from the last picture that was judged, above 0, below 1. */
  readonly share: number;
  /** Seconds for which the picture must then have been the same, but for half that share. */
  readonly rest: number;
  /** The empty station: a picture of it, or the first one at rest. What differs from it in less than `share` is empty too. */
  readonly background?: RgbImage | 'first' | undefined;
}

/** What is to be done with a picture. */
export type Seen = 'judge' | 'pass' | 'empty';

/** Seconds in which the background follows the empty station by two thirds: daylight and dirt come slowly. */
const following = 10;
/** Pictures of a background may have another size, but for so much of their aspect. */
const aspectTolerance = 0.02;
/** Scenes that failed and are kept in mind, and how often one must come to be told of. */
const [remembered, usual] = [8, 3];

interface Held {
  readonly size: string;
  readonly means: Float32Array;
}

/** Watches pictures one after another. */
export class Motion {
  readonly #options: MotionOptions;
  #judged: Held | undefined;
  #background: Held | undefined;
  /** When the empty station was at rest last. */
  #followed: number | undefined;
  /** The picture since which nothing has moved, when it came, and whether what it shows has been dealt with. */
  #anchor: (Held & { readonly second: number; isDone: boolean }) | undefined;
  /** The last scene that passed, and those that failed, with how often each. */
  #passed: Held | undefined;
  readonly #failed: (Held & { count: number })[] = [];

  constructor(options: MotionOptions) {
    this.#options = options;
    const { background } = options;
    if (background !== undefined && background !== 'first') this.#background = heldOf(background);
  }

  /**
   * What is to be done with a picture: the first that is at rest is judged, or is the background.
   * @param second - when it came, of any clock that goes forward
   * @throws OPTION_INVALID where the background has another shape
   */
  see(image: RgbImage, second: number): Seen {
    const { share, rest, background } = this.#options;
    const now = heldOf(image);
    if (background !== undefined && background !== 'first') requireShape(background, image);
    // Against the first of the rest, not the last picture: what moves slowly hardly differs from that.
    if (!this.#anchor || second < this.#anchor.second || differ(this.#anchor, now) > share / 2)
      this.#anchor = { ...now, second, isDone: false };
    const isEmpty = this.#background !== undefined && changed(this.#background, now) < share;
    // Also where parts change so fast that the station is never at rest between them.
    if (isEmpty) this.#judged = undefined;
    // Of times that are a tenth apart, the third is a little less than 0.3 behind.
    if (second - this.#anchor.second < rest - 1e-6) return 'pass';
    const isNew = !this.#anchor.isDone;
    this.#anchor.isDone = true;
    if (isEmpty || (background === 'first' && !this.#background)) {
      const step = 1 - Math.exp(-Math.max(0, second - (this.#followed ?? second)) / following);
      this.#background = this.#background ? between(this.#background, now, step) : now;
      this.#followed = second;
      return isNew ? 'empty' : 'pass';
    }
    if (this.#judged && differ(this.#judged, now) < share) return 'pass';
    this.#judged = now;
    return 'judge';
  }

  /**
   * Whether a scene that was judged may be the empty station, which is not known or looks otherwise by now: it failed for the third time, and is unlike the last
   * one that passed.
   * @param passed - whether it did
   */
  mayBeEmpty(image: RgbImage, passed: boolean): boolean {
    const { share } = this.#options;
    const now = heldOf(image);
    if (passed) this.#passed = now;
    if (passed || !this.#passed || differ(this.#passed, now) < share) return false;
    const before = this.#failed.find((each) => differ(each, now) < share);
    if (before) return ++before.count === usual;
    this.#failed.push({ ...now, count: 1 });
    if (this.#failed.length > remembered) this.#failed.shift();
    return false;
  }
}

function heldOf(image: RgbImage): Held {
  return { size: `${image.width}x${image.height}`, means: blockMeans(image) };
}

/** The background closer to what is seen of it by a share, but for what a lamp does to all of it. */
function between(background: Held, now: Held, share: number): Held {
  const middle = medianOf(now.means.map((mean, block) => mean - background.means[block]!));
  const means = background.means.map((mean, block) => mean + share * (now.means[block]! - middle - mean));
  return { ...background, means };
}

/** @throws OPTION_INVALID */
function requireShape(background: RgbImage, image: RgbImage): void {
  const ratio = (background.width * image.height) / (background.height * image.width);
  if (Math.abs(ratio - 1) <= aspectTolerance) return;
  throw new CladError('OPTION_INVALID', {
    option: '--background',
    expected: `a picture as the camera gives them, ${image.width} x ${image.height}`,
    actual: `one of ${background.width} x ${background.height}`,
  });
}

/** Share of the blocks that differ; 1 of pictures of two sizes. */
function differ(before: Held, now: Held): number {
  return before.size === now.size ? changed(before, now) : 1;
}

/** Share of the blocks that differ by more than all of them do. */
function changed(before: Held, now: Held): number {
  const differences = now.means.map((mean, block) => mean - before.means[block]!);
  const middle = medianOf(differences);
  let count = 0;
  for (const difference of differences) if (Math.abs(difference - middle) > leastDifference) count++;
  return count / differences.length;
}

function medianOf(values: Float32Array): number {
  return values.toSorted()[values.length >> 1]!;
}

/** Mean brightness of each block, of some pixels in it. */
function blockMeans({ width, height, data }: RgbImage): Float32Array {
  const means = new Float32Array(blocks * blocks);
  const side = blocks * samples;
  for (let row = 0; row < side; row++) {
    const y = Math.floor(((row + 0.5) * height) / side);
    for (let column = 0; column < side; column++) {
      const at = 3 * (y * width + Math.floor(((column + 0.5) * width) / side));
      const luma = 77 * data[at]! + 150 * data[at + 1]! + 29 * data[at + 2]!;
      means[Math.floor(row / samples) * blocks + Math.floor(column / samples)]! += luma;
    }
  }
  return means.map((sum) => sum / (256 * samples * samples));
}
