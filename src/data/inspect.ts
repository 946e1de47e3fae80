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
import { CladError } from '../core/errors.ts';
import { type SampleBits, sampleBits } from '../image/samples.ts';
import { trainingBits } from './bit-depth.ts';
import { type CopyKind, findCopies } from './copies.ts';
import { type Dataset, type Layout, layouts, type Sample } from './dataset.ts';
import { type Sketch, sketchOf } from './image-sketch.ts';
import { copyProblems, nearDuplicatesOf, nearProblems } from './inspect-copies.ts';
import type { ClassSummary, Problem, SizeRange } from './inspection.ts';
import { type LeftOutSummary, summariseLeftOut } from './left-out.ts';
import { type LoadOptions, loadDataset } from './load.ts';
import { missingMasks } from './mask-names.ts';
import { nearlyBlack } from './nearly-black.ts';
import { foldersReadAsOne, type ReadAsOne } from './nested.ts';
import { defaultPatches, largePatches } from './patch-size.ts';
import { distinct } from './pixel-hash.ts';
import { type Examination, type ExamineOptions, examineImages } from './verify-images.ts';

/** A data set described. */
export interface Inspection {
  readonly root: string;
  readonly layout: Layout;
  readonly classes: Readonly<Record<string, ClassSummary>>;
  readonly total: Pick<ClassSummary, 'train' | 'testGood' | 'testAnomalous' | 'masks'>;
  /** Images that are there more than once, by their pixels. */
  readonly copies: readonly { readonly kind: CopyKind; readonly paths: readonly string[] }[];
  readonly problems: readonly Problem[];
  /** Folders whose images were put together as one kind of one class. */
  readonly readAsOne: readonly ReadAsOne[];
  /** What was passed over, later pages of images among it; broken images are problems. */
  readonly leftOut: LeftOutSummary;
}

/**
 * Reads a data set, decodes every file and describes it.
 * @throws CladError as `loadDataset` does, where the folder cannot be read as a data set at all
 */
export async function inspectDataset(
  root: string,
  options: Omit<ExamineOptions, 'kept'> & Pick<LoadOptions, 'layout'> = {},
): Promise<Inspection> {
  requireArgument('inspectDataset', 'root', root, path);
  requireFields('inspectDataset', 'options', options, {
    layout: optional(oneOf(layouts)),
    splits: optional(list(oneOf(['train', 'test']))),
    concurrency: optional(wholeFrom(1)),
    bits: optional(oneOf(sampleBits)),
    onImage: optional(callback),
    onProgress: optional(callback),
  });
  const dataset = await loadDataset(root, { layout: options.layout, requireTraining: false });
  const { bits, problems } = await bitsProblem(dataset, options.onProgress);
  const sketches = new Map<string, Sketch>();
  const examination = await examineImages(dataset, {
    ...options,
    bits: options.bits ?? bits,
    onImage: (sample, image) => {
      if (!sample.anomalous) sketches.set(sample.path, sketchOf(image));
      options.onImage?.(sample, image);
    },
  });
  const copies = findCopies(dataset.samples, examination.pixels);
  const summaries = dataset.classes.map((name) => summarise(ofClass(dataset, name), examination, sketches));
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
    readAsOne: foldersReadAsOne(dataset),
    leftOut: summariseLeftOut([...dataset.leftOut, ...examination.laterPages]),
    copies: copies.map(({ kind, samples }) => ({ kind, paths: samples.map(({ path }) => path) })),
    problems: [
      ...(
        await Promise.all(
          dataset.classes.map(async (name, index) => [
            ...(await problemsOf(name, dataset, examination)),
            ...copyProblems(name, copies),
            ...nearProblems(name, summaries[index] as ClassSummary),
          ]),
        )
      ).flat(),
      ...problems,
      ...(bits === undefined ? [] : nearlyBlack(dataset.samples, examination.seen)).map(
        ({ className, message }): Problem => ({ severity: 'warning', class: className, path: null, message }),
      ),
    ],
  };
}

function ofClass({ samples }: Dataset, name: string): Sample[] {
  return samples.filter(({ className }) => className === name);
}

function summarise(
  samples: readonly Sample[],
  { sizes, pixels }: Examination,
  sketches: ReadonlyMap<string, Sketch>,
): ClassSummary {
  const test = samples.filter(({ split }) => split === 'test');
  const defects = new Map<string, number>();
  for (const { defect } of test) defects.set(defect, (defects.get(defect) ?? 0) + 1);
  const decoded = samples.flatMap(({ path }) => sizes.get(path) ?? []);
  return {
    train: samples.length - test.length,
    testGood: test.filter(({ anomalous }) => !anomalous).length,
    testAnomalous: test.filter(({ anomalous }) => anomalous).length,
    defects: Object.fromEntries(defects),
    masks: test.filter(({ maskPaths }) => maskPaths !== undefined).length,
    width: rangeOf(decoded.map(({ width }) => width)),
    height: rangeOf(decoded.map(({ height }) => height)),
    nearDuplicates: nearDuplicatesOf(samples, pixels, sketches),
  };
}

function rangeOf(values: readonly number[]): SizeRange | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((first, second) => first - second);
  return { min: sorted[0] as number, max: sorted.at(-1) as number };
}

async function problemsOf(
  name: string,
  dataset: Dataset,
  { broken, emptyMasks, maskWarnings, pixels, sizes }: Examination,
): Promise<Problem[]> {
  const samples = ofClass(dataset, name);
  const problems: Problem[] = [];
  const add = (severity: Problem['severity'], path: string | null, message: string) =>
    problems.push({ severity, class: name, path, message });
  const files = new Set(samples.flatMap(({ path, maskPaths = [] }) => [path, ...maskPaths]));
  for (const { path, reason } of broken) if (files.has(path)) add('error', path, reason);
  const training = samples.filter(({ split }) => split === 'train');
  const bad = new Set(broken.map(({ path }) => path));
  const usable = distinct(
    training.filter(({ path }) => !bad.has(path)),
    ({ path }) => pixels.get(path),
  ).length;
  if (training.length === 0) add('error', null, 'no training images');
  else if (usable < 2) add('error', null, `two training images are the least, and ${usable} can be used`);
  for (const { path, message } of await missingMasks(samples, dataset.layout)) add('warning', path, message);
  for (const path of emptyMasks) if (files.has(path)) add('warning', path, 'the mask is empty');
  for (const { className, path, message } of [...maskWarnings, ...(dataset.asides ?? [])])
    if (className === name) add('warning', path, message);
  for (const { message } of largePatches(samples, sizes, defaultPatches)) add('warning', null, message);
  return problems;
}

/** How a training would read 16-bit files; undecided where it would refuse them, which is an error. */
async function bitsProblem(
  dataset: Dataset,
  onProgress: ExamineOptions['onProgress'],
): Promise<{ readonly bits?: SampleBits; readonly problems: readonly Problem[] }> {
  const problem = (severity: Problem['severity'], message: string): Problem[] => [
    { severity, class: dataset.classes[0] ?? '', path: null, message },
  ];
  try {
    const { bits, note } = await trainingBits(dataset, undefined, onProgress);
    return { bits, problems: note === undefined ? [] : problem('warning', note) };
  } catch (error) {
    if (!(error instanceof CladError) || error.code !== 'BITS_UNCLEAR') throw error;
    return { problems: problem('error', error.message) };
  }
}
