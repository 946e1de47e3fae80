/**
 * @file Decodes every file of a data set before any work is spent on it, so that a broken, empty or truncated image
 * is met in the first minute and not in the third hour; masks too, which must be as large as their images.
 */
import { CladError } from '../core/errors.ts';
import type { ProgressListener } from '../core/progress.ts';
import { decodeImage } from '../image/decode.ts';
import { attempt, type BrokenImage } from './broken-image.ts';
import { defaultConcurrency, mapConcurrently } from './concurrency.ts';
import type { Dataset, Sample } from './dataset.ts';
import { requireTraining } from './load.ts';
import { checkMasks, type MaskFacts, type MaskWarning, maskWarnings } from './mask-check.ts';

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
  /** Masks without a pixel inside; of several of one image the first. */
  readonly emptyMasks: readonly string[];
  /** What else about masks a person should look at. */
  readonly maskWarnings: readonly MaskWarning[];
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
      const finding = await examineSample(sample);
      done++;
      options.onProgress?.({ task: 'checking images', done, total: wanted.length, unit: 'images' });
      return finding;
    },
  );
  const broken = findings.flatMap((finding) => finding.broken ?? []);
  const bad = new Set(wanted.filter((_, index) => findings[index]?.broken));
  const sizes = new Map<string, Size>();
  for (const [index, { path }] of wanted.entries()) {
    const { size } = findings[index] as Finding;
    if (size) sizes.set(path, size);
  }
  const samples = dataset.samples.filter((sample) => !bad.has(sample));
  const masks = findings.flatMap(({ mask }) => mask ?? []);
  return {
    examined: wanted.length,
    broken,
    dataset: { ...dataset, samples },
    sizes,
    emptyMasks: masks.filter(({ coverage }) => coverage === 0).map(({ path }) => path),
    maskWarnings: maskWarnings(masks),
  };
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
  readonly broken?: BrokenImage;
  readonly mask?: MaskFacts;
}

async function examineSample(sample: Sample): Promise<Finding> {
  const { path, maskPaths } = sample;
  const image = await attempt(path, decodeImage(path));
  if ('reason' in image) return { broken: image };
  const size = { width: image.width, height: image.height };
  if (maskPaths === undefined) return { size };
  const mask = await checkMasks(sample, size);
  return 'reason' in mask ? { size, broken: mask } : { size, mask };
}
