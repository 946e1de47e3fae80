/**
 * @file What a detector file says of itself, as one JSON text in the ONNX file's metadata under `clad.detector`: classes,
 * thresholds, display ranges, and how it was made.
 */
import { z } from 'zod';
import { CladError, reasonOf } from '../core/errors.ts';
import { cameraSchema } from './camera/camera.ts';

/** Raised when a reader of the old one would go wrong: 3 has width and height of the input, 2 called the votes `class_share`, and classes so everywhere. */
export const detectorFormat = 3;

/** Key of the entry in the ONNX file's metadata. */
export const metadataKey = 'clad.detector';

const threshold = z.object({
  /** The verdict is anomalous where score > threshold. */
  threshold: z.number(),
  /** Share of good parts expected to be called anomalous (conformal.ts); after `clad calibrate` a bound. */
  achievableRate: z.number(),
  requestedRate: z.number(),
  /** Good images it comes from. */
  count: z.number().int(),
  /** Further ones that stand out and had no say; none where absent. */
  setAside: z.number().int().optional(),
  /** The verdict is unknown where, besides, nine tenths of the map are above this (unknown.ts); absent in files of before 29 November 2026. */
  unknownAbove: z.number().optional(),
  /** Where the score is above this and not above the threshold, the decision is to check; absent where one threshold is set. */
  checkAbove: z.number().optional(),
  /** A person gave the threshold as a number: its rate is what photographs showed, or 1 where none did. */
  given: z.boolean().optional(),
});

/** Images, known by their pixels (jobs/remembered-images.ts). */
const rememberedImages = z.object({
  /** Distinct ones. */
  images: z.number().int().min(0),
  /** Base64 of the first eight bytes of their hashes, sorted; of more than 65 536 the smallest. */
  pixels: z.base64(),
});

const pixels = z.number().int().positive();
const size = { width: pixels, height: pixels };

const regions = z.object({
  /** Pixels of the map. */
  reach: z.number().int().positive(),
  /** By class. */
  share: z.record(z.string(), z.number().min(0).max(1)),
});

const partModel = z.object({
  ground: z.number(),
  dense: z.number(),
  wide: z.number(),
  holes: z.number(),
  open: z.number(),
  least: z.number(),
  most: z.number(),
  /** Cells; below 0: taken off the rim of the part. */
  margin: z.number().int(),
});

export const cropModel = z.object({
  part: partModel,
  /** Of the box, cells. */
  columns: z.number().int().positive(),
  rows: z.number().int().positive(),
});

export const regionOfInterest = z.object({
  /** Of the map, above 0 and at most 1; where the region follows the part, in the mean of good images. */
  share: z.number().min(0).max(1),
  /** Pixels of the map outside and inside, in turn, row by row (core/runs.ts). */
  runs: z.array(z.number().int().min(0)),
  /** Inside is only what is also near the part, and this finds it in each image (image/roi/part-model.ts); absent where the region is the same in all. */
  follows: partModel.optional(),
  /** Parts of it with thresholds of their own (named-region.ts), in the order of the output `region_score`; absent where it is one. */
  named: z
    .array(
      z.object({
        name: z.string(),
        /** Of the map, above 0 and at most 1. */
        share: z.number().min(0).max(1),
        runs: z.array(z.number().int().min(0)),
        /** The class's threshold less this is the region's; the map has it added in the region. */
        offset: z.number(),
      }),
    )
    .optional(),
});

/** A change of a finished detector (`clad update`). */
const detectorChange = z.object({
  /** Of the file that it made; the training's is 1. */
  version: z.number().int().min(2),
  /** ISO 8601. */
  created: z.string(),
  action: z.enum(['add', 'new-class', 'false-alarm', 'missed', 'remove-class', 'exclude']),
  /** SHA-256 of the file of before. */
  source: z.string(),
  /** The classes that it was about. */
  classes: z.record(
    z.string(),
    z.object({
      /** Good images that joined; below 0 those that left. */
      images: z.number().int(),
      /** Entries of the memory bank, likewise. */
      entries: z.number().int(),
      /** Null where there was none, and where there is none any more. */
      thresholdBefore: z.number().nullable(),
      thresholdAfter: z.number().nullable(),
    }),
  ),
  /** What joined. */
  remembered: rememberedImages.optional(),
});

export type DetectorChange = z.infer<typeof detectorChange>;

const detectorMetadataSchema = z.object({
  format: z.literal(detectorFormat),
  cladVersion: z.string(),
  /** ISO 8601. */
  created: z.string(),
  method: z.string(),
  /** In the order of `class_share`. */
  classes: z.array(z.string()).min(1),
  /** Pixels of the anomaly map, and how it lies on the image (image/geometry.ts). */
  geometry: z.object({ ...size, resizeTo: z.object(size).optional() }),
  /** Patches that the map is made of. */
  grid: z.object({
    rows: pixels,
    columns: pixels,
    whole: z.object({ rows: pixels, columns: pixels }).optional(),
  }),
  thresholds: z.record(z.string(), threshold),
  /** Map values of the colours (map-range.ts). */
  display: z.record(z.string(), z.object({ low: z.number(), high: z.number(), top: z.number().optional() })),
  /** How far regions reach (region-rule.ts); absent in files of before 28 November 2026. */
  regions: regions.optional(),
  /** Where images of a class are judged, by class (detector/roi); absent where all of every image is. A class that is not in it has none. */
  regionsOfInterest: z.record(z.string(), regionOfInterest).optional(),
  /** What photographs are cropped to the part by, before anything else (`--crop`, image/roi/crop-model.ts); absent where all of each is seen. Maps are of the whole photograph all the same. */
  crop: cropModel.optional(),
  /** Why the region of a class does not follow the part, although that was asked for, by class (`--roi auto`); absent where there is none such. */
  notFollowed: z.record(z.string(), z.string()).optional(),
  /** How it was made. */
  provenance: z.object({
    data: z.object({
      name: z.string(),
      layout: z.string(),
      fingerprint: z.string(),
      trainingImages: z.record(z.string(), z.number().int()),
      heldOutImages: z.record(z.string(), z.number().int()),
    }),
    /** Good images that were left out of the finished detector later (`clad update --exclude`), the first first. */
    exclusions: z
      .array(
        z.object({
          /** ISO 8601. */
          created: z.string(),
          /** SHA-256 of the file of before. */
          source: z.string(),
          /** How many, by class. */
          images: z.record(z.string(), z.number().int()),
        }),
      )
      .optional(),
    /** How much lower the detector scores what it was trained on (score-gap.ts); absent in files of earlier versions, whose thresholds are from held-out images alone. */
    scoreGap: z.number().min(0).optional(),
    backbone: z.object({
      name: z.string(),
      sha256: z.string(),
      licence: z.string(),
      source: z.string(),
      /** Where the training used it in another precision than its file's. */
      precision: z.enum(['fp16', 'int8']).optional(),
    }),
    textures: z.string(),
    preset: z.string(),
    /** Options that differ from the preset's, by dotted name. */
    changes: z.record(z.string(), z.unknown()),
    seed: z.number().int(),
    /** What chose the networks. */
    selection: z.string(),
    device: z.string(),
  }),
  /** The training images, held-out ones and those that joined later among them; absent in files of before 28 November 2026. */
  trained: rememberedImages.optional(),
  /** What `clad update` has done since the training, the first first; absent where that is nothing. */
  history: z.array(detectorChange).optional(),
  /** Of a file that `clad export` wrote: how it differs from the one that the training wrote. */
  exported: z
    .object({
      precision: z.enum(['fp32', 'fp16', 'int8']),
      /** SHA-256 of the file it was made from. */
      source: z.string(),
      /** Whether the thresholds are that file's, or were moved by what the precision does to scores of good images. */
      thresholds: z.enum(['kept', 'moved']),
    })
    .optional(),
  /** Of a file that `clad calibrate` wrote: which classes' thresholds and colours are from other photographs than the training's. */
  calibrated: z
    .object({
      /** ISO 8601. */
      created: z.string(),
      /** SHA-256 of the file it was made from. */
      source: z.string(),
      /** Good photographs by class; classes that had none kept what they had. */
      images: z.record(z.string(), z.number().int()),
      /** All good photographs that were given; absent in files of before 28 November 2026. */
      remembered: rememberedImages.optional(),
    })
    .optional(),
  /** What the images were like that it was made of (camera.ts); absent in files of before 28 November 2026, which give no warnings. */
  camera: cameraSchema.optional(),
  /** The file ends with its checksum (file-checksum.ts); absent in files of before. */
  checksum: z.literal('crc32').optional(),
});

export type DetectorMetadata = z.infer<typeof detectorMetadataSchema>;
/** What a file's network computes in. */
export type Precision = NonNullable<DetectorMetadata['exported']>['precision'];

/** What a file computes in, at its coarsest: as it was exported, and as its backbone was trained with. */
export function precisionOf({ exported, provenance }: DetectorMetadata): Precision {
  const both = [exported?.precision, provenance.backbone.precision];
  return both.includes('int8') ? 'int8' : both.includes('fp16') ? 'fp16' : 'fp32';
}

/** Which version of its run's detector a file is, as itself says: the training's is 1. */
export function versionOf({ history }: Pick<DetectorMetadata, 'history'>): number {
  return history?.at(-1)?.version ?? 1;
}

/** The entry's text, its values in the order of the schema: a file that is read and written again has the same bytes. */
export function metadataText(metadata: DetectorMetadata): string {
  return JSON.stringify(detectorMetadataSchema.parse(metadata));
}

function otherFormat(format: number): string {
  const whose = format < detectorFormat ? 'an earlier version' : 'a later version';
  const remedy =
    format < detectorFormat ? 'train it again with this version' : 'use that version, or update this one';
  return `it is of format ${format}, of ${whose} of clad, and this version reads format ${detectorFormat}; ${remedy}`;
}

/**
 * Reads the entry.
 * @param entries - the ONNX file's metadata
 * @param path - names the file in errors
 * @throws DETECTOR_INVALID when it is missing or not as expected
 */
export function parseMetadata(entries: Readonly<Record<string, string>>, path: string): DetectorMetadata {
  const text = entries[metadataKey];
  const refuse = (reason: string, cause?: unknown) =>
    new CladError('DETECTOR_INVALID', { path, reason }, { cause });
  if (text === undefined) throw refuse('it is an ONNX file but no detector made by clad');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(`its metadata is no JSON: ${reasonOf(error)}`, error);
  }
  const format = (value as { readonly format?: unknown } | null)?.format;
  if (typeof format === 'number' && format !== detectorFormat) throw refuse(otherFormat(format));
  const result = detectorMetadataSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refuse(`its metadata is not as expected: ${issue?.path.join('.')}: ${issue?.message}`);
}
