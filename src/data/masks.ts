/**
 * @file Masks and images matched by stem: MVTec calls the mask of `003.png` `003_mask.png`, VisA `003.png`; MVTec LOCO has a folder `003` with
 * several. A file that only nearly has the right name is told of, not taken (mask-names.ts).
 */
import { basename, join } from 'node:path';
import { CladError } from '../core/errors.ts';
import { listFolder, listFolderIfAny, stemOf } from './folders.ts';
import { alikeNames } from './mask-names.ts';
import type { MaskSuffix } from './mvtec-forms.ts';

/** Where images and their masks are. */
export interface MaskPlace {
  readonly imageFolder: string;
  readonly maskFolder: string;
  readonly suffix: MaskSuffix;
}

/** A mask, or a folder of them. */
interface MaskEntry {
  readonly name: string;
  readonly isFolder: boolean;
  /** Stem of the image that it is named after; undefined where it is named otherwise. */
  readonly imageStem: string | undefined;
}

/**
 * Finds the masks of one folder of anomalous images. An image without a mask is allowed, a mask without an image not:
 * it tells of files that were renamed or lost.
 * @param images - absolute paths
 * @returns the masks' paths, for each image that has any
 * @throws CladError `MASK_UNMATCHED`, naming the mask and the image it should have had, or `LAYOUT_UNCLEAR`, naming
 *   two masks of one image, two images of one mask, or a folder of masks that holds none
 */
export async function matchMasks(
  images: readonly string[],
  place: MaskPlace,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { imageFolder, maskFolder } = place;
  const entries = await masksOf(place, new Set(images.map((image) => stemOf(basename(image)))));
  const matched = new Map<string, readonly string[]>();
  const imageOf = new Map<string, string>();
  for (const image of images) {
    const stem = stemOf(basename(image));
    const other = imageOf.get(stem);
    if (other !== undefined)
      throw ambiguous(imageFolder, `${basename(other)} and ${basename(image)} would have one mask`);
    const [mask, second] = entries.filter(({ imageStem }) => imageStem === stem);
    if (mask === undefined) continue;
    if (second !== undefined)
      throw ambiguous(maskFolder, `${mask.name} and ${second.name} are masks of one image`);
    const path = join(maskFolder, mask.name);
    matched.set(image, mask.isFolder ? await masksIn(path) : [path]);
    imageOf.set(stem, image);
  }
  const unused = entries.filter(({ imageStem }) => imageStem === undefined || !imageOf.has(imageStem));
  const [first] = unused;
  if (first !== undefined) {
    const { reason, remedy } = explain(first, images, matched, place);
    throw new CladError('MASK_UNMATCHED', {
      mask: join(maskFolder, first.name),
      reason,
      others: othersAlike(unused.length - 1),
      remedy,
    });
  }
  return matched;
}

/** What an error about one mask says of those beside it that have the same fault. */
export function othersAlike(count: number): string {
  return count > 0 ? `, as ${count} more in its folder,` : '';
}

/** @param stems - of the images */
async function masksOf({ maskFolder, suffix }: MaskPlace, stems: ReadonlySet<string>): Promise<MaskEntry[]> {
  const { images, folders } = await listFolderIfAny(maskFolder);
  const named = (name: string): MaskEntry => {
    const stem = stemOf(name);
    // Without any mask MVTec's folders are VisA's where all defects are called bad: who asks for VisA's may mean them.
    const own = suffix === '' && !stems.has(stem) && stem.endsWith('_mask') ? '_mask' : suffix;
    const imageStem = stem.endsWith(own) ? stem.slice(0, stem.length - own.length) : undefined;
    return { name, isFolder: false, imageStem };
  };
  return [...images.map(named), ...folders.map((name) => ({ name, isFolder: true, imageStem: name }))];
}

/** The masks of one image's folder. */
async function masksIn(path: string): Promise<string[]> {
  const { images, folders } = await listFolder(path);
  if (images.length > 0 && folders.length === 0) return images.map((name) => join(path, name));
  throw new CladError('LAYOUT_UNCLEAR', {
    path,
    reason:
      folders.length > 0 ? `masks are expected in it, and ${folders[0]} is a folder` : 'it holds no mask',
    hint: 'Put the masks of one image into it, 000.png, 001.png, or remove it.',
  });
}

/** Why a mask has no image, and what to do. */
function explain(
  { name, imageStem }: MaskEntry,
  images: readonly string[],
  matched: ReadonlyMap<string, unknown>,
  { imageFolder, suffix }: MaskPlace,
): { readonly reason: string; readonly remedy: string } {
  const names = images.filter((image) => !matched.has(image)).map((image) => basename(image));
  const alike = alikeNames(stemOf(name), names);
  if (alike.length === 0)
    return {
      reason: `expected ${join(imageFolder, `${imageStem ?? stemOf(name)}.*`)}`,
      remedy: 'Add the image or remove the mask.',
    };
  const wanted = `${stemOf(alike[0] ?? '')}${suffix}`;
  return {
    reason: `that of ${join(imageFolder, alike[0] ?? '')}, which has none, would be called ${wanted}.png`,
    // Rather than rename them all.
    remedy:
      suffix !== '' && stemOf(name) === stemOf(alike[0] ?? '')
        ? 'Rename it if it is meant, or read masks named as their images with --layout visa-1cls.'
        : 'Rename it if it is meant.',
  };
}

function ambiguous(path: string, reason: string): CladError {
  return new CladError('LAYOUT_UNCLEAR', { path, reason, hint: 'Rename or remove one.' });
}
