/**
 * @file Classes whose training images are nearly black: a lens cap, a lamp that is off, or bits of a camera that some other program lost before. They are
 * learnt in a handful of grey levels, and a defect is within one of them.
 */
import { median } from '../core/arrays.ts';
import type { SeenImage } from '../image/look.ts';
import { byClass, type Sample } from './dataset.ts';

/** Tones below it are a sixteenth of the range, as of 12 bits that were read as 16. */
const black = 16;

/** Sentences by class, of those that are so. @param seen - by path */
export function nearlyBlack(
  samples: readonly Sample[],
  seen: ReadonlyMap<string, SeenImage>,
): { readonly className: string; readonly message: string }[] {
  const training = samples.filter(({ split }) => split === 'train');
  return [...byClass(training)].flatMap(([className, own]) => {
    const bright = own.flatMap(({ path }) => seen.get(path)?.look.bright ?? []);
    if (bright.length === 0) return [];
    const middle = median(bright);
    if (middle >= black) return [];
    const message = `the training images are nearly black: of half of them, 95 % of the pixels are not brighter than ${middle.toFixed(0)} of 255, and defects as dark as that are hard to see`;
    return [{ className, message }];
  });
}
