/**
 * @file The dataset layout of MVTec AD (Bergmann et al., IJCV 2021) and its siblings: VisA as reorganised for one-class use, and MVTec LOCO AD (Bergmann
 * et al., IJCV 2022), which has several masks an image:
 *
 *     <class>/train/good/*            <class>/ground_truth/<defect>/<stem>_mask.png   MVTec
 *     <class>/test/good/*             <class>/ground_truth/bad/<stem>.png             VisA 1cls
 *     <class>/test/<defect>/*         <class>/ground_truth/<defect>/<stem>/*          MVTec LOCO
 *
 * The root may also be one class's own folder. Images may lie in folders below these too, but for those that have masks. LOCO's `validation/good` is set aside, and said to be: its benchmark trains on `train/good` alone.
 */
import { basename, join } from 'node:path';
import { CladError } from '../core/errors.ts';
import type { Aside, Layout, Sample } from './dataset.ts';
import { foldersIn, imagesBelow, type Listing, listFolderIfAny, stemOf } from './folders.ts';
import { type MaskSuffix, maskSuffixOf, plainOf } from './mask-names.ts';
import { matchMasks } from './masks.ts';
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

/** `train/good` or a folder within `test`: a class called `train` that holds photographs is none. */
async function looksLikeClass(path: string): Promise<boolean> {
  const train = await listFolderIfAny(join(path, 'train'));
  const test = await listFolderIfAny(join(path, 'test'));
  return train.folders.includes('good') || test.folders.length > 0;
}

/**
 * Which of the siblings it is. MVTec LOCO has folders of masks, or its two names of defects; in VisA `test` has no folders but `good` and `bad`, and no
 * mask is called `*_mask`.
 */
export async function mvtecSibling(
  classes: readonly ClassFolder[],
): Promise<'mvtec' | 'mvtec-loco' | 'visa-1cls'> {
  let bad = false;
  for (const { path } of classes) if (await looksLikeLoco(path)) return 'mvtec-loco';
  for (const { path } of classes) {
    const { folders } = await listFolderIfAny(join(path, 'test'));
    if (folders.some((folder) => folder !== 'good' && folder !== 'bad')) return 'mvtec';
    bad ||= folders.includes('bad');
    const masks = await listFolderIfAny(join(path, 'ground_truth', 'bad'));
    if (masks.images.some((mask) => stemOf(mask).endsWith('_mask'))) return 'mvtec';
  }
  return bad ? 'visa-1cls' : 'mvtec';
}

async function looksLikeLoco(path: string): Promise<boolean> {
  const { folders } = await listFolderIfAny(join(path, 'test'));
  if (folders.includes('logical_anomalies') || folders.includes('structural_anomalies')) return true;
  const masks = await Promise.all(
    folders.map((defect) => listFolderIfAny(join(path, 'ground_truth', defect))),
  );
  return masks.some((listing) => listing.folders.length > 0);
}

/**
 * Reads the samples of all classes.
 * @throws CladError `LAYOUT_UNCLEAR`, `MASK_UNMATCHED`, `FILE_UNREADABLE`
 */
export async function readMvtec(classes: readonly ClassFolder[], layout: Layout): Promise<Sample[]> {
  const suffix = maskSuffixOf(layout);
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
        ? await matchMasks(images, {
            imageFolder: folder,
            maskFolder: join(path, 'ground_truth', defect),
            suffix,
          })
        : undefined;
      for (const image of images) {
        const maskPaths = masks?.get(image);
        const sample = { path: image, className, split, anomalous, defect };
        samples.push(maskPaths === undefined ? sample : { ...sample, maskPaths });
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

/** Refuses masks outside the folders of defects, and those of a kind of defect that has no folder in `test`: every one of them is without its image. */
async function refuseMasksWithoutTest(path: string, test: Listing, suffix: MaskSuffix): Promise<void> {
  const groundTruth = join(path, 'ground_truth');
  const { folders, images } = await listFolderIfAny(groundTruth);
  if (images[0] !== undefined) {
    throw new CladError('MASK_UNMATCHED', {
      mask: join(groundTruth, images[0]),
      reason:
        'masks lie in a folder a kind of defect, ground_truth/<defect>, as the images in test/<defect>.',
      others: images.length > 1 ? ` Nor have ${images.length - 1} more in that folder.` : '',
      remedy: 'Move it there or remove it.',
    });
  }
  for (const defect of folders.filter((name) => !test.folders.includes(name))) {
    const maskFolder = join(groundTruth, defect);
    const meant = test.folders.find((name) => plainOf(name) === plainOf(defect));
    const [mask] = (await listFolderIfAny(maskFolder)).images;
    if (meant !== undefined && mask !== undefined) {
      throw new CladError('MASK_UNMATCHED', {
        mask: join(maskFolder, mask),
        reason: `the images are in ${join(path, 'test', meant)}, and their masks are looked for in ground_truth/${meant}.`,
        others: '',
        remedy: `Rename the folder ${maskFolder}.`,
      });
    }
    await matchMasks([], { imageFolder: join(path, 'test', defect), maskFolder, suffix });
  }
}

/** Folders that the layout knows and nothing reads: good photographs for validation, masks of good images. */
export async function mvtecAsides(classes: readonly ClassFolder[]): Promise<Aside[]> {
  const asides: Aside[] = [];
  for (const { className, path } of classes) {
    for (const name of (await foldersIn(path)).filter((folder) =>
      validationNames.has(folder.toLowerCase()),
    )) {
      const folder = join(path, name);
      const count = (await imagesBelow(folder)).images.length;
      if (count === 0) continue;
      const message = `${imagesOf(count)} for validation, neither trained on nor tested: those of good parts can set thresholds later, with clad calibrate; or move them to train/good`;
      asides.push({ className, path: folder, message });
    }
    const masked = join(path, 'ground_truth', 'good');
    const count = (await listFolderIfAny(masked)).images.length;
    const message = `${imagesOf(count)} not read: every pixel of a good image counts as normal`;
    if (count > 0) asides.push({ className, path: masked, message });
  }
  return asides;
}

const validationNames = new Set(['validation', 'valid', 'val']);

function imagesOf(count: number): string {
  return count === 1 ? 'one image' : `${count} images`;
}
