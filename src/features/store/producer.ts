/**
 * @file What extraction needs of one training image beside the engine: the decoded image, and the images with synthetic anomalies
 * made of it. A pure function of the job and the setup, so that it can run anywhere, in any order.
 */
import { Random } from '../../core/random.ts';
import { maskOfRuns } from '../../core/runs.ts';
import type { ImageAccess } from '../../data/image-access.ts';
import type { Geometry, Rectangle } from '../../image/geometry.ts';
import { crop } from '../../image/resize.ts';
import type { Mask, RgbImage } from '../../image/rgb.ts';
import type { PartModel } from '../../image/roi/part-model.ts';
import { drawnWithin } from '../../image/roi/region-of-interest.ts';
import type { SampleBits } from '../../image/samples.ts';
import { estimateForeground } from '../../synthesis/foreground.ts';
import { type LocalAnomalyOptions, synthesizeLocalAnomaly } from '../../synthesis/local-anomaly.ts';
import { inputImage } from '../patches/input-image.ts';
import { partOnImage } from '../patches/part-on-image.ts';
import { proceduralTextures, type TextureSource, textureFolder } from './texture-source.ts';

/** What all jobs of an extraction share; can be sent to another thread. */
export interface ProducerSetup {
  readonly geometry: Geometry;
  /** How 16-bit photographs are read; absent where it is the whole range, so that features of before keep their key. */
  readonly bits?: SampleBits;
  readonly seed: number;
  /** Anomalies made of an image. */
  readonly perImage: number;
  /** They are made of one image in so many, drawn by the images' keys; absent: of all. */
  readonly ofEvery?: number;
  readonly synthesis: Partial<LocalAnomalyOptions>;
  /** Texture files; the built-in generator where null. */
  readonly textures: readonly string[] | null;
  /** Classes whose anomalies are kept to the part. */
  readonly foregroundClasses: readonly string[];
  /** Regions of interest by class, as runs of the input's pixels: anomalies are made inside, and what is outside is painted over; absent where no class has one, so that features of before keep their key. */
  readonly regions?: Readonly<Record<string, readonly number[]>>;
  /** What finds the parts of classes whose regions follow them: their images' own regions come with the jobs. */
  readonly parts?: Readonly<Record<string, PartModel>>;
}

/** One image. */
export interface ProducerJob {
  readonly path: string;
  readonly className: string;
  /** Names the image's random numbers, e.g. its path below the data set. */
  readonly key: string;
  /** Region of interest of the image itself, where its class's follows the part, as runs of the input's pixels. */
  readonly inside?: readonly number[] | undefined;
  /** What is seen of the photograph, in its pixels; all of it where absent. */
  readonly box?: Rectangle | undefined;
}

/** An image with a synthetic anomaly, at the network's input size. */
export interface ProducedAnomaly {
  readonly image: RgbImage;
  /** Share of each patch inside the mask, row by row. */
  readonly coverage: Float32Array;
}

export interface Produced {
  /** As decoded, or its box. */
  readonly image: RgbImage;
  readonly anomalies: readonly ProducedAnomaly[];
}

export type Producer = (job: ProducerJob) => Promise<Produced>;

/** Does jobs, their results in the jobs' order; in other threads, where there are some (producer-pool.ts). */
export type Produce = (setup: ProducerSetup, jobs: readonly ProducerJob[]) => AsyncGenerator<Produced>;

/** Makes the function that does jobs. */
export function producer(setup: ProducerSetup, images: Pick<ImageAccess, 'decode' | 'remembered'>): Producer {
  const textures: TextureSource = setup.textures
    ? textureFolder(setup.textures, images)
    : proceduralTextures();
  const { bits, geometry } = setup;
  // A box's part is of that box alone.
  const partOf = (path: string, box: Rectangle | undefined, input: RgbImage) =>
    box ? estimateForeground(input).mask : partOnImage(images, { path, bits, geometry }, () => input).mask;
  return async ({ path, className, key, inside, box }) => {
    const photograph = await images.decode(path, { bits: setup.bits });
    const image = box ? crop(photograph, box) : photograph;
    const anomalies: ProducedAnomaly[] = [];
    if (setup.perImage > 0 && isDrawn(setup, key)) {
      const input = inputImage(image, setup.geometry);
      const part = setup.foregroundClasses.includes(className) ? partOf(path, box, input) : undefined;
      const { foreground, options } = drawnWithin(
        part,
        inside ? regionOf({ ...setup, regions: { own: inside } }, 'own') : regionOf(setup, className),
        setup.synthesis,
      );
      for (let number = 0; number < setup.perImage; number++) {
        const random = new Random(setup.seed, 'local anomaly', key, number);
        const texture = await textures.texture(random, setup.geometry);
        const made = synthesizeLocalAnomaly(input, texture, foreground, random, options);
        anomalies.push({ image: made.image, coverage: made.coverage });
      }
    }
    return { image, anomalies };
  };
}

/** The region of a class at the size of the input; undefined where it has none. */
export function regionOf(
  { regions, geometry: { width, height } }: ProducerSetup,
  name: string,
): Mask | undefined {
  const data = regions?.[name] && maskOfRuns(regions[name], width * height);
  return data && { width, height, data };
}

function isDrawn({ seed, ofEvery = 1 }: ProducerSetup, key: string): boolean {
  return ofEvery <= 1 || new Random(seed, 'has local anomalies', key).uniform(0, ofEvery) < 1;
}
