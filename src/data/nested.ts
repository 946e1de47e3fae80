/**
 * @file Folders within the folder of one class: `bottle/week1/`, `bottle/week2/camera-a/`. Their images are read as the class's, unless a name
 * says that something else than good parts lies there: taken for good ones, defects would be learnt as normal.
 */
import { basename, dirname, join, relative } from 'node:path';
import { CladError } from '../core/errors.ts';
import type { Dataset, Sample } from './dataset.ts';
import type { Looks } from './entries.ts';
import { byCodeUnit, type FoundBelow, imagesBelow, statOrNothing } from './folders.ts';
import { layoutFacts } from './layouts.ts';

/** Words for a split, for masks, and for what is no good part. */
const contradicting = new RegExp(
  `\\b(${[
    ...['train', 'training', 'tests?', 'testing', 'val', 'validation'],
    ...['truth', 'gt', 'masks?', 'labels', 'annotations?', 'segmentations?'],
    ...['bad', 'ng', 'nok', 'ko', 'nio', 'poor', 'wrong', 'anomal\\w*', 'abnormal\\w*', 'outliers?'],
    ...[
      'defect\\w*',
      'fault\\w*',
      'fail\\w*',
      'flaws?',
      'flawed',
      'reject\\w*',
      'scrap\\w*',
      'damag\\w*',
      'broken',
    ],
    ...['cracks?', 'cracked', 'scratch\\w*', 'dents?', 'dented', 'stains?', 'stained', 'contaminat\\w*'],
    '(not?|non) (good|ok|okay|normal|conform\\w*)',
  ].join('|')})\\b`,
);
const good = /\b(good|ok|okay|normal)\b/;

/** A folder's name as words, in lower case: `badParts_2` as `bad parts`, `n.i.O.` as `nio`. */
function words(folder: string): string {
  return basename(folder)
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replaceAll(/\b([a-z])\.(?=[a-z]\b)/g, '$1')
    .replaceAll(/[^a-z]+/g, ' ')
    .trim();
}

function isGood(folder: string): boolean {
  return good.test(words(folder));
}

/**
 * The images of good parts in a folder and those below it.
 * @throws CladError `LAYOUT_UNCLEAR` when a folder's name says that not all are good, or one is called good and others are not
 */
export async function goodImagesBelow(path: string, looks: Looks = new Map()): Promise<readonly string[]> {
  const found = await imagesBelow(path, { looks });
  const wrong = found.folders.find((folder) => contradicting.test(words(folder)));
  if (wrong !== undefined) throw notGood(wrong, 'its name says that not only good parts lie there');
  const called = found.folders.find((folder) => isGood(folder) && besides(folder, found) !== undefined);
  if (called === undefined) return found.images;
  throw notGood(called, `beside it lies ${besides(called, found)}, which is not called so`);
}

/** What lies beside a folder and is not called good. */
function besides(folder: string, { folders, images }: FoundBelow): string | undefined {
  const near = (path: string) => dirname(path) === dirname(folder);
  const other = folders.find((each) => near(each) && !isGood(each)) ?? images.find(near);
  return other === undefined ? undefined : basename(other);
}

function notGood(path: string, reason: string): CladError {
  return new CladError('LAYOUT_UNCLEAR', {
    path,
    reason: `all images below a class's folder are taken for good parts, and ${reason}`,
    hint: 'Keep good parts alone in it, or rename the folder if it holds such. With test images follow MVTec AD: train/good, test/good and test/<defect> in each class.',
  });
}

/**
 * The images of a folder of defective parts and those below it.
 * @param masks - the folder of their masks, which are matched within one folder only
 * @throws CladError `LAYOUT_UNCLEAR` when there are folders in it and masks, or one is called good
 */
export async function anomalousImagesBelow(path: string, masks: string): Promise<readonly string[]> {
  const { images, folders } = await imagesBelow(path);
  const [first] = folders;
  if (first !== undefined && (await statOrNothing(masks))) {
    throw new CladError('LAYOUT_UNCLEAR', {
      path: first,
      reason: `it is a folder among images that have masks in ${masks}, which are matched by name within one folder`,
      hint: 'Put the images directly into the folder of their defect.',
    });
  }
  const wrong = folders.find(isGood);
  if (wrong === undefined) return images;
  throw new CladError('LAYOUT_UNCLEAR', {
    path: wrong,
    reason: 'it lies among images of defective parts, and its name says that it holds good ones',
    hint: 'Put good parts into test/good.',
  });
}

/** Images of one kind that were read from more than one folder. */
export interface ReadAsOne {
  readonly class: string;
  readonly split: Sample['split'];
  readonly defect: string;
  /** Below the data set's folder, sorted. */
  readonly folders: readonly string[];
}

/** Which folders were read as one, so that two classes are not taken for one unseen; nothing in a layout whose table says what is what. */
export function foldersReadAsOne({ root, layout, samples }: Dataset): ReadAsOne[] {
  if (layoutFacts[layout].listed) return [];
  const groups = new Map<string, { readonly of: Sample; readonly folders: Set<string> }>();
  for (const sample of samples) {
    const key = JSON.stringify([sample.className, sample.split, sample.defect]);
    const group = groups.get(key) ?? { of: sample, folders: new Set() };
    groups.set(key, group);
    group.folders.add(relative(root, dirname(sample.path)));
  }
  return [...groups.values()]
    .filter(({ folders }) => folders.size > 1)
    .map(({ of: { className, split, defect }, folders }) => ({
      class: className,
      split,
      defect,
      folders: [...folders].sort(byCodeUnit),
    }));
}

/** A line for people. */
export function describeReadAsOne({ class: name, split, defect, folders }: ReadAsOne): string {
  const what = split === 'train' ? name : `${name}, ${join(split, defect)}`;
  const shown = folders.slice(0, 5).map((folder) => (folder === '' ? '.' : folder));
  const more = folders.length > shown.length ? ` and ${folders.length - shown.length} more` : '';
  return `${what}: the images of ${folders.length} folders are read as one: ${shown.join(', ')}${more}`;
}
