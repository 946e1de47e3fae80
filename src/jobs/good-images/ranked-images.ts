/** @file Good images as the finished detector sees them, and those unlike the others of their class: they may be no good parts. */
import { groupBy } from '../../core/arrays.ts';
import { deviations, mostDeviations } from '../../detector/thresholds/outliers.ts';
import type { GoodImage } from './good-images.ts';

/** A good image among those of its class. */
export interface RankedImage extends GoodImage {
  /** By how many robust standard deviations of their scores it lies above their median; 0 where they have no spread, or are few. */
  readonly deviations: number;
}

/**
 * The images of each class, the most anomalous first.
 * @param images - with scores as of new images
 * @param comparable - whether those of trained images can stand beside those of held-out ones; if not, each kind is compared with itself
 */
export function rankImages(images: readonly GoodImage[], comparable: boolean): RankedImage[] {
  return [...groupBy(images, (image) => image.class)].flatMap(([, own]) => {
    const groups = comparable
      ? [own]
      : [own.filter(({ heldOut }) => heldOut), own.filter(({ heldOut }) => !heldOut)];
    return groups.flatMap(amongThemselves).sort((a, b) => b.score - a.score);
  });
}

function amongThemselves(images: readonly GoodImage[]): RankedImage[] {
  const each = deviations(images.map(({ score }) => score));
  return images.map((image, at) => ({ ...image, deviations: each[at]! }));
}

/** Images that the others take for another class: they may lie in the wrong folder. The surest first. */
export function misplaced<Image extends Pick<GoodImage, 'class' | 'recognisedAs' | 'share'>>(
  images: readonly Image[],
): Image[] {
  return images.filter((image) => image.recognisedAs !== image.class).sort((a, b) => b.share - a.share);
}

/** Images that lie far above the others of their class, the furthest first. */
export function standOut(images: readonly RankedImage[]): RankedImage[] {
  return images
    .filter(({ deviations }) => deviations > mostDeviations)
    .sort((a, b) => b.deviations - a.deviations);
}

/** All that may be no good image of its class: what stands out, the furthest first, and what lies in the wrong folder. */
export function suspects(images: readonly RankedImage[]): RankedImage[] {
  return [...new Set([...standOut(images), ...misplaced(images)])];
}
