/** @file What is in a data set, and what is wrong with it: the content of `clad data inspect`. */
import {
  callback,
  list,
  oneOf,
  optional,
  path,
  requireArgument,
  requireFields,
  wholeFrom,
} from '../core/arguments.ts';
import { type Dataset, type Layout, layouts, type Sample } from './dataset.ts';
import { type LoadOptions, loadDataset } from './load.ts';
import { type Examination, type ExamineOptions, examineImages } from './verify.ts';

/** The smallest and largest of something, in pixels. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** One class's counts, of all its files, broken ones too. */
export interface ClassSummary {
  readonly train: number;
  readonly testGood: number;
  readonly testAnomalous: number;
  /** Test images by kind of defect, `good` among them. */
  readonly defects: Readonly<Record<string, number>>;
  /** Anomalous test images that have a mask. */
  readonly masks: number;
  /** Of the images that decode; null when none does. */
  readonly width: Range | null;
  readonly height: Range | null;
}

/** Something that stops training or evaluation (`error`) or weakens it (`warning`). */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly class: string;
  /** The file meant, where it is one. */
  readonly path: string | null;
  readonly message: string;
}

/** A data set described. */
export interface Inspection {
  readonly root: string;
  readonly layout: Layout;
  readonly classes: Readonly<Record<string, ClassSummary>>;
  readonly total: Pick<ClassSummary, 'train' | 'testGood' | 'testAnomalous' | 'masks'>;
  readonly problems: readonly Problem[];
}

/**
 * Reads a data set, decodes every file and describes it.
 * @throws CladError as `loadDataset` does, where the folder cannot be read as a data set at all
 */
export async function inspectDataset(
  root: string,
  options: ExamineOptions & Pick<LoadOptions, 'layout'> = {},
): Promise<Inspection> {
  requireArgument('inspectDataset', 'root', root, path);
  requireFields('inspectDataset', 'options', options, {
    layout: optional(oneOf(layouts)),
    splits: optional(list(oneOf(['train', 'test']))),
    concurrency: optional(wholeFrom(1)),
    onProgress: optional(callback),
  });
  const dataset = await loadDataset(root, { layout: options.layout, requireTraining: false });
  const examination = await examineImages(dataset, options);
  const summaries = dataset.classes.map((name) => summarise(ofClass(dataset, name), examination));
  const sum = (key: 'train' | 'testGood' | 'testAnomalous' | 'masks') =>
    summaries.reduce((total, summary) => total + summary[key], 0);
  return {
    root: dataset.root,
    layout: dataset.layout,
    classes: Object.fromEntries(
      dataset.classes.map((name, index) => [name, summaries[index] as ClassSummary]),
    ),
    total: {
      train: sum('train'),
      testGood: sum('testGood'),
      testAnomalous: sum('testAnomalous'),
      masks: sum('masks'),
    },
    problems: dataset.classes.flatMap((name) => problemsOf(name, ofClass(dataset, name), examination)),
  };
}

function ofClass({ samples }: Dataset, name: string): Sample[] {
  return samples.filter(({ className }) => className === name);
}

function summarise(samples: readonly Sample[], { sizes }: Examination): ClassSummary {
  const test = samples.filter(({ split }) => split === 'test');
  const defects = new Map<string, number>();
  for (const { defect } of test) defects.set(defect, (defects.get(defect) ?? 0) + 1);
  const decoded = samples.flatMap(({ path }) => sizes.get(path) ?? []);
  return {
    train: samples.length - test.length,
    testGood: test.filter(({ anomalous }) => !anomalous).length,
    testAnomalous: test.filter(({ anomalous }) => anomalous).length,
    defects: Object.fromEntries(defects),
    masks: test.filter(({ maskPath }) => maskPath !== undefined).length,
    width: rangeOf(decoded.map(({ width }) => width)),
    height: rangeOf(decoded.map(({ height }) => height)),
  };
}

function rangeOf(values: readonly number[]): Range | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((first, second) => first - second);
  return { min: sorted[0] as number, max: sorted.at(-1) as number };
}

function problemsOf(
  name: string,
  samples: readonly Sample[],
  { broken, emptyMasks }: Examination,
): Problem[] {
  const problems: Problem[] = [];
  const add = (severity: Problem['severity'], path: string | null, message: string) =>
    problems.push({ severity, class: name, path, message });
  const files = new Set(samples.flatMap(({ path, maskPath }) => [path, maskPath]));
  for (const { path, reason } of broken) if (files.has(path)) add('error', path, reason);
  const training = samples.filter(({ split }) => split === 'train');
  const bad = new Set(broken.map(({ path }) => path));
  const usable = training.filter(({ path }) => !bad.has(path)).length;
  if (training.length === 0) add('error', null, 'no training images');
  else if (usable < 2) add('error', null, `two training images are the least, and ${usable} can be used`);
  const anomalous = samples.filter((sample) => sample.anomalous);
  const unmasked = anomalous.filter(({ maskPath }) => maskPath === undefined);
  if (unmasked.length > 0 && unmasked.length === anomalous.length)
    add('warning', null, 'no masks, so no pixel metrics');
  else for (const { path } of unmasked) add('warning', path, 'anomalous image without a mask');
  for (const path of emptyMasks) if (files.has(path)) add('warning', path, 'the mask is empty');
  return problems;
}
