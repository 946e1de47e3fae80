/**
 * @file Good images of a class with named regions, while its regions are made comparable: what is needed of each map is kept, and moved once the offsets are known
 * (docs/decisions/0060-named-regions.md).
 */
import { changes, largestScore, movedBy } from '../../detector/roi/named-results.ts';
import { regionOffsets } from '../../detector/thresholds/region-offsets.ts';
import { floorOf, floorSample } from '../../detector/thresholds/unknown.ts';
import { numberedPixels, withOffsets } from '../../image/roi/named-region.ts';
import type { RegionOfInterest } from '../../image/roi/region-of-interest.ts';

/** What is known of an image with these offsets. */
interface Moved {
  readonly score: number;
  /** Of its map (unknown.ts). */
  readonly floor: number;
}

export interface AlignedImages {
  /** Of the regions, in their order. */
  readonly offsets: readonly number[];
  readonly images: ReadonlyMap<number, Moved>;
  readonly moved: (inside: Float32Array) => Float32Array;
}

/** Gathers images; their maps are of the pixels inside alone. */
export class AlignedRegions {
  readonly #region: RegionOfInterest;
  readonly #numbers: Uint8Array;
  readonly #numbersOfFloor: Uint8Array;
  readonly #images = new Map<number, { readonly scores: Float32Array; readonly floors: Float32Array }>();

  /** @param region - of the class, with the offsets that maps were made with */
  constructor(region: RegionOfInterest) {
    this.#region = region;
    this.#numbers = numberedPixels(region).filter((_, pixel) => region.pixels[pixel] !== 0);
    this.#numbersOfFloor = Uint8Array.from(floorSample(this.#numbers));
  }

  /**
   * @param image - its number, for `finish`
   * @param scores - of its regions, without offsets
   * @param inside - values of its map inside the class's region
   */
  add(image: number, scores: ArrayLike<number>, inside: Float32Array): void {
    const own = Float32Array.from(scores).slice(0, this.#region.named?.length ?? 0);
    this.#images.set(image, { scores: own, floors: floorSample(inside) });
  }

  /**
   * The offsets, and what follows from them; undefined where there was no image.
   * @param falseAlarmRate - of the class
   * @param keepOutliers - whether images that stand out have a say
   * @returns `images`: by their numbers; `moved`: a map of before as it is now
   */
  finish(falseAlarmRate: number, keepOutliers = false): AlignedImages | undefined {
    const all = [...this.#images];
    if (all.length === 0) return undefined;
    const offsets = regionOffsets(
      all.map(([, { scores }]) => scores),
      falseAlarmRate,
      keepOutliers,
    );
    const region = withOffsets(this.#region, offsets);
    const by = changes(this.#region, region);
    const images = all.map(([number, { scores, floors }]) => {
      const floor = floorOf(movedBy(floors, this.#numbersOfFloor, by));
      return [number, { score: largestScore(region, scores), floor }] as const;
    });
    return {
      offsets,
      images: new Map(images),
      moved: (inside) => movedBy(inside, this.#numbers, by),
    };
  }
}
