/** @file Which good images the networks do not see: kept for selection, and to show what they remember of the others. */
import { CladError } from '../core/errors.ts';
import { Random } from '../core/random.ts';
import { byClass, type Sample } from '../data/dataset.ts';

/** Ids (positions in the list) of both parts. */
export interface HeldOutSplit {
  readonly fit: ReadonlySet<number>;
  readonly heldOut: ReadonlySet<number>;
}

/**
 * Splits each class at random; at least one image of each is held out, and one stays.
 * @param samples - training samples
 * @param share - of each class, 0..1
 * @throws CLASS_EMPTY for a class with a single image
 */
export function splitHeldOut(samples: readonly Sample[], share: number, seed: number): HeldOutSplit {
  const heldOut = new Set<number>();
  const numbered = samples.map(({ className }, id) => ({ className, id }));
  for (const [name, members] of byClass(numbered)) {
    const ids = members.map(({ id }) => id);
    if (ids.length < 2) {
      throw new CladError('CLASS_EMPTY', {
        name,
        what: 'second training image',
        expected: 'at least two, of which one is held out (20 or more train well)',
      });
    }
    const count = Math.min(ids.length - 1, Math.max(1, Math.round(share * ids.length)));
    for (const id of new Random(seed, 'held out', name).sample(ids, count)) heldOut.add(id);
  }
  const fit = new Set([...samples.keys()].filter((id) => !heldOut.has(id)));
  return { fit, heldOut };
}
