/**
 * @file Which pictures of a camera show something new that lies still: a part that has arrived. A picture is compared block by block with the last one that was
 * judged; the median of all differences is taken from them first, so that a lamp or an automatic exposure that changes the whole picture is no part.
 */
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
}

interface Held {
  readonly size: string;
  readonly means: Float32Array;
}

/** Watches pictures one after another. */
export class Motion {
  readonly #options: MotionOptions;
  #judged: Held | undefined;
  /** The picture since which nothing has moved, and when it came. */
  #anchor: (Held & { readonly second: number }) | undefined;

  constructor(options: MotionOptions) {
    this.#options = options;
  }

  /**
   * Whether a picture is to be judged. The first that is at rest is.
   * @param second - when it came, of any clock that goes forward
   */
  isDue(image: RgbImage, second: number): boolean {
    const { share, rest } = this.#options;
    const now: Held = { size: `${image.width}x${image.height}`, means: blockMeans(image) };
    // Against the first of the rest, not the last picture: what moves slowly hardly differs from that.
    if (!this.#anchor || second < this.#anchor.second || changed(this.#anchor, now) > share / 2)
      this.#anchor = { ...now, second };
    // Of times that are a tenth apart, the third is a little less than 0.3 behind.
    if (second - this.#anchor.second < rest - 1e-6) return false;
    if (this.#judged && changed(this.#judged, now) < share) return false;
    this.#judged = now;
    return true;
  }
}

/** Share of the blocks that differ by more than all of them do; 1 of pictures of two sizes. */
function changed(before: Held, now: Held): number {
  if (before.size !== now.size) return 1;
  const differences = now.means.map((mean, block) => mean - before.means[block]!);
  const middle = differences.toSorted()[differences.length >> 1]!;
  let count = 0;
  for (const difference of differences) if (Math.abs(difference - middle) > leastDifference) count++;
  return count / differences.length;
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
