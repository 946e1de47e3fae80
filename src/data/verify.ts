/**
 * @file Decodes every file of a data set before any work is spent on it, so that a broken, empty or truncated image
 * is met in the first minute and not in the third hour; masks too, which must be as large as their images.
 */
import { CladError, firstLineOf } from '../core/errors.ts';
import { readBytes } from '../core/files.ts';
import type { ProgressListener } from '../core/progress.ts';
import { type DecodedSamples, decodeMask, decodeSamples, toRgb } from '../image/decode.ts';
import { gridOf, lookOf, type PictureLook } from '../image/look.ts';
import { mostOf, rangeOf, type SampleBits, type SampleRange, sampleBits, toBytes } from '../image/samples.ts';
import { defaultConcurrency, mapConcurrently } from './concurrency.ts';
import type { Dataset, Sample } from './dataset.ts';
import { requireTraining } from './load.ts';

/** A sample that cannot be used. */
export interface BrokenImage {
  /** Absolute path of the image, or of its mask where that is what is wrong. */
  readonly path: string;
  /** One sentence without the path. A mask of another size than its image: names the image too. */
  readonly reason: string;
}

/** A picture's size in pixels, as decoded (after EXIF rotation). */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How files are examined. */
export interface ExamineOptions {
  /**
   * Which splits are decoded; samples of others pass unseen.
   * @default both
   */
  readonly splits?: readonly Sample['split'][];
  /**
   * Files decoded at once, at least 1.
   * @default one a processor
   */
  readonly concurrency?: number;
  /**
   * How many bits of 16-bit samples are used; values beyond make a file broken.
   * @default undecided: `cameras` says what there is to decide by
   */
  readonly bits?: SampleBits | undefined;
  readonly onProgress?: ProgressListener;
}

/** What a file says of the camera. */
export interface CameraFinding {
  readonly depth: 8 | 16;
  /** Values of 16-bit samples. */
  readonly range?: SampleRange;
  /** The picture as it is when so many bits are read: 8 of an 8-bit file, else as many as hold its values. */
  readonly looks: Readonly<Partial<Record<SampleBits, PictureLook>>>;
}

/** What decoding every file showed. */
export interface Examination {
  /** How many samples were examined. */
  readonly examined: number;
  readonly broken: readonly BrokenImage[];
  /** The data set without the samples that are broken. */
  readonly dataset: Dataset;
  /** Sizes of the decoded images, by path. */
  readonly sizes: ReadonlyMap<string, Size>;
  /** What the decoded images say of the camera, by path. */
  readonly cameras: ReadonlyMap<string, CameraFinding>;
  /** Masks without a pixel inside. */
  readonly emptyMasks: readonly string[];
}

/** Decodes every file and tells what is wrong, without refusing anything. */
export async function examineImages(dataset: Dataset, options: ExamineOptions = {}): Promise<Examination> {
  const splits = options.splits ?? ['train', 'test'];
  const wanted = dataset.samples.filter(({ split }) => splits.includes(split));
  let done = 0;
  const findings = await mapConcurrently(
    wanted,
    options.concurrency ?? defaultConcurrency,
    async (sample) => {
      const finding = await examineSample(sample, options.bits);
      done++;
      options.onProgress?.({ task: 'checking images', done, total: wanted.length, unit: 'images' });
      return finding;
    },
  );
  const broken = findings.flatMap((finding) => finding.broken ?? []);
  const bad = new Set(wanted.filter((_, index) => findings[index]?.broken));
  const sizes = new Map<string, Size>();
  const cameras = new Map<string, CameraFinding>();
  const emptyMasks: string[] = [];
  for (const [index, { path, maskPath }] of wanted.entries()) {
    const { size, camera, emptyMask } = findings[index] as Finding;
    if (size) sizes.set(path, size);
    if (camera) cameras.set(path, camera);
    if (emptyMask && maskPath !== undefined) emptyMasks.push(maskPath);
  }
  const samples = dataset.samples.filter((sample) => !bad.has(sample));
  return { examined: wanted.length, broken, dataset: { ...dataset, samples }, sizes, cameras, emptyMasks };
}

/** How files are verified. */
export interface VerifyOptions extends ExamineOptions {
  /**
   * Leaves out what is broken instead of refusing the data set; the caller must say so.
   * @default false
   */
  readonly skipBroken?: boolean;
}

/**
 * Decodes every file fully; a data set that passes can be read to its end.
 * @returns the data set, without broken samples when `skipBroken`, and what was found
 * @throws CladError `IMAGES_BROKEN` with all of them; with `skipBroken`, `CLASS_EMPTY` or `DATASET_NO_TRAINING` when
 *   a class is left without the training images it had
 */
export async function verifyImages(dataset: Dataset, options: VerifyOptions = {}): Promise<Examination> {
  const examination = await examineImages(dataset, options);
  const { broken } = examination;
  if (broken.length === 0) return examination;
  if (!options.skipBroken) throw imagesBroken(broken, examination.examined);
  const trained = new Set(
    dataset.samples.filter(({ split }) => split === 'train').map(({ className }) => className),
  );
  const classes = dataset.classes.filter((name) => trained.has(name));
  if (classes.length > 0) requireTraining({ ...examination.dataset, classes });
  return examination;
}

/** The error that names them all. */
export function imagesBroken(broken: readonly BrokenImage[], total: number): CladError {
  return new CladError('IMAGES_BROKEN', {
    broken: broken.length,
    total,
    list: broken.map(({ path, reason }) => `  ${path}: ${reason}`).join('\n'),
  });
}

interface Finding {
  readonly size?: Size;
  readonly camera?: CameraFinding;
  readonly broken?: BrokenImage;
  readonly emptyMask?: boolean;
}

async function examineSample({ path, maskPath }: Sample, bits: SampleBits | undefined): Promise<Finding> {
  const samples = await attempt(
    path,
    readBytes(path).then((bytes) => decodeSamples(bytes, path)),
  );
  if ('reason' in samples) return { broken: samples };
  const camera = await attempt(path, cameraOf(samples, path, bits));
  if ('reason' in camera) return { broken: camera };
  const size = { width: samples.width, height: samples.height };
  if (maskPath === undefined) return { size, camera };
  const mask = await attempt(maskPath, decodeMask(maskPath));
  if ('reason' in mask) return { size, camera, broken: mask };
  if (mask.width !== size.width || mask.height !== size.height) {
    const is = `the mask is ${mask.width} x ${mask.height} pixels`;
    return {
      size,
      camera,
      broken: { path: maskPath, reason: `${is}, its image ${path} ${size.width} x ${size.height}` },
    };
  }
  return { size, camera, emptyMask: !mask.data.includes(1) };
}

/** @throws IMAGE_BITS, IMAGE_INVALID */
async function cameraOf(
  samples: DecodedSamples,
  path: string,
  bits: SampleBits | undefined,
): Promise<CameraFinding> {
  const { width, height, depth, data } = samples;
  if (bits !== undefined) toRgb(samples, path, { bits });
  const grid = gridOf(samples);
  const look = (bytes: Uint8Array) => lookOf(bytes, width / height);
  if (grid instanceof Uint8Array) return { depth, looks: { [depth]: look(grid) } };
  const range = rangeOf(data as Uint16Array);
  const possible = sampleBits.filter((each) => range.largest <= mostOf(each));
  const looks = possible.map((each) => [each, look(toBytes(grid, each))] as const);
  return { depth, range, looks: Object.fromEntries(looks) };
}

/** What was decoded, or what is wrong with the file. */
export async function attempt<T>(path: string, decoding: Promise<T>): Promise<T | BrokenImage> {
  try {
    return await decoding;
  } catch (error) {
    if (!(error instanceof CladError)) throw error;
    return { path, reason: firstLineOf(error.cause ?? error) };
  }
}
