/**
 * @file What a detector knows of the images it was trained on, and what it says when an image cannot come from the same camera under the same
 * light: a warning beside the verdict, not a verdict. Each class has its own profile, from statistics of whole images (image/look.ts).
 *
 * The limits are wide on purpose: a warning that comes with good images is soon not read. docs/decisions/0019-camera.md has what was measured.
 */
import { z } from 'zod';
import type { ImageLook, SeenImage } from '../../image/look.ts';
import { type SampleBits, sampleBits, wholeRange } from '../../image/samples.ts';

const range = z.object({ low: z.number(), high: z.number() });
export type LookRange = z.infer<typeof range>;

const profileSchema = z.object({
  /** Images it comes from. */
  images: z.number().int().positive(),
  /** Bits a sample takes in their files. */
  depths: z.array(z.union([z.literal(8), z.literal(16)])),
  shape: range,
  mean: range,
  contrast: range,
  dark: range,
  middle: range,
  bright: range,
  /** (middle - dark) / (bright - dark). */
  balance: range,
  chroma: range,
  warmth: range,
  green: range,
});

/** What the images of a class are like. */
export type CameraProfile = z.infer<typeof profileSchema>;

/** Of a detector's metadata. */
export const cameraSchema = z.object({
  /** How many bits of the samples of 16-bit files are used. */
  bits: z.literal(sampleBits),
  classes: z.record(z.string(), profileSchema),
});

export type CameraMetadata = z.infer<typeof cameraSchema>;

/** Something about an image that makes its verdict doubtful (camera-warnings.ts; `CLASS`: given-class.ts). */
export interface ImageWarning {
  readonly code:
    | 'DEPTH'
    | 'SHAPE'
    | 'GREY'
    | 'COLOUR'
    | 'DARKER'
    | 'BRIGHTER'
    | 'CONTRAST'
    | 'TONES'
    | 'CAST'
    | 'CLASS';
  /** A sentence. */
  readonly message: string;
}

/** How the detector reads 16-bit files; the whole range in files of earlier versions. */
export function bitsOf({ camera }: { readonly camera?: CameraMetadata | undefined }): SampleBits {
  return camera?.bits ?? wholeRange;
}

/** What is measured of an image, beside its file's depth. */
const measured = [
  'shape',
  'mean',
  'contrast',
  'dark',
  'middle',
  'bright',
  'balance',
  'chroma',
  'warmth',
  'green',
] as const;
export type MeasuredLook = (typeof measured)[number];

/** The profile of a class's images. One in a hundred at either end is left out: an image gone wrong is not to make room for others. @param images - at least one */
export function cameraProfile(images: readonly SeenImage[]): CameraProfile {
  const left = Math.floor(images.length / 100);
  const of = (name: MeasuredLook): LookRange => {
    const values = images.map(({ look }) => measure(look, name)).sort((a, b) => a - b);
    return { low: values[left]!, high: values[values.length - 1 - left]! };
  };
  const ranges = Object.fromEntries(measured.map((name) => [name, of(name)])) as Record<
    MeasuredLook,
    LookRange
  >;
  const depths = ([8, 16] as const).filter((depth) => images.some(({ source }) => source?.depth === depth));
  return { images: images.length, depths, ...ranges };
}

/** What is known of the camera, with the good images that thresholds were set by afterwards: to the detector they are not strange. */
export function widenedCamera(
  camera: CameraMetadata,
  images: ReadonlyMap<string, readonly SeenImage[]>,
): CameraMetadata {
  const classes = Object.entries(camera.classes).map(([name, profile]) => {
    const own = images.get(name) ?? [];
    return [name, own.length === 0 ? profile : widened(profile, cameraProfile(own))];
  });
  return { ...camera, classes: Object.fromEntries(classes) };
}

/** A profile that holds the images of both. */
function widened(first: CameraProfile, second: CameraProfile): CameraProfile {
  const ranges = Object.fromEntries(
    measured.map((name) => [
      name,
      {
        low: Math.min(first[name].low, second[name].low),
        high: Math.max(first[name].high, second[name].high),
      },
    ]),
  ) as Record<MeasuredLook, LookRange>;
  const depths = ([8, 16] as const).filter((depth) => [...first.depths, ...second.depths].includes(depth));
  return { images: first.images + second.images, depths, ...ranges };
}

export function measure(look: ImageLook, name: MeasuredLook): number {
  if (name !== 'balance') return look[name];
  // Of an image nearly without contrast it would be chance.
  return (look.middle - look.dark) / Math.max(8, look.bright - look.dark);
}
