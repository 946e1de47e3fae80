/** @file How much of a memory is left to judge an image by when its own entries are left out: it must never be matched with itself. */

/**
 * How many entries there are at least when those of one image are left out; 0 where one image has them all, or there are none.
 * @param entryImages - image of each entry
 */
export function entriesOfOthers(entryImages: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const image of entryImages) counts.set(image, (counts.get(image) ?? 0) + 1);
  return entryImages.length - Math.max(0, ...counts.values());
}
