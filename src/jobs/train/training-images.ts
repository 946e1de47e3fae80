/** @file Which images a training uses: not those that are to be left out, and each image once. */
import { CladError } from '../../core/errors.ts';
import { countCopies, findCopies, nameCopies } from '../../data/copies.ts';
import type { Dataset } from '../../data/dataset.ts';
import { positionsOf } from '../../data/named-images.ts';

/** The data set without training images that are to be left out. @throws EXCLUDED_UNKNOWN, EXCLUDED_ALL */
export async function withoutExcluded(dataset: Dataset, exclude: readonly string[]): Promise<Dataset> {
  if (exclude.length === 0) return dataset;
  const training = dataset.samples.filter(({ split }) => split === 'train');
  const paths = training.map(({ path }) => path);
  const positions = await positionsOf(exclude, paths, dataset.root, dataset.root);
  const out = new Set([...positions].map((position) => training[position]!));
  const samples = dataset.samples.filter((sample) => !out.has(sample));
  const left = (name: string) =>
    samples.filter((each) => each.split === 'train' && each.className === name).length;
  const empty = dataset.classes.find(
    (name) => left(name) === 0 && [...out].some(({ className }) => className === name),
  );
  if (empty !== undefined) throw new CladError('EXCLUDED_ALL', { name: empty, left: 0, least: 2 });
  return { ...dataset, samples };
}

/** Says what the same images at several places do to a training and to what is measured of it. */
export function noteCopies(
  { samples }: Dataset,
  pixels: ReadonlyMap<string, string>,
  note?: (text: string) => void,
): void {
  const training = findCopies(
    samples.filter(({ split }) => split === 'train'),
    pixels,
  );
  if (training.length > 0)
    note?.(
      `Copies among the training images, by their pixels: ${countCopies(training)}. Each image is used once: ${nameCopies(training)}`,
    );
  const leaks = findCopies(samples, pixels).filter(({ kind }) => kind === 'leak');
  if (leaks.length > 0)
    note?.(
      `Warning: images that are in train and in test, by their pixels: ${leaks.length}. The detector will know them, so what is measured on them flatters; take them out of one: ${nameCopies(leaks)}`,
    );
}
