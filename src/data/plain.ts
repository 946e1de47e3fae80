/**
 * @file A plain folder of good parts, all of them for training: `<product>/*.jpg`, or images in the root itself, then
 * one product named after the folder.
 */
import { basename, join } from 'node:path';
import { CladError } from '../core/errors.ts';
import type { Sample } from './dataset.ts';
import { listFolder } from './folders.ts';
import type { ClassFolder } from './mvtec.ts';

/** Folder names that belong to another layout; taken for products, test images would end up in training. */
const reserved = new Set(['train', 'test', 'ground_truth']);

/**
 * The products of a root.
 * @throws CladError `LAYOUT_UNCLEAR` when images lie beside folders, or a folder is named as a split
 */
export async function plainClasses(root: string): Promise<ClassFolder[]> {
  const { folders, images } = await listFolder(root);
  if (images.length > 0 && folders.length > 0) {
    throw new CladError('LAYOUT_UNCLEAR', {
      path: root,
      reason: `it holds images (${images[0]}) beside folders (${folders[0]})`,
      hint: 'Keep either the images of one product or one folder a product.',
    });
  }
  if (images.length > 0) return [{ className: basename(root), path: root }];
  const split = folders.find((folder) => reserved.has(folder.toLowerCase()));
  if (split !== undefined) {
    throw new CladError('LAYOUT_UNCLEAR', {
      path: join(root, split),
      reason: 'the folder is named as a split but not laid out as MVTec is',
      hint: 'Expected train/good, test/good and test/<defect>, or folders named after products.',
    });
  }
  return folders.map((className) => ({ className, path: join(root, className) }));
}

/** Reads every image of every product as a good one for training. */
export async function readPlain(classes: readonly ClassFolder[]): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const { className, path } of classes) {
    for (const name of (await listFolder(path)).images)
      samples.push({ path: join(path, name), className, split: 'train', anomalous: false, defect: 'good' });
  }
  return samples;
}
