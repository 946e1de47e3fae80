/** @file Masks and images matched by stem: MVTec calls the mask of `003.png` `003_mask.png`, VisA `003.png`. */
import { basename, join } from 'node:path';
import { CladError } from '../core/errors.ts';
import { listFolderIfAny, stemOf } from './folders.ts';

/** How a mask's name follows from its image's: the stem and this. */
export type MaskSuffix = '_mask' | '';

/**
 * Finds the masks of one folder of anomalous images. An image without a mask is allowed, a mask without an image not:
 * it tells of files that were renamed or lost.
 * @param images - absolute paths
 * @returns the mask's path for each image that has one
 * @throws CladError `MASK_UNMATCHED`, naming the mask and the image it should have had
 */
export async function matchMasks(
  images: readonly string[],
  imageFolder: string,
  maskFolder: string,
  suffix: MaskSuffix,
): Promise<ReadonlyMap<string, string>> {
  const byStem = new Map<string, string>();
  for (const name of (await listFolderIfAny(maskFolder)).images) byStem.set(stemOf(name), name);
  const matched = new Map<string, string>();
  const used = new Set<string>();
  for (const image of images) {
    const mask = byStem.get(stemOf(basename(image)) + suffix);
    if (mask === undefined) continue;
    matched.set(image, join(maskFolder, mask));
    used.add(mask);
  }
  const unmatched = [...byStem.values()].filter((mask) => !used.has(mask));
  const [first] = unmatched;
  if (first !== undefined) {
    const stem = stemOf(first);
    const expected = suffix !== '' && stem.endsWith(suffix) ? stem.slice(0, -suffix.length) : stem;
    throw new CladError('MASK_UNMATCHED', {
      mask: join(maskFolder, first),
      image: join(imageFolder, `${expected}.*`),
      others: unmatched.length > 1 ? ` So have ${unmatched.length - 1} more in that folder.` : '',
    });
  }
  return matched;
}
