/**
 * @file Decodes every file of a data set before any work is spent on it, so that a broken, empty or truncated image
 * is met in the first minute and not in the third hour; masks too, which must be as large as their images.
 */
import { CladError } from '../core/errors.ts';
import type { ProgressListener } from '../core/progress.ts';
import { decodeImage } from '../image/decode.ts';
import { lookAt, type SeenImage } from '../image/look.ts';
import type { RgbImage } from '../image/rgb.ts';
import { type SampleBits, wholeRange } from '../image/samples.ts';
import { attempt, type BrokenImage } from './broken-image.ts';
import { mapConcurrently } from './concurrency.ts';
import { type Copies, findCopies, isContradiction, nameCopies } from './copies.ts';
import type { Dataset, Sample } from './dataset.ts';
import { defaultConcurrency } from './default-concurrency.ts';
import { type ExaminedPlace, examinedOnce, type KeptFinding } from './examined.ts';
import { fileImages } from './file-images.ts';
import { type LeftOut, laterPages } from './left-out.ts';
import { requireTraining } from './load.ts';
import { checkMasks, type MaskFacts, type MaskWarning, maskWarnings } from './mask-check.ts';
import { pixelHash } from './pixel-hash.ts';

/** An image's size in pixels, as decoded (after EXIF rotation). */
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
  /** Where what was found is kept and looked for, by the content of files. */
  readonly kept?: ExaminedPlace | undefined;
  /** Called with every image that decodes, in no order; then nothing is looked for in `kept`. */
  readonly onImage?: (sample: Sample, image: RgbImage) => void;
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
  /** Hashes of their pixels (pixel-hash.ts), by path. */
  readonly pixels: ReadonlyMap<string, string>;
  /** Pages and frames after the first, of images and masks that are used. */
  readonly laterPages: readonly LeftOut[];
  /** What the decoded images look like, by path. */
  readonly seen: ReadonlyMap<string, SeenImage>;
  /** What their files hold, as records of a fingerprint have it, by path; of those that were looked for by it. */
  readonly contents: ReadonlyMap<string, string>;
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
  const examine = async (sample: Sample, before?: KeptFinding): Promise<Finding> => {
    const finding = before ?? (await examineSample(sample, options));
    done++;
    options.onProgress?.({ task: 'checking images', done, total: wanted.length, unit: 'images' });
    return finding;
  };
  const { kept, onImage, concurrency = defaultConcurrency } = options;
  const contents = kept && !onImage ? await contentsOf(wanted) : new Map<string, string>();
  const findings = kept
    ? await examineOnce(wanted, contents, kept, options, examine)
    : await mapConcurrently(wanted, concurrency, (sample) => examine(sample));
  const broken = findings.flatMap((finding) => finding.broken ?? []);
  const bad = new Set(wanted.filter((_, index) => findings[index]?.broken));
  const sizes = new Map<string, Size>();
  const pixels = new Map<string, string>();
  const seen = new Map<string, SeenImage>();
  for (const [index, { path }] of wanted.entries()) {
    const { size, hash, image } = findings[index] as Finding;
    if (size) sizes.set(path, size);
    if (image) seen.set(path, image);
    if (hash !== undefined) pixels.set(path, hash);
  }
  const masks = findings.flatMap(({ mask }) => mask ?? []);
  const samples = dataset.samples.filter((sample) => !bad.has(sample));
  return {
    examined: wanted.length,
    broken,
    dataset: { ...dataset, samples },
    sizes,
    pixels,
    seen,
    contents,
    laterPages: findings.flatMap((finding) => finding.laterPages ?? []),
    emptyMasks: masks.filter(({ coverage }) => coverage === 0).map(({ path }) => path),
    maskWarnings: maskWarnings(masks),
  };
}

/** How files are verified. */
export interface VerifyOptions extends ExamineOptions {
  /**
   * Leaves out what is broken or contradicts itself instead of refusing the data set; the caller must say so.
   * @default false
   */
  readonly skipBroken?: boolean;
}

/** An examination after which nothing has to be refused. */
export interface Verified extends Examination {
  /** Images that stood for several classes, or as good and as anomalous; left out with all their copies. */
  readonly contradictions: readonly Copies[];
}

/**
 * Decodes every file fully; a data set that passes can be read to its end.
 * @returns the data set, without broken and contradictory samples when `skipBroken`, and what was found
 * @throws CladError `IMAGES_BROKEN` with all of them, `IMAGES_CONTRADICT`; with `skipBroken`, `CLASS_EMPTY` or `DATASET_NO_TRAINING` when
 *   a class is left without the training images it had
 */
export async function verifyImages(dataset: Dataset, options: VerifyOptions = {}): Promise<Verified> {
  const examination = await examineImages(dataset, options);
  const { broken, examined, pixels } = examination;
  const whole = examination.dataset;
  const contradictions = findCopies(whole.samples, pixels).filter(isContradiction);
  if (broken.length + contradictions.length === 0) return { ...examination, contradictions };
  if (!options.skipBroken) {
    if (broken.length > 0) throw imagesBroken(broken, examined);
    throw new CladError('IMAGES_CONTRADICT', { list: nameCopies(contradictions) });
  }
  const contradictory = new Set(contradictions.flatMap(({ samples }) => samples));
  const usable = { ...whole, samples: whole.samples.filter((sample) => !contradictory.has(sample)) };
  const trained = new Set(
    dataset.samples.filter(({ split }) => split === 'train').map(({ className }) => className),
  );
  const classes = dataset.classes.filter((name) => trained.has(name));
  if (classes.length > 0) requireTraining({ ...usable, classes });
  return { ...examination, contradictions, dataset: usable };
}

/** Tells what `verifyImages` left out. */
export function noteLeftOut(
  { broken, contradictions }: Verified,
  note: ((text: string) => void) | undefined,
): void {
  for (const { path, reason } of broken) note?.(`left out: ${path}: ${reason}`);
  if (contradictions.length > 0)
    note?.(`left out, as their folders contradict each other: ${nameCopies(contradictions)}`);
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
  readonly hash?: string;
  readonly image?: SeenImage;
  readonly broken?: BrokenImage;
  readonly mask?: MaskFacts;
  readonly laterPages?: readonly LeftOut[];
}

/** What files of images hold, whose masks need not be looked at; of those that can be read. */
async function contentsOf(samples: readonly Sample[]): Promise<Map<string, string>> {
  const plain = samples.filter(({ maskPaths }) => maskPaths === undefined);
  const contents = await mapConcurrently(plain, defaultConcurrency, ({ path }) =>
    fileImages.contentOf(path).catch(() => undefined),
  );
  return new Map(
    plain.flatMap(({ path }, at) => {
      const content = contents[at];
      return content === undefined ? [] : [[path, content]];
    }),
  );
}

/** Findings of samples, in their order: those whose content is known are looked for in what is kept. */
async function examineOnce(
  samples: readonly Sample[],
  contents: ReadonlyMap<string, string>,
  place: ExaminedPlace,
  { bits, concurrency = defaultConcurrency }: ExamineOptions,
  examine: (sample: Sample, before?: KeptFinding) => Promise<Finding>,
): Promise<Finding[]> {
  const keyed = samples.flatMap((item) => {
    const content = contents.get(item.path);
    return content === undefined ? [] : [{ item, content }];
  });
  const others = samples.filter(({ path }) => !contents.has(path));
  const decoder = `${place.decoder}, ${bits ?? wholeRange} bits`;
  const once = await examinedOnce(keyed, { ...place, decoder }, examine, plainFinding);
  const direct = await mapConcurrently(others, concurrency, (sample) => examine(sample));
  const found = new Map<Sample, Finding>([
    ...keyed.map(({ item }, at) => [item, once[at]!] as const),
    ...others.map((sample, at) => [sample, direct[at]!] as const),
  ]);
  return samples.map((sample) => found.get(sample)!);
}

/** What can be kept of a finding; undefined where there is more to it. */
function plainFinding({
  size,
  hash,
  image,
  broken,
  mask,
  laterPages = [],
}: Finding): KeptFinding | undefined {
  if (broken || mask || laterPages.length > 0 || !size || hash === undefined || !image) return undefined;
  return { size, hash, image };
}

async function examineSample(sample: Sample, options: ExamineOptions): Promise<Finding> {
  const finding = await examineFirstPages(sample, options);
  if (finding.broken) return finding;
  const later = await Promise.all([sample.path, ...(sample.maskPaths ?? [])].map(laterPages));
  return { ...finding, laterPages: later.filter((each) => each !== undefined) };
}

async function examineFirstPages(sample: Sample, { bits, onImage }: ExamineOptions): Promise<Finding> {
  const { path, maskPaths } = sample;
  const image = await attempt(path, decodeImage(path, { bits }));
  if ('reason' in image) return { broken: image };
  onImage?.(sample, image);
  const size = { width: image.width, height: image.height };
  const seen = { size, hash: pixelHash(image), image: { look: lookAt(image), source: image.source } };
  if (maskPaths === undefined) return seen;
  const mask = await checkMasks(sample, size);
  return 'reason' in mask ? { ...seen, broken: mask } : { ...seen, mask };
}
