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
import type { SampleBits } from '../../image/samples.ts';
import { estimateForeground } from '../../synthesis/foreground.ts';
import {
  type LocalAnomaly,
  type LocalAnomalyOptions,
  synthesizeLocalAnomaly,
} from '../../synthesis/local-anomaly.ts';
import type { ClassForegrounds } from '../patches/class-foreground.ts';
import { inputPicture } from '../patches/input-picture.ts';
import type { TextureSource } from './texture-source.ts';

/** What to draw, from what, and where to. */
export interface SynthesisPicturesOptions {
  /** One row each; rows of one class share a file. */
  readonly samples: readonly Sample[];
  readonly images: Pick<ImageAccess, 'decode' | 'encodePng'>;
  /** A class that is not named here uses the whole image. */
  readonly foregrounds: ClassForegrounds;
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
export interface SynthesisPicture {
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
export async function writeSynthesisPictures(options: SynthesisPicturesOptions): Promise<SynthesisPicture[]> {
  const { samples, images, folder, onProgress } = options;
  const written: SynthesisPicture[] = [];
  let done = 0;
  for (const [className, of] of byClass(samples)) {
    const pictures: RgbImage[] = [];
    const rows: SynthesisRow[] = [];
    for (const [index, sample] of of.entries()) {
      const { picture, row } = await drawRow(sample, index, options);
      pictures.push(picture);
      rows.push(row);
      onProgress?.({ task: 'synthesis pictures', done: ++done, total: samples.length, unit: 'images' });
    }
    const name = `${className}.png`;
    await folder.write(name, await images.encodePng(stacked(pictures)));
    written.push({ className, path: folder.pathOf(name), rows });
  }
  return written;
}

async function drawRow(
  { path, className }: Sample,
  index: number,
  { images, foregrounds, textures, geometry, bits, seed, synthesis }: SynthesisPicturesOptions,
): Promise<{ picture: RgbImage; row: SynthesisRow }> {
  const image = inputPicture(await images.decode(path, { bits }), geometry);
  const foreground = foregrounds[className]?.accepted ? estimateForeground(image).mask : undefined;
  const random = new Random(seed, 'synthesis pictures', className, index);
  const texture = await textures.texture(random, geometry);
  const anomaly = synthesizeLocalAnomaly(image, texture, foreground, random, synthesis);
  const picture = sideBySide(
    [image, dimmedOutside(image, foreground), maskPicture(anomaly.mask), anomaly.texture, anomaly.image],
    gap,
  );
  return { picture, row: { image: path, ...numbers(anomaly) } };
}

function numbers({ beta, mask, coverage }: LocalAnomaly): Omit<SynthesisRow, 'image'> {
  return {
    beta,
    maskFraction: mask.data.reduce((sum, inside) => sum + inside, 0) / mask.data.length,
    patches: coverage.reduce((count, share) => count + Number(share > 0), 0),
  };
}

/** The photograph, red where it is not foreground. */
function dimmedOutside(image: RgbImage, foreground: Mask | undefined): RgbImage {
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
function maskPicture({ width, height, data: inside }: Mask): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < inside.length; pixel++)
    if (inside[pixel] !== 0) data.fill(255, pixel * 3, pixel * 3 + 3);
  return { width, height, data };
}

/** Images of one width below each other, on white. */
function stacked(pictures: readonly RgbImage[]): RgbImage {
  const { width } = pictures[0]!;
  const height = pictures.reduce((sum, picture) => sum + picture.height + gap, -gap);
  const data = new Uint8Array(width * height * 3).fill(255);
  let top = 0;
  for (const picture of pictures) {
    data.set(picture.data, top * width * 3);
    top += picture.height + gap;
  }
  return { width, height, data };
}
