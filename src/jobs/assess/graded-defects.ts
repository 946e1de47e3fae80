/**
 * @file Graded defects on a run's good images: each size at each contrast, once on each image, as the detector sees it without what its memory bank holds of that image.
 * Place, shape and texture are the same at all contrasts of a size, so that these differ by the contrast alone.
 */
import { Random } from '../../core/random.ts';
import { mapAhead } from '../../data/concurrency.ts';
import { fileImages } from '../../data/file-images.ts';
import { listTextures } from '../../data/textures.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import { inputImage } from '../../features/patches/input-image.ts';
import {
  proceduralTextures,
  type TextureSource,
  textureFolder,
} from '../../features/store/texture-source.ts';
import type { ImageSize } from '../../image/limits.ts';
import type { Mask, RgbImage } from '../../image/rgb.ts';
import { drawnWithin, maskOfRegion } from '../../image/roi/region-of-interest.ts';
import type { Engine } from '../../runtime/engine.ts';
import { fitTexture } from '../../synthesis/fit-texture.ts';
import { differenceUnder, drawShape, withDefect } from '../../synthesis/graded-defect.ts';
import { RegionFinder } from '../roi/region-finder.ts';
import { framed, partsOn } from '../train/made-defects.ts';
import { imageOf, type Subject } from '../update/subject.ts';

/** Diameters of the disc of the same area, as shares of the shorter side of what the detector sees. */
export const gradedSizes = [0.015, 0.03, 0.06, 0.12] as const;
/** Grey values of 255. */
export const gradedContrasts = [10, 20, 40, 80] as const;
/** Textures for the defects of an image. */
const texturesPerImage = 4;

/** A defect that was drawn, as an image of which the detector sees exactly this. */
export interface GradedDefect {
  /** Number of the training image. */
  readonly id: number;
  /** Places in `gradedSizes` and `gradedContrasts`. */
  readonly size: number;
  readonly contrast: number;
  readonly image: RgbImage;
}

/** What defects are drawn with. */
export interface Drawing {
  readonly subject: Subject;
  readonly textures: TextureSource;
  /** Where defects lie. */
  readonly regions: RegionFinder;
  readonly seed: number;
}

/** @param seed - another one, other defects @returns whose `regions` are to be released */
export async function drawingOf(engine: Engine, subject: Subject, seed: number): Promise<Drawing> {
  const { config } = subject;
  // Where the training's are gone, the built-in ones do.
  const paths = config.textures === null ? [] : await listTextures(config.textures).catch(() => []);
  const textures = paths.length > 0 ? textureFolder(paths, fileImages) : proceduralTextures();
  const regions = await RegionFinder.create(engine, subject.metadata);
  return { subject, textures, regions, seed };
}

/**
 * Draws all defects on some images of a class, image by image.
 * @param ids - numbers of training images whose files are there, at least one
 */
export async function* gradedDefects(
  name: string,
  ids: readonly number[],
  { subject, textures, regions, seed }: Drawing,
): AsyncGenerator<readonly GradedDefect[]> {
  const { geometry } = subject.metadata;
  const bits = bitsOf(subject.metadata);
  const training = [...subject.file.images.keys()].map((id) => {
    const { path, class: className } = imageOf(subject, id);
    return { path, className };
  });
  const parts = await partsOn(ids, { training, bits, view: { geometry }, images: fileImages });
  const drawn = mapAhead(ids, 2, async (id) => {
    const photograph = await fileImages.decode(training[id]!.path, { bits });
    const seen = inputImage(photograph, geometry);
    const region = maskOfRegion(await regions.regionOf(name, photograph), geometry);
    const { foreground } = drawnWithin(parts?.get(id), region, {});
    const place = foreground?.data.includes(1) ? foreground : undefined;
    // By the name below the data set, so that they are the same wherever that lies.
    const random = new Random(seed, 'graded defects', name, subject.file.images[id]!.path);
    const grey = isGrey(seen);
    const pool: RgbImage[] = [];
    for (let count = 0; count < texturesPerImage; count++) {
      const texture = fitTexture(await textures.texture(random, seen), seen, random);
      pool.push(grey ? inGrey(texture) : texture);
    }
    return [...gradedSizes.keys()].flatMap((size) =>
      ofSize(seen, size, place, pool, random).map((each) => ({
        ...{ id, size, ...each },
        image: framed(each.image, geometry),
      })),
    );
  });
  for await (const [, defects] of drawn) yield defects;
}

function ofSize(
  seen: RgbImage,
  size: number,
  place: Mask | undefined,
  pool: readonly RgbImage[],
  random: Random,
) {
  const shape = drawShape(seen, diameterOf(size, seen), place, random);
  // Each size begins with another texture; the first that differs enough for all contrasts, or the one that differs most.
  const inTurn = pool.map((_, at) => pool[(size + at) % pool.length]!);
  const differences = inTurn.map((texture) => differenceUnder(seen, texture, shape));
  const enough = differences.findIndex((difference) => difference >= gradedContrasts.at(-1)!);
  const texture = inTurn[enough < 0 ? differences.indexOf(Math.max(...differences)) : enough]!;
  return gradedContrasts.map((greys, contrast) => ({
    contrast,
    image: withDefect(seen, texture, shape, greys).image,
  }));
}

/** Pixels of the input. @param size - place in `gradedSizes` */
function diameterOf(size: number, { width, height }: ImageSize): number {
  return Math.max(1, gradedSizes[size]! * Math.min(width, height));
}

/** A camera without colours draws no coloured defects. */
function isGrey({ data }: RgbImage): boolean {
  for (let at = 0; at < data.length; at += 3 * 61)
    if (
      Math.max(data[at]!, data[at + 1]!, data[at + 2]!) - Math.min(data[at]!, data[at + 1]!, data[at + 2]!) >
      3
    )
      return false;
  return true;
}

function inGrey({ width, height, data }: RgbImage): RgbImage {
  const grey = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += 3)
    grey.fill((77 * data[at]! + 150 * data[at + 1]! + 29 * data[at + 2]!) >> 8, at, at + 3);
  return { width, height, data: grey };
}
