/** @file Crops photographs as a detector does, where something is to be done with the crop before the detector sees it: made defects are drawn there. */
import type { ImageAccess } from '../../data/image-access.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { PartFinder } from '../../detector/roi/part-finder.ts';
import type { Geometry } from '../../image/geometry.ts';
import { crop } from '../../image/resize.ts';
import type { RgbImage } from '../../image/rgb.ts';
import { type CropModel, cropBox } from '../../image/roi/crop-model.ts';
import { cellGrid } from '../../image/roi/part-model.ts';
import type { Engine } from '../../runtime/engine.ts';

export class Cropper {
  readonly #finder: PartFinder;
  readonly #model: CropModel;
  readonly #geometry: Geometry;

  private constructor(finder: PartFinder, model: CropModel, geometry: Geometry) {
    this.#finder = finder;
    this.#model = model;
    this.#geometry = geometry;
  }

  /** @returns undefined where the detector does not crop */
  static async create(
    engine: Engine,
    { crop: model, geometry }: Pick<DetectorMetadata, 'crop' | 'geometry'>,
  ): Promise<Cropper | undefined> {
    return model && new Cropper(await PartFinder.create(engine, geometry), model, geometry);
  }

  /** @param image - as decoded */
  async crop(image: RgbImage): Promise<RgbImage> {
    const { cells } = await this.#finder.find(await this.#finder.distances(image), this.#model.part);
    return crop(image, cropBox(cells, cellGrid(this.#geometry), this.#model, image));
  }

  /** The images, cropped. */
  images(of: ImageAccess): ImageAccess {
    return { ...of, decode: async (path, how) => this.crop(await of.decode(path, how)) };
  }

  release(): Promise<void> {
    return this.#finder.release();
  }
}
