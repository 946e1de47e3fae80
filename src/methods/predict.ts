/** @file `clad predict` as a function: a detector on images and folders, one result an image, heat maps where wanted. */
import { stat } from 'node:fs/promises';
import { basename, extname, join, relative, resolve } from 'node:path';
import { CladError } from '../core/errors.ts';
import { mapAhead } from '../data/concurrency.ts';
import { listFolder } from '../data/folders.ts';
import type { Detector } from '../detector/detector.ts';
import { heatPicture } from '../detector/heat-picture.ts';
import { type Judgement, judgementOf } from '../detector/judgement.ts';
import { decodeImage } from '../image/decode.ts';
import { writePng } from '../image/encode.ts';
import type { RgbImage } from '../image/rgb.ts';

/** One image's result, a line of `clad predict --json`. */
export interface PredictionLine extends Judgement {
  readonly path: string;
  /** Path of the heat map, where one was written. */
  readonly map: string | null;
}

/** An image that could not be judged. */
export interface PredictionFailure {
  readonly path: string;
  readonly error: { readonly code: string; readonly message: string };
}

/** An image to judge, and where its heat map goes below the folder of maps. */
export interface PredictTarget {
  readonly path: string;
  readonly mapName: string;
}

/**
 * The images that paths stand for; folders are searched to their depths.
 * @throws FILE_NOT_FOUND, or DATASET_EMPTY for a folder without images
 */
export async function predictTargets(paths: readonly string[]): Promise<PredictTarget[]> {
  const targets: PredictTarget[] = [];
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    if (!found) throw new CladError('FILE_NOT_FOUND', { path, hint: 'Give images or folders of images.' });
    if (!found.isDirectory()) {
      targets.push({ path, mapName: asPng(basename(path)) });
      continue;
    }
    const images = await imagesBelow(path);
    if (images.length === 0) {
      throw new CladError('DATASET_EMPTY', { path, expected: '.png, .jpg, .webp, .bmp or .tif files' });
    }
    for (const image of images) targets.push({ path: image, mapName: asPng(relative(path, image)) });
  }
  return distinct(targets);
}

function asPng(name: string): string {
  return `${name.slice(0, name.length - extname(name).length)}.png`;
}

async function imagesBelow(folder: string): Promise<string[]> {
  const { folders, images } = await listFolder(folder);
  const inside = images.map((name) => join(folder, name));
  for (const name of folders) inside.push(...(await imagesBelow(join(folder, name))));
  return inside;
}

/** Gives maps of equally named images different names. */
function distinct(targets: readonly PredictTarget[]): PredictTarget[] {
  const seen = new Map<string, number>();
  return targets.map(({ path, mapName }) => {
    const times = seen.get(mapName) ?? 0;
    seen.set(mapName, times + 1);
    if (times === 0) return { path, mapName };
    const ending = extname(mapName);
    return { path, mapName: `${mapName.slice(0, -ending.length)}-${times + 1}${ending}` };
  });
}

/** A picture, or what is wrong with its file: one broken file does not stop the work on many. */
export async function decodeOrError(path: string): Promise<RgbImage | CladError> {
  try {
    return await decodeImage(path);
  } catch (error) {
    if (error instanceof CladError) return error;
    throw error;
  }
}

/**
 * Judges images one after another; a broken one gives a failure and does not stop the rest.
 * @param mapsFolder - heat maps are written below it; none where absent
 */
export async function* predictImages(
  detector: Detector,
  targets: readonly PredictTarget[],
  mapsFolder?: string,
): AsyncGenerator<PredictionLine | PredictionFailure> {
  for await (const [{ path, mapName }, image] of mapAhead(targets, 4, ({ path }) => decodeOrError(path))) {
    if (image instanceof CladError) {
      yield { path, error: { code: image.code, message: image.message } };
      continue;
    }
    const prediction = await detector.predict(image);
    let map: string | null = null;
    if (mapsFolder !== undefined) {
      map = join(resolve(mapsFolder), mapName);
      await writePng(map, heatPicture(detector, image, prediction));
    }
    yield { path, ...judgementOf(detector.metadata, prediction, image), map };
  }
}
