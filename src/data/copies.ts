/**
 * @file The same image more than once in a data set, whatever its files are called: copies and links, found by their pixels. What a group of copies means
 * depends on where they lie: the same image cannot be of two classes, nor good and anomalous; in `train` and in `test` it makes numbers flattering.
 */
import type { Dataset, Sample } from './dataset.ts';
import { distinct } from './pixel-hash.ts';

/** What a group of copies is, the worst that holds. */
export type CopyKind =
  /** Of several classes. */
  | 'class'
  /** Good and anomalous. */
  | 'label'
  /** For training and for testing. */
  | 'leak'
  | 'train'
  | 'test';

/** Samples with the same pixels, at least two, in the order of the data set. */
export interface Copies {
  readonly kind: CopyKind;
  readonly samples: readonly Sample[];
}

/** Groups that are named in a sentence. */
const mostNamed = 3;
/** Files that are named of a group. */
const mostFiles = 4;

/**
 * Samples with the same pixels.
 * @param pixels - hashes by path; a sample without one is no copy
 */
export function findCopies(samples: readonly Sample[], pixels: ReadonlyMap<string, string>): Copies[] {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const hash = pixels.get(sample.path);
    if (hash === undefined) continue;
    const group = groups.get(hash);
    if (group) group.push(sample);
    else groups.set(hash, [sample]);
  }
  return [...groups.values()]
    .filter(({ length }) => length > 1)
    .map((group) => ({ kind: kindOf(group), samples: group }));
}

function kindOf(samples: readonly Sample[]): CopyKind {
  const several = (key: 'className' | 'anomalous' | 'split') =>
    samples.some((sample) => sample[key] !== samples[0]?.[key]);
  if (several('className')) return 'class';
  if (several('anomalous')) return 'label';
  if (several('split')) return 'leak';
  return samples[0]?.split as 'train' | 'test';
}

/** Whether what the folders say of an image cannot be true. */
export function isContradiction({ kind }: Copies): boolean {
  return kind === 'class' || kind === 'label';
}

/** A data set whose training images are distinct, the first of each kept. */
export function withoutTrainingCopies(dataset: Dataset, pixels: ReadonlyMap<string, string>): Dataset {
  const training = dataset.samples.filter(({ split }) => split === 'train');
  const kept = new Set(distinct(training, ({ path }) => pixels.get(path)));
  if (kept.size === training.length) return dataset;
  return { ...dataset, samples: dataset.samples.filter((each) => each.split === 'test' || kept.has(each)) };
}

/** Groups as a sentence names them, a few of them: `a.png = b.png; c.png = d.png = e.png; and 4 more`. */
export function nameCopies(groups: readonly Copies[]): string {
  const named = groups.slice(0, mostNamed).map(nameGroup);
  const more = groups.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

function nameGroup({ samples, kind }: Copies): string {
  const remark = ({ className, anomalous }: Sample) =>
    kind === 'class' ? ` (${className})` : kind === 'label' ? ` (${anomalous ? 'anomalous' : 'good'})` : '';
  const side = ({ className, anomalous, split }: Sample) => JSON.stringify([className, anomalous, split]);
  // The first of every side comes first, so that what is wrong is seen in a long group too.
  const firsts = new Map(samples.toReversed().map((sample) => [side(sample), sample])).values();
  const ordered = [...new Set([...[...firsts].toReversed(), ...samples])];
  const shown = ordered.slice(0, mostFiles).map((sample) => `${sample.path}${remark(sample)}`);
  const more = samples.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(' = ');
}

/** How many files are copies of an earlier one. */
export function countCopies(groups: readonly Copies[]): number {
  return groups.reduce((sum, { samples }) => sum + samples.length - 1, 0);
}
