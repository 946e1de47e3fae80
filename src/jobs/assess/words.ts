/** @file What an assessment means, in sentences, for terminal and report. */
import { halfContrast } from '../../evaluation/graded-misses.ts';
import { percentOf } from './data-state.ts';
import type { AssessmentDocument, ClassAssessment } from './document.ts';

/** Contrast that sentences on sizes are of: at lower ones products miss nearly all sizes. */
const usualContrast = 40;

/** A size in the terms of who has the photographs: pixels, and the share of the picture's shorter side. */
export function sizeWords(share: number, { photograph }: Pick<ClassAssessment, 'photograph'>): string {
  const part = `${percentOf(share)} of the picture's side`;
  return photograph === null ? part : `${Number((share * photograph.side).toPrecision(2))} px (${part})`;
}

/** Which contrast sentences and the short table are of: its place. */
export function usualContrastOf({ contrasts }: Pick<AssessmentDocument, 'contrasts'>): number {
  return Math.max(0, contrasts.indexOf(usualContrast));
}

/** From which contrast on half of the drawn defects is found, in grey values: a number by which products of all kinds differ. */
export function contrastWords({ contrasts }: AssessmentDocument, { misses }: ClassAssessment): string {
  const half = misses ? halfContrast(contrasts, misses.table) : undefined;
  if (!half) return '-';
  if (half.where === 'below') return `below ${contrasts[0]}`;
  return half.where === 'above' ? `above ${contrasts.at(-1)}` : String(Math.round(half.size));
}

/** From which size on half is found, at the usual contrast. */
export function halfSentence(document: AssessmentDocument, each: ClassAssessment): string | undefined {
  const place = usualContrastOf(document);
  const half = each.misses?.half[place];
  if (!half) return undefined;
  const grey = `that differ from their ground by ${document.contrasts[place]} grey values`;
  const [smallest, largest] = [document.sizes[0]!, document.sizes.at(-1)!];
  if (half.where === 'below')
    return `Of drawn defects ${grey} it finds more than half even at ${sizeWords(smallest, each)}, the smallest drawn.`;
  if (half.where === 'above')
    return `Of drawn defects ${grey} it misses half or more even at ${sizeWords(largest, each)}, the largest drawn.`;
  return `Of drawn defects ${grey} it misses half at ${sizeWords(half.size, each)}, and more of smaller ones.`;
}

/** Whether more images would help. */
export function learningSentence({ learning, data }: ClassAssessment): string {
  if (!learning)
    return `Whether more images would help cannot be told: the product has ${data.images}, or the method has no memory of single images.`;
  const now = learning.points.at(-1)!;
  const { images, missRate, worth } = learning.more;
  const words = { much: 'probably much', little: 'probably little', not: 'probably not' }[worth];
  return `Would ${images} more images help? ${words[0]!.toUpperCase()}${words.slice(1)}: from ${percentOf(now.missRate)} of drawn defects missed to about ${percentOf(missRate)} (with twice as many images about ${percentOf(learning.twice.missRate)}).`;
}

/** All that is said of a product, a sentence each. */
export function sentencesOf(document: AssessmentDocument, each: ClassAssessment): string[] {
  return [
    halfSentence(document, each) ?? 'No photograph is left to draw defects on.',
    learningSentence(each),
    ...each.data.remarks,
  ];
}
