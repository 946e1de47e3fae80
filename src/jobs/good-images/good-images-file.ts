/**
 * @file `good-images.json` in a run's folder: what later verbs need to leave images out of a finished detector without a new training.
 * The raw scores of the good images and whose each entry of the memory bank is; `good-images.csv` is the same for people.
 */
import { existsSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { z } from 'zod';
import { CladError } from '../../core/errors.ts';
import { readBytes, writeFileAtomic } from '../../core/files.ts';
import { openSealed, sealedJson } from '../../core/sealed-json.ts';
import type { GoodImage } from './good-images.ts';

const fileSchema = z.object({
  /** 2 says `class`. */
  format: z.literal(2),
  /** Version of the detector that it is of; absent in files of before 1 December 2026. */
  version: z.number().int().min(1).optional(),
  /** Training image of each entry of the memory bank, in its order; empty where there is none. */
  entryImages: z.array(z.number().int().min(0)),
  /** The training images; an image's number is its position. */
  images: z.array(
    z.object({
      /** Below the data set's root, with `/`; of an image elsewhere, which `clad update` has added, the whole path. */
      path: z.string(),
      class: z.string(),
      heldOut: z.boolean(),
      /** Of the finished detector, the image's own entries left out, not moved by what the networks remember. */
      score: z.number(),
      /** Of its map (unknown.ts); absent in files of before 29 November 2026. */
      floor: z.number().optional(),
      /** What the detector takes it for, its own entries left out, and the share of votes. */
      recognisedAs: z.string(),
      share: z.number(),
      /** Left out of bank, thresholds and colours. */
      excluded: z.boolean(),
      /** Joined the finished detector, by `clad update`. */
      added: z.boolean().optional(),
    }),
  ),
});

export type GoodImagesFile = z.infer<typeof fileSchema>;

/**
 * The file's content after a training.
 * @param images - all training images, with raw scores
 * @param entryImages - training image of each entry of the memory bank
 */
export function goodImagesFile(
  images: readonly GoodImage[],
  entryImages: readonly number[],
  root: string,
): GoodImagesFile {
  return {
    format: 2,
    version: 1,
    entryImages: [...entryImages],
    images: images
      .toSorted((a, b) => a.id - b.id)
      .map(({ path, class: className, heldOut, score, floor, recognisedAs, share }) => ({
        path: recordedPath(root, path),
        class: className,
        heldOut,
        score,
        floor,
        recognisedAs,
        share,
        excluded: false,
      })),
  };
}

/** How the file names an image. */
export function recordedPath(root: string, path: string): string {
  const below = relative(root, path);
  return (below.startsWith('..') || isAbsolute(below) ? path : below).split(sep).join('/');
}

export async function writeGoodImagesFile(path: string, content: GoodImagesFile): Promise<void> {
  await writeFileAtomic(path, sealedJson(content, false));
}

/** @throws GOOD_IMAGES_MISSING where there is none, as in runs of earlier versions; GOOD_IMAGES_DAMAGED */
export async function readGoodImagesFile(path: string): Promise<GoodImagesFile> {
  if (!existsSync(path)) throw new CladError('GOOD_IMAGES_MISSING', { path });
  const content = openSealed((await readBytes(path)).toString('utf8'));
  if (content === undefined)
    throw new CladError('GOOD_IMAGES_DAMAGED', { path, reason: 'its checksum does not fit' });
  const result = fileSchema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const reason = `${issue?.path.join('.')}: ${issue?.message}`;
  throw new CladError('GOOD_IMAGES_DAMAGED', { path, reason });
}
