/** @file What `clad data inspect` says of images that are in a data set more than once, or almost. */
import { type Copies, type CopyKind, countCopies, nameCopies } from './copies.ts';
import type { Sample } from './dataset.ts';
import type { Sketch } from './image-sketch.ts';
import type { ClassSummary, Problem } from './inspection.ts';
import { nearDuplicates } from './near-duplicates.ts';
import { distinct } from './pixel-hash.ts';

/** What the same image at several places means, a line for each kind, under the class of the first copy. */
export function copyProblems(name: string, copies: readonly Copies[]): Problem[] {
  const lines: Record<CopyKind, readonly [Problem['severity'], (groups: readonly Copies[]) => string]> = {
    class: ['error', () => 'the same image stands in the folders of several classes'],
    label: ['error', () => 'the same image stands among good and among anomalous ones'],
    leak: [
      'warning',
      () =>
        'the same image is in train and in test: the detector will know it, and what is measured on it flatters',
    ],
    train: [
      'warning',
      (groups) => `copies among the training images, which will not count twice (${countCopies(groups)})`,
    ],
    test: [
      'warning',
      (groups) => `copies among the test images, which weigh more by them (${countCopies(groups)})`,
    ],
  };
  return Object.entries(lines).flatMap(([kind, [severity, said]]) => {
    const groups = copies.filter((each) => each.kind === kind && each.samples[0]?.className === name);
    if (groups.length === 0) return [];
    return [{ severity, class: name, path: null, message: `${said(groups)}: ${nameCopies(groups)}` }];
  });
}

/** A line of a class whose good images are almost the same in part. */
export function nearProblems(
  name: string,
  { nearDuplicates: groups, train, testGood }: ClassSummary,
): Problem[] {
  if (groups[0] === undefined) return [];
  const count = groups.flat().length;
  const message = `${count} of ${train + testGood} good images are almost the same as others, as in a burst of one part (${groups.length} ${groups.length === 1 ? 'group' : 'groups'}, ${groups[0].slice(0, 3).join(', ')} one of them): they teach little, and thresholds promise more than they know. Keep one of each part, and no part in train and in test`;
  return [{ severity: 'warning', class: name, path: null, message }];
}

/** Paths of good images of a class that are almost the same image, in groups; of exact copies the first is looked at. @param sketches - by path, of the good ones that decode */
export function nearDuplicatesOf(
  samples: readonly Sample[],
  pixels: ReadonlyMap<string, string>,
  sketches: ReadonlyMap<string, Sketch>,
): string[][] {
  const paths = distinct(samples, ({ path }) => pixels.get(path))
    .map(({ path }) => path)
    .filter((path) => sketches.has(path));
  const groups = nearDuplicates(paths.map((path) => sketches.get(path) as Sketch));
  return groups.map((group) => group.map((at) => paths[at] as string));
}
