/** @file `clad data list`: the exact pictures of a data set, by name and hash. */
import { basename, extname } from 'node:path';
import { anything, callback, oneOf, optional, path, text } from '../../core/arguments.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { mapConcurrently } from '../../data/concurrency.ts';
import { type Layout, layouts, type Sample } from '../../data/dataset.ts';
import { defaultConcurrency } from '../../data/default-concurrency.ts';
import { fileImages } from '../../data/file-images.ts';
import { fingerprint } from '../../data/fingerprint.ts';
import { stemOf } from '../../data/folders.ts';
import { loadDataset } from '../../data/load.ts';
import {
  type ListedClass,
  type ListedFile,
  type ListedImage,
  type PictureList,
  pictureListFormat,
} from '../../data/picture-list.ts';
import { type Fields, requireRequest } from '../request-fields.ts';
import { fileHash, pixelsHash } from './hashes.ts';

export interface ListRequest {
  readonly data: string;
  readonly layout?: Layout | undefined;
  /** A sentence on the whole. */
  readonly about?: string | undefined;
  /** Where the pictures of a class come from, and to which shorter side they were brought. */
  readonly origins?: Readonly<Record<string, Pick<ListedClass, 'source' | 'shorterSide'>>> | undefined;
  readonly onProgress?: ProgressListener;
}

const fields: Fields<ListRequest> = {
  data: path,
  layout: optional(oneOf(layouts)),
  about: optional(text),
  origins: optional(anything),
  onProgress: optional(callback),
};

/**
 * Reads every picture of a data set, training and test images with their masks. Names are those of MVTec AD's layout, whatever layout it has.
 * @throws CladError as `loadDataset` does; `IMAGE_INVALID` for a picture that is broken
 */
export async function listPictures(request: ListRequest): Promise<PictureList> {
  requireRequest('listPictures', fields, request);
  const dataset = await loadDataset(request.data, { layout: request.layout, requireTraining: false });
  const { samples } = dataset;
  const names = namesOf(samples);
  let done = 0;
  const rows = await mapConcurrently(
    samples,
    defaultConcurrency,
    async (sample, index): Promise<ListedImage> => {
      const row: ListedFile[] = [];
      for (const [at, file] of [sample.path, ...(sample.maskPaths ?? [])].entries())
        row.push([names[index]![at]!, await fileHash(file), await pixelsHash(file)]);
      request.onProgress?.({ task: 'reading pictures', done: ++done, total: samples.length, unit: 'images' });
      return row.flat();
    },
  );
  const classes: Record<string, { images: Record<string, ListedImage[]> }> = {};
  for (const [index, { className, split, defect }] of samples.entries()) {
    classes[className] ??= { ...request.origins?.[className], images: {} };
    const { images } = classes[className];
    const folder = `${split}/${defect}`;
    images[folder] ??= [];
    images[folder].push(rows[index]!);
  }
  return {
    format: pictureListFormat,
    about: request.about,
    fingerprint: await fingerprint(dataset, fileImages, request.onProgress),
    classes,
  };
}

/** Names of each image and its masks: its own, with a number where two of a folder would have one stem. */
function namesOf(samples: readonly Sample[]): string[][] {
  const taken = new Map<string, number>();
  return samples.map(({ path: file, className, split, defect, maskPaths = [] }) => {
    const ending = extname(file);
    const own = stemOf(basename(file));
    const key = JSON.stringify([className, split, defect, own]);
    const before = taken.get(key) ?? 0;
    taken.set(key, before + 1);
    const stem = before === 0 ? own : `${own}-${before}`;
    const masks = maskPaths.map(
      (mask, at) => `${stem}_mask${maskPaths.length === 1 ? '' : at}${extname(mask)}`,
    );
    return [`${stem}${ending}`, ...masks];
  });
}
