/**
 * @file A folder to a data set: finds the layout, reads it, and refuses what cannot be meant. Only names are read
 * here; `verifyImages` decodes the files.
 */
import { relative, sep } from 'node:path';
import { flag, oneOf, optional, path, requireArgument, requireFields } from '../core/arguments.ts';
import { CladError } from '../core/errors.ts';
import { type Dataset, type Layout, layouts, type Sample } from './dataset.ts';
import type { Looks } from './entries.ts';
import { byCodeUnit, requireFolder } from './folders.ts';
import { readAs, recogniseLayout } from './layout-readers.ts';
import { expectedIn } from './layouts.ts';
import { type LeftOut, leftOutBriefly } from './left-out.ts';
import { passedOver } from './passed-over.ts';

/** How a data set is read. */
export interface LoadOptions {
  /** The layout, where it should not be guessed. */
  readonly layout?: Layout | undefined;
  /**
   * Whether every class must have training images; switch it off to evaluate on test images alone.
   * @default true
   */
  readonly requireTraining?: boolean;
}

/**
 * Reads a data set of any supported layout. Class names are the folders' names in Unicode form NFC; the order is by
 * class, split, path, by code unit.
 * @throws CladError `FILE_NOT_FOUND`, `FOLDER_EXPECTED`, `LAYOUT_UNCLEAR`, `DATASET_EMPTY`, `DATASET_NO_TRAINING`,
 *   `CLASS_EMPTY`, `CLASS_NAME_TWICE`, `MASK_UNMATCHED`, `MASK_MISSING`, `SPLIT_TABLE_INVALID`, `LIST_INVALID`
 */
export async function loadDataset(root: string, options: LoadOptions = {}): Promise<Dataset> {
  requireArgument('loadDataset', 'root', root, path);
  requireFields('loadDataset', 'options', options, {
    layout: optional(oneOf(layouts)),
    requireTraining: optional(flag),
  });
  const absolute = await requireFolder(root, 'Give the folder of the data set.');
  const looks: Looks = new Map();
  const layout = options.layout ?? (await recogniseLayout(absolute));
  const content = await readAs(layout, absolute, looks);
  const { names, samples, asides = [], consulted } = content;
  const classes = uniqueNames(names);
  const unread = await passedOver({ root: absolute, layout, samples, asides }, looks, consulted);
  const leftOut = [...unread, ...(content.leftOut ?? [])];
  if (samples.length === 0) {
    const expected = expectedIn(layout) + leftOutBriefly(leftOut);
    throw new CladError('DATASET_EMPTY', { path: root, expected });
  }
  const ordered = samples.map(inOneForm).sort(
    (a, b) =>
      byCodeUnit(a.className, b.className) ||
      splitOrder(a) - splitOrder(b) ||
      // As the fingerprint has them: a copy on another file system may have names in another Unicode form.
      byCodeUnit(a.path.normalize('NFC'), b.path.normalize('NFC')) ||
      byCodeUnit(a.path, b.path),
  );
  const read: Dataset = { root: absolute, layout, classes, samples: ordered, leftOut };
  const dataset = asides.length > 0 ? { ...read, asides: asides.map(inOneForm) } : read;
  requireSamples(dataset);
  if (options.requireTraining ?? true) requireTraining(dataset);
  return dataset;
}

/**
 * Refuses a data set, or a class of it, without training images.
 * @throws CladError `DATASET_NO_TRAINING` or `CLASS_EMPTY`
 */
export function requireTraining(dataset: Dataset): void {
  const training = new Set(dataset.samples.filter(({ split }) => split === 'train').map((s) => s.className));
  if (training.size === 0) {
    const expected = expectedIn(dataset.layout) + leftOutBriefly(dataset.leftOut);
    throw new CladError('DATASET_NO_TRAINING', { path: dataset.root, expected });
  }
  const without = dataset.classes.find((name) => !training.has(name));
  if (without !== undefined) throw classEmpty(dataset, without, 'training images');
}

function requireSamples(dataset: Dataset): void {
  const present = new Set(dataset.samples.map(({ className }) => className));
  const empty = dataset.classes.find((name) => !present.has(name));
  if (empty !== undefined) throw classEmpty(dataset, empty, 'images');
}

/** What was passed over in the class's folder may be why it is empty. */
function classEmpty({ root, layout, leftOut }: Dataset, name: string, what: string): CladError {
  const within = ({ path }: LeftOut) => relative(root, path).normalize('NFC').split(sep)[0] === name;
  const expected = expectedIn(layout) + leftOutBriefly(leftOut.filter(within));
  return new CladError('CLASS_EMPTY', { name, what, expected });
}

/** With the class's name in Unicode form NFC. */
function inOneForm<T extends { readonly className: string }>(item: T): T {
  return { ...item, className: item.className.normalize('NFC') };
}

/** Sorted names; two that a case-insensitive or normalising file system would merge are refused. */
function uniqueNames(names: readonly string[]): string[] {
  const byKey = new Map<string, string>();
  for (const name of names) {
    const key = name.normalize('NFC').toLowerCase();
    const first = byKey.get(key);
    if (first !== undefined) throw new CladError('CLASS_NAME_TWICE', { first, second: name });
    byKey.set(key, name);
  }
  return names.map((name) => name.normalize('NFC')).sort(byCodeUnit);
}

function splitOrder({ split }: Sample): number {
  return split === 'train' ? 0 : 1;
}
