/**
 * @file `clad update RUN --exclude` as a function: good images that turned out not to be good leave a finished detector, without a new training. Their entries
 * in the memory bank are put out of reach, and thresholds and colours of the classes concerned are set anew. The networks keep what they learnt.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { groupBy } from '../../core/arrays.ts';
import { CladError } from '../../core/errors.ts';
import { readBytes, writeFileAtomic } from '../../core/files.ts';
import { withLock } from '../../core/lock.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { fileImages } from '../../data/file-images.ts';
import { byCodeUnit } from '../../data/folders.ts';
import { positionsOf } from '../../data/named-images.ts';
import { askedWithoutOneImage, hasBank, withoutEntriesOf } from '../../detector/bank-entries.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import { readDetector } from '../../detector/file-checksum.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { withCalibrations } from '../../detector/thresholds/class-thresholds.ts';
import type { ConformalThreshold } from '../../detector/thresholds/conformal.ts';
import { countsTrained } from '../../detector/thresholds/score-gap.ts';
import { decodeModel, encodeModel } from '../../graph/index.ts';
import type { Device } from '../../runtime/engine.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { goodImageWarnings } from '../good-images/good-image-warnings.ts';
import {
  calibrateByGood,
  type GoodImage,
  imagesToPredict,
  type LeaveOneOutDetector,
  leaveOneOutDetector,
  type PredictedGoodImages,
  predictGoodImages,
} from '../good-images/good-images.ts';
import {
  type GoodImagesFile,
  readGoodImagesFile,
  writeGoodImagesFile,
} from '../good-images/good-images-file.ts';
import {
  misplaced,
  type RankedImage,
  rankImages,
  standOut,
  suspects,
  writeGoodImages,
} from '../good-images/standing-out.ts';
import { modelPathOf, RunFolder } from '../run-folder.ts';
import { keepVersion, withGolden } from './replace-detector.ts';

export interface ExcludeRequest {
  /** Run folder. */
  readonly run: string;
  /** Training images, as paths or as `good-images.csv` has them; they need not exist any more. */
  readonly exclude: readonly string[];
  /** Leave out as well what stands out, and what is recognised as another class. */
  readonly outliers: boolean;
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
  readonly onProgress?: ProgressListener | undefined;
}

/** The document of `clad update --json`. */
export interface ExcludeDocument {
  readonly model: string;
  /** The detector file of before; null where nothing was to be left out. */
  readonly before: string | null;
  readonly excluded: readonly { readonly path: string; readonly class: string }[];
  /** The classes whose thresholds were set anew. */
  readonly classes: readonly {
    readonly class: string;
    readonly before: ConformalThreshold;
    readonly after: ConformalThreshold;
    /** Good images that are left. */
    readonly images: number;
  }[];
  /** What stands out among the images that are left, and has no say in thresholds. */
  readonly standingOut: readonly RankedImage[];
  /** Of the images that are left, those recognised as another class. */
  readonly misplaced: readonly RankedImage[];
  /** Sentences on what to look at before the thresholds are believed. */
  readonly warnings: readonly string[];
}

/** Good images that a class needs: as many as a training does. */
const leastImages = 2;

/** What is changed. */
interface Subject {
  readonly run: RunFolder;
  /** Of the data set. */
  readonly root: string;
  /** Path and bytes of `model.onnx`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly metadata: DetectorMetadata;
  readonly file: GoodImagesFile;
}

/**
 * Leaves images out of the detector of a run; the file of before is kept in `versions/`.
 * @throws RUN_NOT_FOUND, RUN_UNFINISHED, DETECTOR_INVALID, GOOD_IMAGES_MISSING, GOOD_IMAGES_DAMAGED, EXCLUDED_UNKNOWN, EXCLUDED_ALL, IMAGE_INVALID where a good
 *   image cannot be read any more
 */
export async function excludeImages(request: ExcludeRequest): Promise<ExcludeDocument> {
  if (request.run.endsWith('.onnx')) {
    const expected = 'the folder of a run, which says what in the detector comes from which image';
    throw new CladError('OPTION_INVALID', { option: '<run>', expected, actual: request.run });
  }
  const { lock } = new RunFolder(request.run);
  return existsSync(request.run) ? withLock(lock, () => excludeUnlocked(request)) : excludeUnlocked(request);
}

/** Of a detector that has no entries to leave out. */
const learntStays =
  'The detector has no memory bank of clad: thresholds and colours have moved, and what it has learnt from these images stays. Train again with --exclude to be rid of it.';

/** The same where the run is locked already, as at the end of its training. */
export async function excludeUnlocked(request: ExcludeRequest): Promise<ExcludeDocument> {
  const subject = await subjectOf(request.run);
  const { path, file, metadata: before } = subject;
  const asked = await imagesToExclude(request, subject);
  const fresh = [...asked].filter((id) => !file.images[id]!.excluded);
  const excluded = fresh
    .map((id) => imageOf(subject, id))
    .map(({ path, class: name }) => ({ path, class: name }));
  if (fresh.length === 0)
    return {
      model: path,
      before: null,
      excluded,
      classes: [],
      standingOut: [],
      misplaced: [],
      warnings: [],
    };
  const gone = new Set([...fresh, ...[...file.images.keys()].filter((id) => file.images[id]!.excluded)]);
  requireEnough(file, gone);
  const touched = new Set(fresh.flatMap((id) => [file.images[id]!.class, file.images[id]!.recognisedAs]));
  const engine = await nodeEngine({ device: request.device, threads: request.threads });
  const whole = decodeModel(subject.bytes);
  const model = hasBank(whole) ? withoutEntriesOf(whole, file.entryImages, gone) : whole;
  const asking = encodeModel(askedWithoutOneImage(model, file.entryImages));
  const oneOut = await leaveOneOutDetector(engine, asking);
  try {
    const predicted = await predictTouched(subject, touched, gone, oneOut, request.onProgress);
    const { metadata, images } = recalibrated(subject, predicted, gone, fresh);
    const bytes = await withGolden(engine, model, metadata, path);
    const kept = await keepVersion(subject.run, subject.bytes);
    await writeFileAtomic(path, bytes);
    await writeGoodImagesFile(subject.run.goodImagesState, updatedFile(file, predicted.images, gone));
    const ranked = rankImages(images, countsTrained(before.provenance.scoreGap));
    await writeGoodImages(subject, oneOut, ranked, metadata);
    const classes = [...touched].sort(byCodeUnit).map((name) => ({
      class: name,
      before: before.thresholds[name]!,
      after: metadata.thresholds[name]!,
      images: images.filter((image) => image.class === name).length,
    }));
    return {
      model: path,
      before: kept,
      excluded,
      classes,
      standingOut: standOut(ranked),
      misplaced: misplaced(ranked),
      warnings: [...(hasBank(whole) ? [] : [learntStays]), ...goodImageWarnings(ranked, metadata)],
    };
  } finally {
    await oneOut.release();
  }
}

async function subjectOf(folder: string): Promise<Subject> {
  const run = new RunFolder(folder);
  const { data } = await run.config();
  const path = await modelPathOf(folder);
  const bytes = await readBytes(path);
  const { metadata } = readDetector(bytes, path);
  const file = await readGoodImagesFile(run.goodImagesState);
  return { run, root: data.root, path, bytes, metadata, file };
}

/** A good image as the file has it, with its number. */
function imageOf({ file, root }: Pick<Subject, 'file' | 'root'>, id: number): GoodImage {
  const { excluded: _, path, ...image } = file.images[id]!;
  return { id, path: join(root, path), ...image };
}

/**
 * Numbers of the images that are meant.
 * @throws EXCLUDED_UNKNOWN
 */
async function imagesToExclude(
  { exclude, outliers }: ExcludeRequest,
  subject: Subject,
): Promise<Set<number>> {
  const { file, root, metadata } = subject;
  const paths = file.images.map(({ path }) => join(root, path));
  const ids = await positionsOf(exclude, paths, root, subject.run.path);
  if (!outliers) return ids;
  const left = [...file.images.keys()]
    .filter((id) => !file.images[id]!.excluded)
    .map((id) => imageOf(subject, id));
  const gap = metadata.provenance.scoreGap ?? 0;
  const { images } = calibrateByGood({ images: left, pixels: new Map() }, 0.5, gap);
  for (const { id } of suspects(rankImages(images, countsTrained(gap)))) ids.add(id);
  return ids;
}

/** @throws EXCLUDED_ALL where a class would keep too few images */
function requireEnough({ images }: GoodImagesFile, gone: ReadonlySet<number>): void {
  for (const [name, own] of groupBy([...images.keys()], (id) => images[id]!.class)) {
    const left = own.filter((id) => !gone.has(id)).length;
    if (left < leastImages) throw new CladError('EXCLUDED_ALL', { name, left, least: leastImages });
  }
}

/** The images of the classes concerned, as the changed detector sees them; the others as they were. */
async function predictTouched(
  subject: Subject,
  touched: ReadonlySet<string>,
  gone: ReadonlySet<number>,
  oneOut: LeaveOneOutDetector,
  onProgress: ProgressListener = () => {},
): Promise<PredictedGoodImages> {
  const { file, metadata } = subject;
  const all = [...file.images.keys()].map((id) => imageOf(subject, id));
  const heldOut = new Set(all.filter((image) => image.heldOut).map(({ id }) => id));
  const { seed } = metadata.provenance;
  const samples = all.map((image) => ({ className: image.class }));
  const ids = new Map(
    [...imagesToPredict(samples, { heldOut }, seed)]
      .filter(([name]) => touched.has(name))
      .map(([name, ids]) => [name, ids.filter((id) => !gone.has(id))]),
  );
  const paths = all.map(({ path }) => path);
  const again = await predictGoodImages(
    { paths, images: fileImages, ids, heldOut, bits: bitsOf(metadata), classes: metadata.classes },
    oneOut,
    onProgress,
  );
  const others = all.filter((image) => !gone.has(image.id) && !touched.has(image.class));
  return { images: [...others, ...again.images], pixels: again.pixels };
}

/** Thresholds and colours of the classes concerned, and what the file says of that. What the networks remember is as it was: they have not changed. */
function recalibrated(
  { metadata, bytes, file }: Subject,
  predicted: PredictedGoodImages,
  gone: ReadonlySet<number>,
  fresh: readonly number[],
): { readonly metadata: DetectorMetadata; readonly images: readonly GoodImage[] } {
  const { provenance, thresholds } = metadata;
  const rates = Object.values(thresholds).map(({ requestedRate }) => requestedRate);
  const calibration = calibrateByGood(predicted, rates[0]!, provenance.scoreGap ?? 0);
  const count = (heldOut: boolean) =>
    Object.fromEntries(
      metadata.classes.map((name) => [
        name,
        file.images.filter((image, id) => image.class === name && image.heldOut === heldOut && !gone.has(id))
          .length,
      ]),
    );
  const images = Object.fromEntries(
    [...groupBy(fresh, (id) => file.images[id]!.class)].map(([name, own]) => [name, own.length]),
  );
  const source = createHash('sha256').update(bytes).digest('hex');
  const exclusion = { created: new Date().toISOString(), source, images };
  return {
    metadata: {
      ...metadata,
      ...withCalibrations(metadata, calibration.classes),
      provenance: {
        ...provenance,
        data: { ...provenance.data, trainingImages: count(false), heldOutImages: count(true) },
        exclusions: [...(provenance.exclusions ?? []), exclusion],
      },
    },
    images: calibration.images,
  };
}

function updatedFile(
  file: GoodImagesFile,
  predicted: readonly GoodImage[],
  gone: ReadonlySet<number>,
): GoodImagesFile {
  const now = new Map(predicted.map((image) => [image.id, image]));
  const images = file.images.map((image, id) => {
    const { score, recognisedAs, share } = now.get(id) ?? image;
    return { ...image, score, recognisedAs, share, excluded: gone.has(id) };
  });
  return { ...file, images };
}
