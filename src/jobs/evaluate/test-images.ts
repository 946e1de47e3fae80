/** @file Test images that are no measure of new parts, known by their pixels: trained on, calibrated on, there twice. */
import { countCopies, findCopies, nameCopies } from '../../data/copies.ts';
import type { Sample } from '../../data/dataset.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { isRemembered } from '../remembered-images.ts';

/** Test images, by their pixels, that are no measure of new parts. */
export interface TestImages {
  /** The detector was trained on them; null for a file of before 28 November 2026, which does not say. */
  readonly trainedOn: number | null;
  /** They were given to `clad calibrate`, so false alarms are fewer on them. */
  readonly calibratedOn: number;
  /** Copies of other test images, which weigh more by them. */
  readonly copies: number;
}

/** Counts test images that are no measure of new parts, and says so. */
export function lookAtImages(
  samples: readonly Sample[],
  pixels: ReadonlyMap<string, string>,
  metadata: DetectorMetadata,
  note?: (text: string) => void,
): TestImages {
  const among = (remembered: DetectorMetadata['trained']) => {
    const isKnown = isRemembered(remembered);
    return samples.filter(({ path }) => isKnown(pixels.get(path) as string));
  };
  const trained = among(metadata.trained);
  const wrong = trained.filter(({ anomalous }) => anomalous);
  const set = among(metadata.calibrated?.remembered);
  const copies = findCopies(samples, pixels);
  const all = `Of ${samples.length} test images, by their pixels,`;
  if (trained[0])
    note?.(
      `Warning: ${all} ${trained.length} had been trained on, ${trained[0].path} among them: the detector takes them for good, and their numbers say nothing of new parts.${wrong.length > 0 ? ` Labelled anomalous here: ${wrong.length}` : ''}`,
    );
  if (set[0])
    note?.(
      `Warning: ${all} ${set.length} had been given to clad calibrate, ${set[0].path} among them: thresholds fit them, and new good parts may raise more false alarms.`,
    );
  if (copies.length > 0)
    note?.(`${all} copies of others: ${countCopies(copies)}. These images weigh more: ${nameCopies(copies)}`);
  return {
    trainedOn: metadata.trained ? trained.length : null,
    calibratedOn: set.length,
    copies: countCopies(copies),
  };
}
