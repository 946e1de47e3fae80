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
 * @throws CladError `MASK_UNMATCHED`, naming the mask and the image it should have had, or `LAYOUT_UNCLEAR`, naming
 *   two masks of one image or two images of one mask
 */
export async function matchMasks(
  images: readonly string[],
  imageFolder: string,
  maskFolder: string,
  suffix: MaskSuffix,
): Promise<ReadonlyMap<string, string>> {
  const masks = (await listFolderIfAny(maskFolder)).images;
  const unused = new Map<string, string>();
  for (const mask of masks) {
    const other = unused.get(stemOf(mask));
    if (other !== undefined) throw ambiguous(maskFolder, `${other} and ${mask} are masks of one image`);
    unused.set(stemOf(mask), mask);
  }
  const matched = new Map<string, string>();
  const imageOf = new Map<string, string>();
  for (const image of images) {
    const stem = stemOf(basename(image)) + suffix;
    const other = imageOf.get(stem);
    if (other !== undefined)
      throw ambiguous(imageFolder, `${basename(other)} and ${basename(image)} would have one mask`);
    const mask = unused.get(stem);
    if (mask === undefined) continue;
    matched.set(image, join(maskFolder, mask));
    imageOf.set(stem, image);
    unused.delete(stem);
  }
  const [first] = unused.values();
  if (first !== undefined) {
    const stem = stemOf(first);
    const expected = suffix !== '' && stem.endsWith(suffix) ? stem.slice(0, -suffix.length) : stem;
    throw new CladError('MASK_UNMATCHED', {
      mask: join(maskFolder, first),
      image: join(imageFolder, `${expected}.*`),
      others: unused.size > 1 ? ` Nor have ${unused.size - 1} more in that folder.` : '',
    });
  }
  return matched;
}

function ambiguous(path: string, reason: string): CladError {
  return new CladError('LAYOUT_UNCLEAR', { path, reason, hint: 'Rename or remove one.' });
}
