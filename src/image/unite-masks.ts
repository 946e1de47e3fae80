/** @file Several masks of one photograph as one. */
import { CladError } from '../core/errors.ts';
import type { Mask } from './rgb.ts';

/**
 * The union of masks.
 * @param masks - at least one
 * @param names - what errors call them
 * @throws CladError `IMAGE_INVALID` where sizes differ
 */
export function uniteMasks(masks: readonly Mask[], names: readonly string[]): Mask {
  const [{ width, height, data }, ...others] = masks as readonly [Mask, ...Mask[]];
  const union = data.slice();
  for (const [index, other] of others.entries()) {
    if (other.width !== width || other.height !== height) {
      const reason = `it is ${other.width} x ${other.height} pixels, ${names[0]} ${width} x ${height}`;
      throw new CladError('IMAGE_INVALID', { path: names[index + 1] ?? '', reason });
    }
    for (let at = 0; at < union.length; at++) union[at]! |= other.data[at]!;
  }
  return { width, height, data: union };
}
