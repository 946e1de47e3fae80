/** @file The order of the products, and which of them are weak. */
import { median } from '../../core/arrays.ts';
import type { ClassAssessment } from './document.ts';

export type Unsorted = Omit<ClassAssessment, 'weak'>;

/** A weak product misses at least so much more than the median of all products, or so much in any case. */
const above = 0.1;
const inAnyCase = 0.75;

/** The worst first; of which nothing is known last. A product is weak where it lies clearly above the others, or misses most of all that was drawn. */
export function worstFirst(classes: readonly Unsorted[]): ClassAssessment[] {
  const rateOf = ({ misses }: Unsorted) => misses?.expected.rate ?? Number.NEGATIVE_INFINITY;
  const known = classes.flatMap(({ misses }) => misses?.expected.rate ?? []);
  const usual = known.length > 1 ? median(known) : Number.POSITIVE_INFINITY;
  return classes
    .toSorted((a, b) => rateOf(b) - rateOf(a))
    .map((each) => ({ ...each, weak: rateOf(each) >= Math.min(usual + above, inAnyCase) }));
}
