/** @file What is to be told of a training's good images before its thresholds are believed. */
import { groupBy } from '../../core/arrays.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { mostDeviations } from '../../detector/thresholds/outliers.ts';
import { robustSpread } from '../../detector/thresholds/score-gap.ts';
import type { RankedImage } from './ranked-images.ts';

/** From this share of a class's images on, it is not single files that lie in the wrong folder: the classes look alike. */
const alikeShare = 0.1;

/** A threshold so many times the median of the class's images is far from them, whatever their spread. */
const mostTimes = 3;

/**
 * A sentence for each class whose threshold lies far above its ordinary images, and for each that is often taken for another.
 * @param images - ranked, with scores as of new images
 */
export function goodImageWarnings(
  images: readonly RankedImage[],
  { thresholds }: Pick<DetectorMetadata, 'thresholds'>,
): string[] {
  return [...groupBy(images, (image) => image.class)].flatMap(([name, own]) => [
    ...farThreshold(name, own, thresholds[name]?.threshold),
    ...alike(name, own),
  ]);
}

function farThreshold(name: string, own: readonly RankedImage[], threshold: number | undefined): string[] {
  if (threshold === undefined) return [];
  const { centre, deviation } = robustSpread(own.map(({ score }) => score));
  const far =
    threshold > mostTimes * centre || (deviation > 0 && threshold - centre > mostDeviations * deviation);
  if (!far) return [];
  const setBy = own
    .filter(({ score }) => score >= threshold && score > centre)
    .toSorted((a, b) => a.score - b.score)[0];
  const because = setBy === undefined ? '' : `, set by ${setBy.path}`;
  return [
    `The threshold of ${name}, ${threshold.toPrecision(4)}, lies far above its ordinary images, whose middle is ${centre.toPrecision(4)}${because}: defects that score less will pass. Look at the images with the highest scores in good-images.csv, and leave out those that are not good (--exclude).`,
  ];
}

function alike(name: string, own: readonly RankedImage[]): string[] {
  const others = groupBy(
    own.filter(({ recognisedAs }) => recognisedAs !== name),
    ({ recognisedAs }) => recognisedAs,
  );
  return [...others]
    .filter(([, taken]) => taken.length > alikeShare * own.length && taken.length > 1)
    .map(
      ([other, taken]) =>
        `${taken.length} of ${own.length} good images of ${name} are recognised as ${other}: the two look alike, and verdicts go by the threshold of the class that is recognised. Train them as one class, or check the folders.`,
    );
}
