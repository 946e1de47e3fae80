/** @file What a run knows of its classes, that images of now are compared with. */
import type { Seen } from '../../image/seen.ts';
import { asNewByClass } from '../trade-off/trade-off.ts';
import type { Subject } from '../update/subject.ts';
import { type ClassReference, comparisons, falseAlarms } from './compare.ts';

/** @param looks - light and sharpness of training images, of the classes that are wanted */
export function referencesOf(
  subject: Subject,
  looks: ReadonlyMap<string, readonly Seen[]>,
): Map<string, ClassReference> {
  const scores = asNewByClass(subject);
  const of = (name: string): ClassReference => {
    const own = (scores.get(name) ?? []).map(({ score }) => score);
    const seen = looks.get(name)!;
    const found = subject.metadata.thresholds[name];
    if (!found) return { class: name, scores: own, seen, threshold: null };
    const { threshold: value, achievableRate: rate, count: images } = found;
    return {
      ...{ class: name, seen, scores: own.filter((score) => score <= value) },
      threshold: { value, rate, images },
    };
  };
  return new Map([...looks.keys()].map((name) => [name, of(name)]));
}

/** The chance that each comparison may take, so that over all of them, unknown parts of all classes together, and all looks a false alarm is rare. */
export function levelFor(looks: number, { metadata }: Pick<Subject, 'metadata'>): number {
  return falseAlarms / (looks * (comparisons * metadata.classes.length + 1));
}
