/** @file Numbers and protocol names as the report writes them. */

import type { DetectorMetadata } from '../detector/metadata.ts';
import { countsTrained } from '../detector/thresholds/score-gap.ts';
import type { CountedShare } from '../evaluation/intervals.ts';
import type { EvaluationDocument } from '../jobs/evaluate/evaluate.ts';

/** A fraction with three decimals; a dash for null. */
export function decimals(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(3);
}

/** A fraction as a percentage with one decimal; a dash for null. */
export function percentText(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : `${(100 * value).toFixed(1)} %`;
}

/** A share with its counts and limits; a dash where there is none. */
export function shareText(share: CountedShare | null): string {
  if (share === null) return '–';
  const { count, of, rate, low, high } = share;
  return `${percentText(rate)} (${count} of ${of}; ${percentText(low)} to ${percentText(high)})`;
}

/** A score with three significant digits, without exponent where that is short. */
export function scoreText(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** `1 image`, `2 images`. */
export function countText(number: number, noun: string): string {
  const plural = noun.endsWith('s') ? 'es' : 's';
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : plural}`;
}

/** Which good images a training's thresholds come from. */
export function thresholdSource({ scoreGap }: DetectorMetadata['provenance']): string {
  return countsTrained(scoreGap)
    ? 'good training images, each predicted as if it were new'
    : 'good images held out of training';
}

/** Test images that were trained on, and what that means for the numbers; empty where there are none. */
export function trainedOnSentence({ images: { trainedOn } }: EvaluationDocument): string {
  if (trainedOn === null || trainedOn === 0) return '';
  return `Of the test images, ${trainedOn} have the pixels of training images: the detector knows them, and the numbers are better than new parts will see.`;
}

/** What chose the networks, and what that means for the numbers. */
export function selectionSentence(selection: string): string {
  switch (selection) {
    case 'synthetic':
      return 'The networks were chosen by synthetic anomalies on held-out good images. No test image took part in training, in this choice or in the thresholds.';
    case 'none':
      return 'No networks were trained, so nothing was chosen. No test image took part in training or in the thresholds.';
    case 'last':
      return 'The networks of the last training step were taken. No test image took part in training, in this choice or in the thresholds.';
    case 'test':
      return "The networks were chosen by their pixel AUROC on the test images of their data set, the paper's protocol. Those images thus took part, and the numbers are better than new parts will see.";
    default:
      return `The networks were chosen by: ${selection}.`;
  }
}
