/** @file `clad predict` as a function: a detector on images and folders, one result an image, files of it where wanted. */
import { basename, join, resolve } from 'node:path';
import {
  callback,
  flag,
  having,
  list,
  oneOf,
  optional,
  path,
  requireArgument,
  requireFields,
  text,
} from '../core/arguments.ts';
import { CladError } from '../core/errors.ts';
import { writeFileAtomic } from '../core/files.ts';
import { isShare, type Share, wholeWork } from '../core/share.ts';
import { mapAhead } from '../data/concurrency.ts';
import { type LeftOut, laterPages } from '../data/left-out.ts';
import { bitsOf } from '../detector/camera/camera.ts';
import type { Detector, PredictOptions } from '../detector/detector.ts';
import { indexOfClass } from '../detector/given-class.ts';
import { heatImage, withLegend } from '../detector/heat/heat-image.ts';
import {
  type RawMapFormat,
  type RawMapScale,
  rawMapEnding,
  rawMapFile,
  rawMapFormats,
} from '../detector/heat/raw-map.ts';
import { regionMask } from '../detector/heat/region-mask.ts';
import type { Prediction, PredictionWithMap } from '../detector/prediction.ts';
import { hasNamedRegions } from '../detector/roi/roi-metadata.ts';
import { decodeImage, type Reading } from '../image/decode.ts';
import { writeGreyPng, writePng } from '../image/encode.ts';
import type { RgbImage } from '../image/rgb.ts';
import { type Seen, seenOf } from '../image/seen.ts';
import { GrowingFile } from './growing-file.ts';
import { type PredictTarget, withEnding } from './predict-targets.ts';
import { CocoResults } from './prediction-files/coco-results.ts';
import { csvTable } from './prediction-files/csv-results.ts';

/** How images are predicted, and what is written of them beside the heat maps. */
export interface PredictImagesOptions extends PredictOptions {
  /** A strip below each map with the values of its colours, so that it is higher than its photograph. */
  readonly legend?: boolean;
  /** Folder for masks: PNG files of the photographs' sizes, 255 inside regions and 0 outside. */
  readonly masks?: string | undefined;
  /** Folder for the maps themselves, each of the size in `metadata.geometry`. */
  readonly rawMaps?: string | undefined;
  /**
   * `npy`: float32. `tiff`: 16 bits from the map's lowest value to its highest; the line, the table and the file have the scale.
   * @default 'npy'
   */
  readonly rawMapFormat?: RawMapFormat | undefined;
  /** File for a table, a row an image. It and `coco` are there once all images are done, and not at all if that is never. */
  readonly csv?: string | undefined;
  /** File for the regions as COCO JSON. */
  readonly coco?: string | undefined;
  /** Which share of the images `targets` are, for the identifiers in `coco`. @default all */
  readonly share?: Share | undefined;
  /** Whether lines have the light and the sharpness of their images. */
  readonly seen?: boolean | undefined;
  /** Is told of pages and frames after the first, which are left out. */
  readonly onLeftOut?: (entry: LeftOut) => void;
}

/** One image's result, a line of `clad predict --json`. */
export interface PredictionLine extends Prediction {
  readonly path: string;
  /** Path of the heat map, where one was written. */
  readonly map: string | null;
  /** Path of the mask; null where the class has no threshold, absent where none was asked for. */
  readonly mask?: string | null;
  /** Path of the raw map, and what its numbers mean; absent where none was asked for. */
  readonly rawMap?: RawMapScale & { readonly path: string };
  /** Absent where it was not asked for. */
  readonly seen?: Seen;
}

/** An image that could not be predicted. */
export interface PredictionFailure {
  readonly path: string;
  readonly error: { readonly code: string; readonly message: string };
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
 * @throws CLASS_GIVEN_UNKNOWN, FILE_REFUSED
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
    masks: optional(path),
    rawMaps: optional(path),
    rawMapFormat: optional(oneOf(rawMapFormats)),
    csv: optional(path),
    coco: optional(path),
    seen: optional(flag),
    share: optional({ expected: 'a share: index, from 0, and count', holds: isShare }),
    onLeftOut: optional(callback),
  });
  const { class: given, csv, coco, onLeftOut } = options;
  // Once, rather than with each image.
  if (given !== undefined) indexOfClass(detector.metadata.classes, given);
  const reading = { bits: bitsOf(detector.metadata) };
  const decode = ({ path }: PredictTarget) => decodeOrError(path, reading);
  const rows = csvTable(hasNamedRegions(detector.metadata));
  const table = csv === undefined ? undefined : await GrowingFile.open(csv);
  let regions: CocoResults | undefined;
  let done = 0;
  let finished = false;
  try {
    await table?.write(`${rows.header}\n`);
    if (coco !== undefined)
      regions = await CocoResults.open(coco, detector.metadata.classes, options.share ?? wholeWork);
    for await (const [target, image] of mapAhead(targets, 4, decode)) {
      const at = done++;
      const { path } = target;
      const prediction =
        image instanceof CladError ? image : await orError(detector.predict(image, path, { class: given }));
      if (image instanceof CladError || prediction instanceof CladError) {
        const failure = { path, error: (prediction as CladError).words };
        await table?.write(`${rows.row(failure)}\n`);
        yield failure;
        continue;
      }
      const later = onLeftOut && (await laterPages(path));
      if (later) onLeftOut(later);
      const written = await writeImages(detector, target, { image, prediction }, mapsFolder, options);
      const { inside: _, ...told } = prediction;
      const line = { path, ...told, ...written, ...(options.seen && { seen: seenOf(image) }) };
      await table?.write(`${rows.row(line)}\n`);
      const size = { width: image.width, height: image.height };
      await regions?.add(at, target.name ?? basename(path), size, prediction);
      yield line;
    }
    await table?.finish();
    await regions?.finish();
    finished = true;
  } finally {
    // Also where whoever takes the lines takes no more of them.
    if (!finished) for (const file of [table, regions]) file?.discard();
  }
}

/** Writes what is wanted of one image as files of its own. */
async function writeImages(
  detector: Detector,
  { mapName }: PredictTarget,
  { image, prediction }: { readonly image: RgbImage; readonly prediction: PredictionWithMap },
  mapsFolder: string | undefined,
  { legend = false, masks, rawMaps, rawMapFormat = 'npy' }: PredictImagesOptions,
): Promise<Pick<PredictionLine, 'map' | 'mask' | 'rawMap'>> {
  const written: { map: string | null; mask?: string | null; rawMap?: RawMapScale & { path: string } } = {
    map: null,
  };
  if (mapsFolder !== undefined) {
    written.map = join(resolve(mapsFolder), mapName);
    const heat = heatImage(detector, image, prediction);
    await writePng(written.map, legend ? withLegend(detector, heat, prediction.class) : heat);
  }
  if (masks !== undefined) {
    // Without a threshold nobody knows what is anomalous, and an empty mask would say that nothing is.
    written.mask = prediction.threshold === null ? null : join(resolve(masks), mapName);
    if (written.mask !== null) await writeGreyPng(written.mask, regionMask(prediction.regions, image));
  }
  if (rawMaps !== undefined) {
    const { bytes, scale } = rawMapFile(prediction.map, detector.metadata.geometry, rawMapFormat);
    const path = join(resolve(rawMaps), withEnding(mapName, rawMapEnding(rawMapFormat)));
    await writeFileAtomic(path, bytes);
    written.rawMap = { path, ...scale };
  }
  return written;
}
