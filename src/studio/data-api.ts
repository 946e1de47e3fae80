/** @file Data sets, their images, ground truth and regions of interest: the part of api.ts that is about data. */
import { z } from 'zod';
import type { ClassSummary, Problem } from '../data/inspection.ts';
import type { ToldError } from './api.ts';
import { below, name } from './fields.ts';

export const exclusionSchema = z.strictObject({
  paths: z.array(below).min(1).max(100_000),
  excluded: z.boolean(),
});
export const uploadQuery = z.strictObject({
  product: name,
  /** `mask`: ground truth of the image with this name, of this kind. */
  place: z.enum(['train', 'test', 'mask']),
  /** Of defect, or `good`. */
  kind: name,
  file: name,
});
const runs = z.array(z.int().min(0)).max(2 ** 26);
/** What a page has seen of a file that it changes, so that nothing else is written over; null where there was none. */
const seen = z.string().max(100).nullable();
export const maskQuery = z.strictObject({ path: below });
export const maskSchema = z.strictObject({ path: below, seen, runs });
export const maskRemovalSchema = z.strictObject({ path: below, seen });
const coordinate = z.number();
const corner = z.tuple([coordinate, coordinate]);
const drawnShape = z.strictObject({
  /** Of the region that it is of; empty where the region of its product has no names. */
  name: z.string().max(100),
  ignore: z.boolean(),
  /** In pixels of the photograph. */
  shape: z.union([
    z.strictObject({ rectangle: z.tuple([coordinate, coordinate, coordinate, coordinate]) }),
    z.strictObject({ polygon: z.array(corner).min(3).max(2000) }),
  ]),
});
export const regionQuery = z.strictObject({ product: name, image: below });
export const regionRemovalSchema = regionQuery.extend({ seen });
export const regionSchema = regionRemovalSchema.extend({ shapes: z.array(drawnShape).min(1).max(200) });
/** A picture of ground truth; `of` tells one state from another. */
export const truthQuery = z.strictObject({
  path: below,
  size: z.enum(['small', 'large']),
  of: z.string().max(40).optional(),
});
/** Longer side in pixels of the pictures there are. */
export const pictureSides = { small: 224, large: 1280 } as const;
export const pictureQuery = z.strictObject({ path: below, size: z.enum(['small', 'large', 'full']) });

export type MaskRequest = z.infer<typeof maskSchema>;
export type MaskRemoval = z.infer<typeof maskRemovalSchema>;
export type DrawnShape = z.infer<typeof drawnShape>;
export type RegionRequest = z.infer<typeof regionSchema>;
export type RegionRemoval = z.infer<typeof regionRemovalSchema>;
export type UploadQuery = z.infer<typeof uploadQuery>;

export interface DatasetBrief {
  readonly name: string;
  /** Of the last inspection; null where there was none. */
  readonly images: number | null;
  readonly products: readonly string[] | null;
}

/** What is said of an image where it stands. */
export interface Flag {
  readonly kind: 'broken' | 'copy' | 'almost' | 'size' | 'standing-out' | 'misplaced' | 'other';
  readonly severity: Problem['severity'];
  readonly message: string;
  /** Of images that are alike, the one that stays when the others are left out. */
  readonly stays?: true;
}

export interface DatasetImage {
  /** Below the data set, with slashes. */
  readonly path: string;
  readonly product: string;
  readonly split: 'train' | 'test';
  /** `good` or the kind of defect. */
  readonly kind: string;
  readonly excluded: boolean;
  readonly flags: readonly Flag[];
  /** Files of its ground truth, below the data set. */
  readonly masks: readonly string[];
}

/** The ground truth of a photograph, as a page paints it. */
export interface MaskView {
  /** Of the photograph, as it is shown. */
  readonly width: number;
  readonly height: number;
  /** Its files, below the data set. */
  readonly files: readonly string[];
  /** The state of these files; null where there are none. */
  readonly seen: string | null;
  /** Its pixels (core/runs.ts); null where there is none that could be shown. */
  readonly runs: readonly number[] | null;
  /** What is wrong with the files, so that they have to go first: part of a sentence. */
  readonly problem: string | null;
  /** Why none can be painted at all: part of a sentence. */
  readonly refused: string | null;
}

/** The region of interest of a product, as it is kept. */
export interface DrawnRegion {
  /** Its file, from the workspace folder. */
  readonly file: string;
  /** Of a photograph of the product, in whose pixels the shapes are. */
  readonly width: number;
  readonly height: number;
  /** None where the file has masks, or cannot be read. */
  readonly shapes: readonly DrawnShape[];
}

/** The region of interest of a product on one of its photographs, as a page draws it. */
export interface RegionView {
  /** Of the photograph, as it is shown. */
  readonly width: number;
  readonly height: number;
  /** From the workspace folder. */
  readonly file: string;
  /** The state of the file; null where there is none. */
  readonly seen: string | null;
  readonly shapes: readonly DrawnShape[];
  /** Why the region that there is cannot be changed here: part of a sentence. */
  readonly problem: string | null;
}

/** A data set with all its images. */
export interface DatasetView {
  readonly name: string;
  readonly layout: string | null;
  readonly products: readonly string[];
  readonly images: readonly DatasetImage[];
  /** Regions of interest by product. */
  readonly regions: Readonly<Record<string, DrawnRegion>>;
  /** Why it cannot be read as a data set; its images are then not listed. */
  readonly error: ToldError | null;
  /** Of the last inspection; null where there was none. */
  readonly inspection: {
    readonly created: string;
    readonly classes: Readonly<Record<string, ClassSummary>>;
    /** Problems that are not of one image. */
    readonly problems: readonly Problem[];
    /** Images have come or gone since. */
    readonly stale: boolean;
  } | null;
}

/** These images of a data set are others now, left out, taken back, or with other remarks because of that: a page with twenty thousand need not ask for all. */
export interface ImagesEvent {
  readonly type: 'images';
  readonly dataset: string;
  readonly images: readonly DatasetImage[];
}

/** So many images are told one by one, at most; of more, pages ask for the data set. */
export const mostTold = 2000;
