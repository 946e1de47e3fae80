/**
 * @file What the synthesis makes, to look at before trusting it: for each class a PNG with a row a sample, showing the
 * photograph, its foreground, the mask, the texture and the result.
 */
import type { ProgressListener } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import type { Storage } from '../../core/storage.ts';
import { byClass, type Sample } from '../../data/dataset.ts';
import type { ImageAccess } from '../../data/image-access.ts';
import type { Geometry } from '../../image/geometry.ts';
import { sideBySide } from '../../image/overlay.ts';
import type { Mask, RgbImage } from '../../image/rgb.ts';
import { drawnWithin } from '../../image/roi/region-of-interest.ts';
import type { SampleBits } from '../../image/samples.ts';
import { estimateForeground } from '../../synthesis/foreground.ts';
import {
  type LocalAnomaly,
  type LocalAnomalyOptions,
  synthesizeLocalAnomaly,
} from '../../synthesis/local-anomaly.ts';
import type { ClassForegrounds } from '../patches/class-foreground.ts';
import { inputImage } from '../patches/input-image.ts';
import type { TextureSource } from './texture-source.ts';

/** What to draw, from what, and where to. */
export interface SynthesisImagesOptions {
  /** One row each; rows of one class share a file. */
  readonly samples: readonly Sample[];
  readonly images: Pick<ImageAccess, 'decode' | 'encodePng'>;
  /** A class that is not named here uses the whole image. */
  readonly foregrounds: ClassForegrounds;
  /** Regions of interest, at the geometry's size: anomalies are made inside. */
  readonly regionOf?: ((sample: Sample) => Mask | undefined) | undefined;
  readonly textures: TextureSource;
  readonly geometry: Geometry;
  /** How 16-bit photographs are read. */
  readonly bits?: SampleBits;
  readonly seed: number;
  /** For the PNG files. */
  readonly folder: Storage;
  readonly synthesis?: Partial<LocalAnomalyOptions>;
  readonly onProgress?: ProgressListener;
}

/** A written file. */
export interface SynthesisImage {
  readonly className: string;
  readonly path: string;
  /** What its rows show, from the top. */
  readonly rows: readonly SynthesisRow[];
}

/** One row's numbers. */
export interface SynthesisRow {
  /** The photograph. */
  readonly image: string;
  /** b of Eq. 3. */
  readonly beta: number;
  /** Share of the image inside the mask, 0 .. 1. */
  readonly maskFraction: number;
  /** Patches the mask touches. */
  readonly patches: number;
}

/** Pixels between two images. */
const gap = 4;

/**
 * Draws and writes `<folder>/<class>.png` for every class among the samples.
 * @throws CladError `FILE_UNREADABLE`, `IMAGE_INVALID`, `OPTION_INVALID`
 */
export async function writeSynthesisImages(options: SynthesisImagesOptions): Promise<SynthesisImage[]> {
  const { samples, images, folder, onProgress } = options;
  const written: SynthesisImage[] = [];
  let done = 0;
  for (const [className, of] of byClass(samples)) {
    const strips: RgbImage[] = [];
    const rows: SynthesisRow[] = [];
    for (const [index, sample] of of.entries()) {
      const { strip, row } = await drawRow(sample, index, options);
      strips.push(strip);
      rows.push(row);
      onProgress?.({ task: 'synthesis images', done: ++done, total: samples.length, unit: 'images' });
    }
    const name = `${className}.png`;
    await folder.write(name, await images.encodePng(stacked(strips)));
    written.push({ className, path: folder.pathOf(name), rows });
  }
  return written;
}

async function drawRow(
  sample: Sample,
  index: number,
  { images, foregrounds, regionOf, textures, geometry, bits, seed, synthesis = {} }: SynthesisImagesOptions,
): Promise<{ strip: RgbImage; row: SynthesisRow }> {
  const { path, className } = sample;
  const image = inputImage(await images.decode(path, { bits }), geometry);
  const part = foregrounds[className]?.accepted ? estimateForeground(image).mask : undefined;
  const { foreground, options } = drawnWithin(part, regionOf?.(sample), synthesis);
  const random = new Random(seed, 'synthesis pictures', className, index);
  const texture = await textures.texture(random, geometry);
  const anomaly = synthesizeLocalAnomaly(image, texture, foreground, random, options);
  const strip = sideBySide(
    [image, dimmedOutside(image, foreground), maskImage(anomaly.mask), anomaly.texture, anomaly.image],
    gap,
  );
  return { strip, row: { image: path, ...numbers(anomaly) } };
}

function numbers({ beta, mask, coverage }: LocalAnomaly): Omit<SynthesisRow, 'image'> {
  return {
    beta,
    maskFraction: mask.data.reduce((sum, inside) => sum + inside, 0) / mask.data.length,
    patches: coverage.reduce((count, share) => count + Number(share > 0), 0),
  };
}

/** The photograph, red where it is not foreground. */
export function dimmedOutside(image: RgbImage, foreground: Mask | undefined): RgbImage {
  if (!foreground) return image;
  const data = image.data.slice();
  for (const [pixel, inside] of foreground.data.entries()) {
    if (inside !== 0) continue;
    data[pixel * 3] = 255 - (255 - data[pixel * 3]!) / 3;
    data[pixel * 3 + 1]! /= 3;
    data[pixel * 3 + 2]! /= 3;
  }
  return { ...image, data };
}

/** White inside, black outside. */
function maskImage({ width, height, data: inside }: Mask): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < inside.length; pixel++)
    if (inside[pixel] !== 0) data.fill(255, pixel * 3, pixel * 3 + 3);
  return { width, height, data };
}

/** Images of one width below each other, on white. */
export function stacked(strips: readonly RgbImage[]): RgbImage {
  const { width } = strips[0]!;
  const height = strips.reduce((sum, strip) => sum + strip.height + gap, -gap);
  const data = new Uint8Array(width * height * 3).fill(255);
  let top = 0;
  for (const strip of strips) {
    data.set(strip.data, top * width * 3);
    top += strip.height + gap;
  }
  return { width, height, data };
}
