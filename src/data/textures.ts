/** @file The texture images local anomalies are cut from, e.g. the Describable Textures Dataset's folders. */
import { join } from 'node:path';
import { CladError } from '../core/errors.ts';
import { byCodeUnit, listFolder, requireFolder } from './folders.ts';

/**
 * Absolute paths of all images below a folder, sorted by code unit.
 * @throws CladError `FILE_NOT_FOUND`, `FOLDER_EXPECTED`, or `DATASET_EMPTY` when there is none
 */
export async function listTextures(folder: string): Promise<string[]> {
  const root = await requireFolder(folder, 'Give the folder of texture images.');
  const found = await imagesBelow(root);
  const expected = 'texture images (.png, .jpg, .webp, .bmp, .tif) in it or in folders below it';
  if (found.length === 0) throw new CladError('DATASET_EMPTY', { path: folder, expected });
  return found.sort(byCodeUnit);
}

async function imagesBelow(folder: string): Promise<string[]> {
  const { folders, images } = await listFolder(folder);
  const deeper = await Promise.all(folders.map((name) => imagesBelow(join(folder, name))));
  return [...images.map((name) => join(folder, name)), ...deeper.flat()];
}
