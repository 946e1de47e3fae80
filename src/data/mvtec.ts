/**
 * @file The layout of MVTec AD (Bergmann et al., IJCV 2021) and its sibling, VisA as reorganised for one-class use:
 *
 *     <class>/train/good/*            <class>/ground_truth/<defect>/<stem>_mask.png   MVTec
 *     <class>/test/good/*             <class>/ground_truth/bad/<stem>.png             VisA 1cls
 *     <class>/test/<defect>/*
 *
 * The root may also be one class's own folder. Images may lie in folders below these too, but for those that have masks.
 */
import { basename, join } from 'node:path';
import { CladError } from '../core/errors.ts';
import type { Layout, Sample } from './dataset.ts';
import { foldersIn, type Listing, listFolderIfAny, stemOf } from './folders.ts';
import { type MaskSuffix, matchMasks } from './masks.ts';
import { anomalousImagesBelow, goodImagesBelow } from './nested.ts';

/** A class and the folder it is read from. */
export interface ClassFolder {
  readonly className: string;
  readonly path: string;
}

/** The classes of a root, where it has this layout: its folders, or itself when it holds `train` or `test` folders. */
export async function mvtecClasses(root: string): Promise<ClassFolder[]> {
  if (await looksLikeClass(root)) return [{ className: basename(root), path: root }];
  const classes = (await foldersIn(root)).map((className) => ({ className, path: join(root, className) }));
  const likely = await Promise.all(classes.map(({ path }) => looksLikeClass(path)));
  return likely.some(Boolean) ? classes : [];
}

/** `train/good` or a folder within `test`: a product called `train` that holds photographs is none. */
async function looksLikeClass(path: string): Promise<boolean> {
  const train = await listFolderIfAny(join(path, 'train'));
  const test = await listFolderIfAny(join(path, 'test'));
  return train.folders.includes('good') || test.folders.length > 0;
}

/** Which of the two siblings it is: `test` has no folders but `good` and `bad`, and no mask is called `*_mask`. */
export async function mvtecOrVisa(classes: readonly ClassFolder[]): Promise<'mvtec' | 'visa-1cls'> {
  let bad = false;
  for (const { path } of classes) {
    const { folders } = await listFolderIfAny(join(path, 'test'));
    if (folders.some((folder) => folder !== 'good' && folder !== 'bad')) return 'mvtec';
    bad ||= folders.includes('bad');
    const masks = await listFolderIfAny(join(path, 'ground_truth', 'bad'));
    if (masks.images.some((mask) => stemOf(mask).endsWith('_mask'))) return 'mvtec';
  }
  return bad ? 'visa-1cls' : 'mvtec';
}

/**
 * Reads the samples of all classes.
 * @throws CladError `LAYOUT_UNCLEAR`, `MASK_UNMATCHED`, `FILE_UNREADABLE`
 */
export async function readMvtec(classes: readonly ClassFolder[], layout: Layout): Promise<Sample[]> {
  const suffix: MaskSuffix = layout === 'visa-1cls' ? '' : '_mask';
  return (await Promise.all(classes.map((folder) => readClass(folder, suffix)))).flat();
}

async function readClass({ className, path }: ClassFolder, suffix: MaskSuffix): Promise<Sample[]> {
  const train = await listFolderIfAny(join(path, 'train'));
  const test = await listFolderIfAny(join(path, 'test'));
  refuseStrays(path, train, test);
  await refuseMasksWithoutTest(path, test, suffix);
  const samples: Sample[] = [];
  for (const [split, { folders }] of [['train', train] as const, ['test', test] as const]) {
    for (const defect of folders) {
      const folder = join(path, split, defect);
      const anomalous = defect !== 'good';
      const images = anomalous
        ? await anomalousImagesBelow(folder, join(path, 'ground_truth', defect))
        : await goodImagesBelow(folder);
      const masks = anomalous
        ? await matchMasks(images, folder, join(path, 'ground_truth', defect), suffix)
        : undefined;
      for (const image of images) {
        const maskPath = masks?.get(image);
        const sample = { path: image, className, split, anomalous, defect };
        samples.push(maskPath === undefined ? sample : { ...sample, maskPath });
      }
    }
  }
  return samples;
}

/** Refuses images that would be overlooked, and training folders other than `good`. */
function refuseStrays(path: string, train: Listing, test: Listing): void {
  const stray = train.folders.find((folder) => folder !== 'good');
  if (stray !== undefined) {
    throw new CladError('LAYOUT_UNCLEAR', {
      path: join(path, 'train', stray),
      reason: 'training images must be of good parts',
      hint: 'Keep only the folder `good` in `train`.',
    });
  }
  for (const [split, { images }] of [['train', train] as const, ['test', test] as const]) {
    if (images[0] === undefined) continue;
    throw new CladError('LAYOUT_UNCLEAR', {
      path: join(path, split, images[0]),
      reason: `images lie directly in \`${split}\``,
      hint: `Put those of good parts into \`${split}/good\`.`,
    });
  }
}

/** Refuses masks of a kind of defect that has no folder in `test`: every one of them is without its image. */
async function refuseMasksWithoutTest(path: string, test: Listing, suffix: MaskSuffix): Promise<void> {
  const { folders } = await listFolderIfAny(join(path, 'ground_truth'));
  for (const defect of folders.filter((name) => !test.folders.includes(name)))
    await matchMasks([], join(path, 'test', defect), join(path, 'ground_truth', defect), suffix);
}
