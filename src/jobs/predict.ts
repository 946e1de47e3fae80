/** @file `clad predict` as a function: a detector on images and folders, one result an image, heat maps where wanted. */
import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import {
  callback,
  flag,
  having,
  list,
  optional,
  path,
  requireArgument,
  requireFields,
  text,
} from '../core/arguments.ts';
import { CladError } from '../core/errors.ts';
import type { Share } from '../core/share.ts';
import { mapAhead } from '../data/concurrency.ts';
import { imagesBelow, isInside } from '../data/folders.ts';
import { type LeftOut, laterPages, leftOutBriefly } from '../data/left-out.ts';
import { bitsOf } from '../detector/camera/camera.ts';
import type { Detector, PredictOptions } from '../detector/detector.ts';
import { indexOfClass } from '../detector/given-class.ts';
import { heatImage, withLegend } from '../detector/heat/heat-image.ts';
import type { Prediction } from '../detector/prediction.ts';
import { decodeImage, type Reading } from '../image/decode.ts';
import { writePng } from '../image/encode.ts';
import type { RgbImage } from '../image/rgb.ts';

/** How images are predicted. */
export interface PredictImagesOptions extends PredictOptions {
  /** A strip below each map with the values of its colours, so that it is higher than its photograph. */
  readonly legend?: boolean;
  /** Is told of pages and frames after the first, which are left out. */
  readonly onLeftOut?: (entry: LeftOut) => void;
}

/** One image's result, a line of `clad predict --json`. */
export interface PredictionLine extends Prediction {
  readonly path: string;
  /** Path of the heat map, where one was written. */
  readonly map: string | null;
}

/** An image that could not be predicted. */
export interface PredictionFailure {
  readonly path: string;
  readonly error: { readonly code: string; readonly message: string };
}

/** An image to predict, and where its heat map goes below the folder of maps. */
export interface PredictTarget {
  readonly path: string;
  readonly mapName: string;
}

/**
 * The images that paths stand for; folders are searched to their depths.
 * @param onLeftOut - is told of everything else in the folders
 * @throws FILE_NOT_FOUND, or DATASET_EMPTY for a folder without images
 */
export async function predictTargets(
  paths: readonly string[],
  onLeftOut?: (entry: LeftOut) => void,
): Promise<PredictTarget[]> {
  requireArgument('predictTargets', 'paths', paths, list(path));
  const targets: PredictTarget[] = [];
  for await (const { images, nameOf } of imagesOf(paths, onLeftOut))
    for (const image of images) targets.push({ path: image, mapName: asPng(nameOf(image)) });
  return distinct(targets);
}

/**
 * A share of them, for results without heat maps: nothing is kept of the others, which may be millions, so that names of maps are not told apart.
 * @param onLeftOut - is told of everything else in all of the folders
 * @throws as `predictTargets`
 */
export async function shareOfTargets(
  paths: readonly string[],
  { index, count }: Share,
  onLeftOut?: (entry: LeftOut) => void,
): Promise<PredictTarget[]> {
  const targets: PredictTarget[] = [];
  let at = 0;
  for await (const { images, nameOf } of imagesOf(paths, onLeftOut)) {
    for (const image of images)
      if (at++ % count === index) targets.push({ path: image, mapName: asPng(nameOf(image)) });
  }
  return targets;
}

/** The images of each path, and what an image is called in it. */
async function* imagesOf(
  paths: readonly string[],
  onLeftOut?: (entry: LeftOut) => void,
): AsyncGenerator<{ readonly images: readonly string[]; readonly nameOf: (image: string) => string }> {
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    if (!found) throw new CladError('FILE_NOT_FOUND', { path, hint: 'Give images or folders of images.' });
    if (!found.isDirectory()) {
      yield { images: [path], nameOf: basename };
      continue;
    }
    const { images, leftOut } = await imagesBelow(path);
    if (images.length === 0) {
      const expected = `.png, .jpg, .webp, .bmp or .tif files${leftOutBriefly(leftOut)}`;
      throw new CladError('DATASET_EMPTY', { path, expected });
    }
    for (const entry of leftOut) onLeftOut?.(entry);
    yield { images, nameOf: (image) => relative(path, image) };
  }
}

function asPng(name: string): string {
  return `${name.slice(0, name.length - extname(name).length)}.png`;
}

/** Gives maps of equally named images different names, on file systems too that do not tell capitals. */
function distinct(targets: readonly PredictTarget[]): PredictTarget[] {
  const folded = (name: string) => name.normalize('NFC').toLowerCase();
  // A name that an image has by itself is never given to another.
  const own = new Set(targets.map(({ mapName }) => folded(mapName)));
  const given = new Set<string>();
  return targets.map(({ path, mapName }) => {
    const ending = extname(mapName);
    const stem = mapName.slice(0, -ending.length);
    let name = mapName;
    for (let number = 2; given.has(folded(name)) || (number > 2 && own.has(folded(name))); number++)
      name = `${stem}-${number}${ending}`;
    given.add(folded(name));
    return { path, mapName: name };
  });
}

/**
 * Refuses a folder for heat maps that holds photographs to predict, as a map could take the place of one, or that lies among them, as the maps would
 * be taken for such the next time.
 * @throws OPTION_INVALID
 */
export async function requireMapsApart(
  folder: string,
  paths: readonly string[],
  targets: readonly PredictTarget[],
): Promise<void> {
  for (const path of paths) {
    if (await isInside(folder, path))
      throw refusal(`a folder outside ${path}, whose photographs are predicted`);
  }
  for (const place of new Set(targets.map(({ path }) => dirname(path)))) {
    if (await isInside(place, folder)) throw refusal(`a folder without photographs: ${place} has some`);
  }

  function refusal(expected: string): CladError {
    return new CladError('OPTION_INVALID', { option: '--maps', expected, actual: folder });
  }
}

/** An image, or what is wrong with its file: one broken file does not stop the work on many. */
export async function decodeOrError(path: string, reading: Reading): Promise<RgbImage | CladError> {
  return orError(decodeImage(path, reading));
}

async function orError<T>(work: Promise<T>): Promise<T | CladError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof CladError) return error;
    throw error;
  }
}

/**
 * Predicts images one after another; one that is broken, or that the engine cannot take, gives a failure and does not stop the rest.
 * @param mapsFolder - heat maps are written below it; none where absent
 * @param options - `class`: of all of them, where it is known
 * @throws CLASS_GIVEN_UNKNOWN
 */
export async function* predictImages(
  detector: Detector,
  targets: readonly PredictTarget[],
  mapsFolder?: string,
  options: PredictImagesOptions = {},
): AsyncGenerator<PredictionLine | PredictionFailure> {
  requireArgument('predictImages', 'detector', detector, having('an open detector', { predict: callback }));
  requireArgument(
    'predictImages',
    'targets',
    targets,
    list(having('what predictTargets() gives', { path, mapName: path })),
  );
  requireArgument('predictImages', 'mapsFolder', mapsFolder, optional(path));
  requireFields('predictImages', 'options', options, {
    class: optional(text),
    legend: optional(flag),
    onLeftOut: optional(callback),
  });
  const { class: given, legend = false, onLeftOut } = options;
  // Once, rather than with each image.
  if (given !== undefined) indexOfClass(detector.metadata.classes, given);
  const reading = { bits: bitsOf(detector.metadata) };
  const decode = ({ path }: PredictTarget) => decodeOrError(path, reading);
  for await (const [{ path, mapName }, image] of mapAhead(targets, 4, decode)) {
    const prediction =
      image instanceof CladError ? image : await orError(detector.predict(image, path, { class: given }));
    if (image instanceof CladError || prediction instanceof CladError) {
      yield { path, error: (prediction as CladError).words };
      continue;
    }
    const later = onLeftOut && (await laterPages(path));
    if (later) onLeftOut(later);
    let map: string | null = null;
    if (mapsFolder !== undefined) {
      map = join(resolve(mapsFolder), mapName);
      const heat = heatImage(detector, image, prediction);
      await writePng(map, legend ? withLegend(detector, heat, prediction.class) : heat);
    }
    yield { path, ...prediction, map };
  }
}
