/** @file The class that is given with an image: which one of the detector's it is, and what is said where the image itself looks like another. */
import { CladError } from '../core/errors.ts';
import type { ImageWarning } from './camera/camera.ts';
import type { Recognised } from './prediction.ts';

/**
 * Place of a class among the detector's.
 * @param name - as the detector has it; composed or decomposed accents are the same
 * @throws CLASS_GIVEN_UNKNOWN
 */
export function indexOfClass(classes: readonly string[], name: string): number {
  const composed = name.normalize('NFC');
  const index = classes.findIndex((each) => each.normalize('NFC') === composed);
  if (index >= 0) return index;
  throw new CladError('CLASS_GIVEN_UNKNOWN', { name: JSON.stringify(name), known: classes.join(', ') });
}

/** A warning where the image's patches vote for another class than the one given. */
export function disagreement(
  given: Pick<Recognised, 'class' | 'classShare'>,
  recognised: Recognised,
): ImageWarning[] {
  if (recognised.class === given.class) return [];
  const votes = ({ class: name, classShare }: Recognised) => `${Math.round(100 * classShare)} % for ${name}`;
  return [
    {
      code: 'CLASS',
      message: `The class was given as ${given.class}, but more of the patches' votes are for another: ${votes(recognised)}, ${votes(given)}.`,
    },
  ];
}
