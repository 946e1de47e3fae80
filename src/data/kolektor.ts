/**
 * @file KolektorSDD (Tabernik et al., Journal of Intelligent Manufacturing 2020) and KolektorSDD2 (Božič et al., Computers in Industry 2021) as published:
 *
 *     kos01/Part0.jpg   kos01/Part0_label.bmp      50 items of eight surfaces
 *     train/10000.png   train/10000_GT.png         and `test` alike
 *
 * Every image has a mask, and one that is all black says that the part is good, so masks are decoded here.
 *
 * KolektorSDD2 has a split. Defective images of its training half, which is for supervised methods, are set aside. KolektorSDD has none for one class: its folds
 * are for supervised methods as well. Ours is by items, so that no part is seen in training and in test: a fifth of them, drawn by a seed from the sorted names
 * of all, is tested, and every defective image of the others.
 */
import { basename, join } from 'node:path';
import { CladError } from '../core/errors.ts';
import { Random } from '../core/random.ts';
import { decodeMaskSamples } from '../image/mask.ts';
import { mapConcurrently } from './concurrency.ts';
import type { Aside, Sample } from './dataset.ts';
import { defaultConcurrency } from './default-concurrency.ts';
import { foldersIn, namesIn, statOrNothing } from './folders.ts';
import type { LayoutContent } from './layout-content.ts';
import type { ClassFolder } from './mvtec.ts';

/** Share of the items of KolektorSDD that is tested. */
const testedShare = 1 / 5;
/** Seed of the draw. Another one would be another benchmark. */
const splitSeed = 0;

interface Form {
  /** Names of images; the first group is the stem. */
  readonly image: RegExp;
  readonly maskOf: (stem: string) => string;
  /** Names of masks; the first group is the image's stem. */
  readonly mask: RegExp;
  readonly imageOf: (stem: string) => string;
}

const first: Form = {
  image: /^(Part\d+)\.jpg$/i,
  maskOf: (stem) => `${stem}_label.bmp`,
  mask: /^(Part\d+)_label\.bmp$/i,
  imageOf: (stem) => `${stem}.jpg`,
};
const second: Form = {
  // The archive holds a copy that is called otherwise; it is passed over, and said to be.
  image: /^(\d+)\.png$/i,
  maskOf: (stem) => `${stem}_GT.png`,
  mask: /^(\d+)_GT\.png$/i,
  imageOf: (stem) => `${stem}.png`,
};
const itemFolder = /^kos\d+$/i;

/** An image whose mask said what it is. */
interface Judged {
  readonly path: string;
  readonly mask: string;
  readonly anomalous: boolean;
}

/** The folders of KolektorSDD: the root, or those in it. */
export function kolektorClasses(root: string): Promise<ClassFolder[]> {
  return classesThat(root, async (path) => (await itemsIn(path)).length > 0);
}

async function itemsIn(path: string): Promise<string[]> {
  const items: string[] = [];
  for (const name of (await foldersIn(path)).filter((folder) => itemFolder.test(folder)))
    if ((await namesIn(join(path, name))).some((file) => first.mask.test(file))) items.push(name);
  return items;
}

/** The folders of KolektorSDD2: the root, or those in it. */
export function kolektor2Classes(root: string): Promise<ClassFolder[]> {
  return classesThat(root, async (path) => {
    for (const split of ['train', 'test'])
      if ((await namesIn(join(path, split))).some((file) => second.mask.test(file))) return true;
    return false;
  });
}

async function classesThat(
  root: string,
  isClass: (path: string) => Promise<boolean>,
): Promise<ClassFolder[]> {
  if (await isClass(root)) return [{ className: basename(root), path: root }];
  const folders = (await foldersIn(root)).map((className) => ({ className, path: join(root, className) }));
  const are = await Promise.all(folders.map(({ path }) => isClass(path)));
  return folders.filter((_, index) => are[index]);
}

/** Reads KolektorSDD. @throws CladError `MASK_MISSING`, `MASK_UNMATCHED`, `FILE_UNREADABLE`, `IMAGE_INVALID` */
export async function readKolektor(classes: readonly ClassFolder[]): Promise<LayoutContent> {
  const samples: Sample[] = [];
  const asides: Aside[] = [];
  const consulted: string[] = [];
  for (const { className, path } of classes) {
    const items = await itemsIn(path);
    const order = new Random('kolektor-sdd', splitSeed).permutation(items.length);
    const tested = new Set([...order.subarray(0, Math.round(items.length * testedShare))]);
    for (const [index, item] of items.entries())
      for (const judged of await judgedIn(join(path, item), first)) {
        const split = judged.anomalous || tested.has(index) ? 'test' : 'train';
        samples.push(sampleOf(judged, className, split));
        consulted.push(judged.mask);
      }
    const message = `KolektorSDD has no official split for training on good parts alone; ${tested.size} of ${items.length} items, drawn with seed ${splitSeed}, are tested, and every defective image`;
    asides.push({ className, path, message, files: [] });
  }
  return { names: classes.map(({ className }) => className), samples, asides, consulted };
}

/** Reads KolektorSDD2. @throws CladError `MASK_MISSING`, `MASK_UNMATCHED`, `FILE_UNREADABLE`, `IMAGE_INVALID` */
export async function readKolektor2(classes: readonly ClassFolder[]): Promise<LayoutContent> {
  const samples: Sample[] = [];
  const asides: Aside[] = [];
  const consulted: string[] = [];
  for (const { className, path } of classes) {
    for (const split of ['train', 'test'] as const) {
      const folder = join(path, split);
      if (!(await statOrNothing(folder))) continue;
      const judged = await judgedIn(folder, second);
      for (const { mask } of judged) consulted.push(mask);
      const left = split === 'train' ? judged.filter(({ anomalous }) => anomalous) : [];
      for (const each of judged) if (!left.includes(each)) samples.push(sampleOf(each, className, split));
      if (left.length > 0)
        asides.push(
          defectiveTraining(
            className,
            folder,
            left.map((each) => each.path),
          ),
        );
    }
  }
  return { names: classes.map(({ className }) => className), samples, asides, consulted };
}

/** Defective images of a training half that is for supervised methods. */
export function defectiveTraining(className: string, path: string, files: readonly string[]): Aside {
  const images =
    files.length === 1 ? 'one image of a defective part is' : `${files.length} images of defective parts are`;
  return { className, path, message: `${images} neither trained on nor tested`, files };
}

function sampleOf({ path, mask, anomalous }: Judged, className: string, split: Sample['split']): Sample {
  const sample = { path, className, split, anomalous, defect: anomalous ? 'defect' : 'good' };
  return anomalous ? { ...sample, maskPaths: [mask] } : sample;
}

/** The images of a folder, by name. */
async function judgedIn(folder: string, form: Form): Promise<Judged[]> {
  const names = await namesIn(folder);
  const present = new Set(names);
  const stems = new Set(names.flatMap((name) => form.image.exec(name)?.[1] ?? []));
  for (const name of names) {
    const stem = form.mask.exec(name)?.[1];
    if (stem === undefined || stems.has(stem)) continue;
    throw new CladError('MASK_UNMATCHED', {
      mask: join(folder, name),
      reason: `expected ${join(folder, form.imageOf(stem))}`,
      others: '',
      remedy: 'Add the image or remove the mask.',
    });
  }
  const images = names.flatMap((name) => {
    const stem = form.image.exec(name)?.[1];
    return stem === undefined ? [] : [{ name, maskName: form.maskOf(stem) }];
  });
  const without = images.find(({ maskName }) => !present.has(maskName));
  if (without !== undefined) {
    const { name, maskName } = without;
    throw new CladError('MASK_MISSING', { path: join(folder, name), expected: join(folder, maskName) });
  }
  return mapConcurrently(images, defaultConcurrency, async ({ name, maskName }) => {
    const mask = join(folder, maskName);
    return { path: join(folder, name), mask, anomalous: !(await isBlack(mask)) };
  });
}

/** Whether every colour of every pixel is 0. */
async function isBlack(path: string): Promise<boolean> {
  const { channels, data } = await decodeMaskSamples(path);
  // Grey or colour; what comes after is alpha.
  const colours = channels < 3 ? 1 : 3;
  for (let at = 0; at < data.length; at += channels)
    for (let colour = 0; colour < colours; colour++) if (data[at + colour] !== 0) return false;
  return true;
}
