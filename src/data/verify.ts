/**
 * @file Decodes every file of a data set before any work is spent on it, so that a broken, empty or truncated image
 * is met in the first minute and not in the third hour; masks too, which must be as large as their images.
 */
import { CladError, firstLineOf } from '../core/errors.ts';
import type { ProgressListener } from '../core/progress.ts';
import { decodeImage, decodeMask } from '../image/decode.ts';
import { lookAt, type SeenPicture } from '../image/look.ts';
import type { SampleBits } from '../image/samples.ts';
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
   * How 16-bit files are read (bit-depth.ts); values beyond make a file broken.
   * @default 16
   */
  readonly bits?: SampleBits | undefined;
  readonly onProgress?: ProgressListener;
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
  /** What the decoded images look like, by path. */
  readonly seen: ReadonlyMap<string, SeenPicture>;
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
  const seen = new Map<string, SeenPicture>();
  const emptyMasks: string[] = [];
  for (const [index, { path, maskPath }] of wanted.entries()) {
    const { size, picture, emptyMask } = findings[index] as Finding;
    if (size) sizes.set(path, size);
    if (picture) seen.set(path, picture);
    if (emptyMask && maskPath !== undefined) emptyMasks.push(maskPath);
  }
  const samples = dataset.samples.filter((sample) => !bad.has(sample));
  return { examined: wanted.length, broken, dataset: { ...dataset, samples }, sizes, seen, emptyMasks };
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
  readonly picture?: SeenPicture;
  readonly broken?: BrokenImage;
  readonly emptyMask?: boolean;
}

async function examineSample({ path, maskPath }: Sample, bits: SampleBits | undefined): Promise<Finding> {
  const image = await attempt(path, decodeImage(path, { bits }));
  if ('reason' in image) return { broken: image };
  const size = { width: image.width, height: image.height };
  const picture = { look: lookAt(image), source: image.source };
  if (maskPath === undefined) return { size, picture };
  const mask = await attempt(maskPath, decodeMask(maskPath));
  if ('reason' in mask) return { size, picture, broken: mask };
  if (mask.width !== size.width || mask.height !== size.height) {
    const is = `the mask is ${mask.width} x ${mask.height} pixels`;
    return {
      size,
      picture,
      broken: { path: maskPath, reason: `${is}, its image ${path} ${size.width} x ${size.height}` },
    };
  }
  return { size, picture, emptyMask: !mask.data.includes(1) };
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
