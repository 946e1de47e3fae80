/** @file Where a detector looks at photographs, found before any is shown to it: defects are drawn there, as they would not be seen elsewhere. */
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { PartFinder } from '../../detector/roi/part-finder.ts';
import { type RegionsByClass, regionsByClass } from '../../detector/roi/roi-metadata.ts';
import type { RgbImage } from '../../image/rgb.ts';
import { followedRegion } from '../../image/roi/part-model.ts';
import type { RegionOfInterest } from '../../image/roi/region-of-interest.ts';
import type { Engine } from '../../runtime/engine.ts';

export class RegionFinder {
  readonly #of: Pick<DetectorMetadata, 'geometry' | 'grid'>;
  readonly #regions: RegionsByClass;
  readonly #parts: PartFinder | undefined;

  private constructor(
    of: Pick<DetectorMetadata, 'geometry' | 'grid'>,
    regions: RegionsByClass,
    parts: PartFinder | undefined,
  ) {
    this.#of = of;
    this.#regions = regions;
    this.#parts = parts;
  }

  static async create(engine: Engine, metadata: DetectorMetadata): Promise<RegionFinder> {
    const regions = regionsByClass(metadata);
    const isFollowed = [...regions.values()].some(({ follows }) => follows);
    const parts = isFollowed ? await PartFinder.create(engine, metadata.geometry) : undefined;
    return new RegionFinder(metadata, regions, parts);
  }

  /**
   * The region of a class, or where it follows the part, what of it is at the part; undefined where all of the image counts.
   * @param image - as decoded
   */
  async regionOf(name: string, image: RgbImage): Promise<RegionOfInterest | undefined> {
    const region = this.#regions.get(name);
    if (!region?.follows || !this.#parts) return region;
    const { geometry, grid } = this.#of;
    const { cells } = await this.#parts.find(await this.#parts.distances(image), region.follows);
    return followedRegion(cells, region, geometry, grid);
  }

  async release(): Promise<void> {
    await this.#parts?.release();
  }
}
