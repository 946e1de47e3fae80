/**
 * @file The dataset layout of MVTec AD (Bergmann et al., IJCV 2021) and its siblings: MPDD (Jezek et al., ICUMT 2021), which is the same; VisA as reorganised
 * for one-class use; MVTec LOCO AD (Bergmann et al., IJCV 2022), which has several masks an image; MVTec AD 2 (Heckler-Kram et al., 2025), whose tests are public
 * in part; BTAD (Mishra et al., ISIE 2021), which calls good parts `ok`:
 *
 *     <class>/train/good/*            <class>/ground_truth/<defect>/<stem>_mask.png   MVTec, MPDD
 *     <class>/test/good/*             <class>/ground_truth/bad/<stem>.png             VisA 1cls
 *     <class>/test/<defect>/*         <class>/ground_truth/<defect>/<stem>/*          MVTec LOCO
 *     <class>/test_public/bad/*       <class>/test_public/ground_truth/bad/<stem>_mask.png   MVTec AD 2
 *     <class>/test/ko/*               <class>/ground_truth/ko/<stem>.*                BTAD
 *
 * Their names are in mvtec-forms.ts. The root may also be one class's own folder. Images may lie in folders below these too, but for those that have masks.
 * `validation/good` of LOCO and of AD 2 is set aside, and said to be: their benchmarks train on `train/good` alone.
 */
import { basename, join } from 'node:path';
import { CladError } from '../core/errors.ts';
import type { Aside, Sample } from './dataset.ts';
import { foldersIn, imagesBelow, type Listing, listFolderIfAny, statOrNothing, stemOf } from './folders.ts';
import { plainOf } from './mask-names.ts';
import { matchMasks, othersAlike } from './masks.ts';
import { type MvtecForm, type MvtecLayout, mvtecForms } from './mvtec-forms.ts';
import { anomalousImagesBelow, goodImagesBelow } from './nested.ts';

/** A class and the folder it is read from. */
export interface ClassFolder {
  readonly className: string;
  readonly path: string;
}

/** The classes of a root, where a folder of it has this form: its folders, or itself. */
export async function mvtecClasses(root: string, layout: MvtecLayout): Promise<ClassFolder[]> {
  const hasForm = async (path: string) =>
    (await evidenceIn(path, layout)) !== undefined ||
    (await foldersIfAny(join(path, 'train'))).includes(mvtecForms[layout].good);
  if (await hasForm(root)) return [{ className: basename(root), path: root }];
  const classes = (await foldersIn(root)).map((className) => ({ className, path: join(root, className) }));
  const likely = await Promise.all(classes.map(({ path }) => hasForm(path)));
  return likely.some(Boolean) ? classes : [];
}

/** The folder that shows that a root is of a layout, and of no sibling; undefined where none does. */
export async function mvtecEvidence(root: string, layout: MvtecLayout): Promise<string | undefined> {
  const classes = await mvtecClasses(root, layout);
  const found = await Promise.all(classes.map(({ path }) => evidenceIn(path, layout)));
  const first = found.find((folder) => folder !== undefined);
  if (first === undefined || layout === 'btad' || layout === 'mvtec-ad-2') return first;
  return (await mvtecSibling(classes)) === layout ? first : undefined;
}

/**
 * The folder that shows that a class is of a layout: of good parts in `train`, or one of tests; a class called `train` that holds photographs is none. What
 * is BTAD's, MVTec AD 2's or DAGM's alone is not taken for MVTec's, as its good parts would be taken for defects.
 */
async function evidenceIn(path: string, layout: MvtecLayout): Promise<string | undefined> {
  const { good, test } = mvtecForms[layout];
  const tests = await foldersIfAny(join(path, test));
  const [first] = tests;
  if (layout === 'mvtec-ad-2') return first === undefined ? undefined : join(path, test, first);
  const train = await foldersIfAny(join(path, 'train'));
  if (layout === 'btad') {
    if (train.includes(good)) return join(path, 'train', good);
    return tests.includes(good) ? join(path, test, good) : undefined;
  }
  const isPublic = (await foldersIfAny(join(path, mvtecForms['mvtec-ad-2'].test))).length > 0;
  if (train.includes(good) && !isPublic) return join(path, 'train', good);
  const isOther = train.includes('ok') || tests.includes('ok') || first === 'Label';
  return first === undefined || isOther ? undefined : join(path, test, first);
}

async function foldersIfAny(path: string): Promise<readonly string[]> {
  const found = await statOrNothing(path);
  return found?.isDirectory() ? foldersIn(path) : [];
}

/**
 * Which of the siblings with the same names it is. MVTec LOCO has folders of masks, or its two names of defects; in VisA `test` has no folders but `good` and
 * `bad`, and no mask is called `*_mask`.
 */
async function mvtecSibling(classes: readonly ClassFolder[]): Promise<'mvtec' | 'mvtec-loco' | 'visa-1cls'> {
  let bad = false;
  for (const { path } of classes) if (await looksLikeLoco(path)) return 'mvtec-loco';
  for (const { path } of classes) {
    const folders = await foldersIfAny(join(path, 'test'));
    if (folders.some((folder) => folder !== 'good' && folder !== 'bad')) return 'mvtec';
    bad ||= folders.includes('bad');
    const masks = await listFolderIfAny(join(path, 'ground_truth', 'bad'));
    if (masks.images.some((mask) => stemOf(mask).endsWith('_mask'))) return 'mvtec';
  }
  return bad ? 'visa-1cls' : 'mvtec';
}

async function looksLikeLoco(path: string): Promise<boolean> {
  const folders = await foldersIfAny(join(path, 'test'));
  if (folders.includes('logical_anomalies') || folders.includes('structural_anomalies')) return true;
  const masks = await Promise.all(folders.map((defect) => foldersIfAny(join(path, 'ground_truth', defect))));
  return masks.some((names) => names.length > 0);
}

/**
 * Reads the samples of all classes.
 * @throws CladError `LAYOUT_UNCLEAR`, `MASK_UNMATCHED`, `FILE_UNREADABLE`
 */
export async function readMvtec(classes: readonly ClassFolder[], layout: MvtecLayout): Promise<Sample[]> {
  const form = mvtecForms[layout];
  return (await Promise.all(classes.map((folder) => readClass(folder, form)))).flat();
}

async function readClass({ className, path }: ClassFolder, form: MvtecForm): Promise<Sample[]> {
  const train = await listFolderIfAny(join(path, 'train'));
  const test = withoutMasks(await listFolderIfAny(join(path, form.test)), form);
  refuseStrays(path, form, train, test);
  await refuseMasksWithoutTest(path, test, form);
  const samples: Sample[] = [];
  for (const [split, name, { folders }] of [
    ['train', 'train', train] as const,
    ['test', form.test, test] as const,
  ]) {
    for (const kind of folders) {
      const folder = join(path, name, kind);
      const anomalous = kind !== form.good;
      const maskFolder = join(path, form.groundTruth, kind);
      const images = anomalous
        ? await anomalousImagesBelow(folder, maskFolder)
        : await goodImagesBelow(folder);
      const masks = anomalous
        ? await matchMasks(images, { imageFolder: folder, maskFolder, suffix: form.suffix })
        : undefined;
      for (const image of images) {
        const maskPaths = masks?.get(image);
        const sample = { path: image, className, split, anomalous, defect: anomalous ? kind : 'good' };
        samples.push(maskPaths === undefined ? sample : { ...sample, maskPaths });
      }
    }
  }
  return samples;
}

/** The folder of tests without that of masks, where it lies within. */
function withoutMasks(listing: Listing, { test, groundTruth }: MvtecForm): Listing {
  const folders = listing.folders.filter((name) => `${test}/${name}` !== groundTruth);
  return { ...listing, folders };
}

/** Refuses images that would be overlooked, and training folders other than that of good parts. */
function refuseStrays(path: string, { good, test: tests }: MvtecForm, train: Listing, test: Listing): void {
  const stray = train.folders.find((folder) => folder !== good);
  if (stray !== undefined) {
    throw new CladError('LAYOUT_UNCLEAR', {
      path: join(path, 'train', stray),
      reason: 'training images must be of good parts',
      hint: `Keep only the folder \`${good}\` in \`train\`.`,
    });
  }
  for (const [split, { images }] of [['train', train] as const, [tests, test] as const]) {
    if (images[0] === undefined) continue;
    throw new CladError('LAYOUT_UNCLEAR', {
      path: join(path, split, images[0]),
      reason: `images lie directly in \`${split}\``,
      hint: `Put those of good parts into \`${split}/${good}\`.`,
    });
  }
}

/** Refuses masks outside the folders of defects, and those of a kind of defect that has no folder in `test`: every one of them is without its image. */
async function refuseMasksWithoutTest(path: string, test: Listing, form: MvtecForm): Promise<void> {
  const groundTruth = join(path, form.groundTruth);
  const { folders, images } = await listFolderIfAny(groundTruth);
  if (images[0] !== undefined) {
    throw new CladError('MASK_UNMATCHED', {
      mask: join(groundTruth, images[0]),
      reason: `masks lie in a folder a kind of defect, ${form.groundTruth}/<defect>, as the images in ${form.test}/<defect>`,
      others: othersAlike(images.length - 1),
      remedy: 'Move it there or remove it.',
    });
  }
  // Those of good parts are told of (mvtecAsides).
  const unknown = folders.filter((name) => name !== form.good && !test.folders.includes(name));
  for (const defect of unknown) {
    const maskFolder = join(groundTruth, defect);
    const meant = test.folders.find((name) => plainOf(name) === plainOf(defect));
    const [mask] = (await listFolderIfAny(maskFolder)).images;
    if (meant !== undefined && mask !== undefined) {
      throw new CladError('MASK_UNMATCHED', {
        mask: join(maskFolder, mask),
        reason: `the images are in ${join(path, form.test, meant)}, and their masks are looked for in ${form.groundTruth}/${meant}`,
        others: '',
        remedy: `Rename the folder ${maskFolder}.`,
      });
    }
    await matchMasks([], { imageFolder: join(path, form.test, defect), maskFolder, suffix: form.suffix });
  }
}

/** Folders that the layout knows and nothing reads: good photographs for validation, test images whose truth is not published, masks of good images. */
export async function mvtecAsides(classes: readonly ClassFolder[], layout: MvtecLayout): Promise<Aside[]> {
  const { good, groundTruth } = mvtecForms[layout];
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
    for (const name of layout === 'mvtec-ad-2' ? privateTests : []) {
      const folder = join(path, name);
      if (!(await statOrNothing(folder))?.isDirectory()) continue;
      const count = (await imagesBelow(folder)).images.length;
      const message = `${imagesOf(count)} not tested: what is good and what is not is known to the benchmark's server alone`;
      if (count > 0) asides.push({ className, path: folder, message });
    }
    const masked = join(path, groundTruth, good);
    const count = (await listFolderIfAny(masked)).images.length;
    const message = `${imagesOf(count)} not read: every pixel of a good image counts as normal`;
    if (count > 0) asides.push({ className, path: masked, message });
  }
  return asides;
}

/** Test images of MVTec AD 2 without ground truth. */
const privateTests = ['test_private', 'test_private_mixed'];
const validationNames = new Set(['validation', 'valid', 'val']);

function imagesOf(count: number): string {
  return count === 1 ? 'one image' : `${count} images`;
}
