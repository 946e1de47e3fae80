/**
 * @file A plain folder of good parts, all of them for training: `<class>/*.jpg`, at any depth, or images in the root itself,
 * then one class named after the folder.
 */
import { basename, join } from 'node:path';
import { CladError } from '../core/errors.ts';
import type { Sample } from './dataset.ts';
import type { Looks } from './entries.ts';
import { listFolder } from './folders.ts';
import type { ClassFolder } from './mvtec.ts';
import { goodImagesBelow } from './nested.ts';

/** Names of splits and of states: taken for classes, photographs of bad parts would end up in training. */
export const notProducts: ReadonlySet<string> = new Set([
  ...['train', 'test', 'val', 'validation', 'ground_truth'],
  ...[
    'good',
    'ok',
    'normal',
    'bad',
    'nok',
    'ng',
    'anomaly',
    'anomalous',
    'abnormal',
    'defect',
    'defects',
    'defective',
  ],
]);

/**
 * The classes of a root.
 * @throws CladError `LAYOUT_UNCLEAR` when images lie beside folders, or a folder is named as a split or a state
 */
export async function plainClasses(root: string, looks?: Looks): Promise<ClassFolder[]> {
  const { folders, images } = await listFolder(root, looks);
  if (images.length > 0 && folders.length > 0) {
    throw new CladError('LAYOUT_UNCLEAR', {
      path: root,
      reason: `it holds images (${images[0]}) beside folders (${folders[0]})`,
      hint: 'Keep either the images of one class or one folder a class.',
    });
  }
  if (images.length > 0) return [{ className: basename(root), path: root }];
  const wrong = folders.find((folder) => notProducts.has(folder.toLowerCase()));
  if (wrong !== undefined) {
    throw new CladError('LAYOUT_UNCLEAR', {
      path: join(root, wrong),
      reason: 'the folder is named as a split or a state of the part, not as a class',
      hint: 'Give the folder of good parts itself, name folders after classes, or follow MVTec AD: train/good, test/good and test/<defect>.',
    });
  }
  return folders.map((className) => ({ className, path: join(root, className) }));
}

/**
 * Reads every image of every class as a good one for training.
 * @throws CladError `LAYOUT_UNCLEAR` when a folder in a class's says that not all are good
 */
export async function readPlain(classes: readonly ClassFolder[], looks?: Looks): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const { className, path } of classes) {
    for (const image of await goodImagesBelow(path, looks))
      samples.push({ path: image, className, split: 'train', anomalous: false, defect: 'good' });
  }
  return samples;
}
