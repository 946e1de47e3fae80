/**
 * @file `clad update RUN --exclude` as a function: good images that turned out not to be good leave a finished detector, without a new training. Their entries
 * in the memory bank are put out of reach, and thresholds and colours of the classes concerned are set anew. The networks keep what they learnt.
 */
import { resolve } from 'node:path';
import { flag, list, optional, path as pathKind } from '../../core/arguments.ts';
import { groupBy } from '../../core/arrays.ts';
import { CladError } from '../../core/errors.ts';
import { byCodeUnit } from '../../data/folders.ts';
import { positionsOf } from '../../data/named-images.ts';
import { constantNamed, hasBank, withoutEntriesOf } from '../../detector/bank-entries.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import type { ConformalThreshold } from '../../detector/thresholds/conformal.ts';
import { countsTrained } from '../../detector/thresholds/score-gap.ts';
import { classNames } from '../../features/memory-bank/class-search.ts';
import { entriesOfOthers } from '../../features/memory-bank/entries-of-others.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { goodImageWarnings } from '../good-images/good-image-warnings.ts';
import type { GoodImagesFile } from '../good-images/good-images-file.ts';
import { misplaced, type RankedImage, rankImages, standOut, suspects } from '../good-images/ranked-images.ts';
import { writeGoodImages } from '../good-images/standing-out.ts';
import { type Fields, requireRequest } from '../request-fields.ts';
import { memoryOptions } from './grow-memories.ts';
import { oneOutOf } from './one-out.ts';
import { asNew, predictAgain, recalibrate, withScores } from './predict-again.ts';
import {
  type ChangeRequest,
  changeFields,
  imageOf,
  replaceDetector,
  type Subject,
  sourceOf,
  subjectOf,
  withRun,
} from './subject.ts';

export interface ExcludeRequest extends ChangeRequest {
  /** Training images, as paths or as `good-images.csv` has them; they need not exist any more. */
  readonly exclude: readonly string[];
  /** Leave out as well what stands out, and what is recognised as another class. */
  readonly outliers?: boolean | undefined;
}

const excludeFields: Fields<ExcludeRequest> = {
  ...changeFields,
  exclude: list(pathKind),
  outliers: optional(flag),
};

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

/**
 * Leaves images out of the detector of a run; the file of before is kept in `versions/`.
 * @throws RUN_NOT_FOUND, RUN_UNFINISHED, DETECTOR_INVALID, GOOD_IMAGES_MISSING, GOOD_IMAGES_DAMAGED, EXCLUDED_UNKNOWN, EXCLUDED_ALL, EXCLUDED_MEMORY, IMAGE_INVALID where a good
 *   image cannot be read any more
 */
export async function excludeImages(request: ExcludeRequest): Promise<ExcludeDocument> {
  requireRequest('excludeImages', excludeFields, request);
  return withRun(request.run, () => excludeUnlocked(request));
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
  requireEntries(subject, fresh);
  const touched = new Set(fresh.flatMap((id) => [file.images[id]!.class, file.images[id]!.recognisedAs]));
  const engine = await nodeEngine({ device: request.device, threads: request.threads });
  const whole = subject.model;
  const model = hasBank(whole) ? withoutEntriesOf(whole, file.entryImages, gone) : whole;
  const oneOut = await oneOutOf(engine, model, file);
  try {
    const without = { ...file, images: file.images.map((each, id) => ({ ...each, excluded: gone.has(id) })) };
    const left = { ...subject, file: without };
    const predicted = await predictAgain(left, touched, oneOut, { onProgress: request.onProgress });
    const { metadata: recalibrated, calibration } = recalibrate(left, predicted);
    const { metadata, kept } = await replaceDetector(engine, subject, {
      model,
      metadata: withExclusion(recalibrated, excluded, sourceOf(subject)),
      file: withScores(without, predicted.images),
      change: { action: 'exclude', classes: changes(subject, fresh, recalibrated) },
    });
    const ranked = rankImages(calibration.images, countsTrained(before.provenance.scoreGap));
    await writeGoodImages(subject, oneOut, ranked, metadata);
    const classes = [...touched].sort(byCodeUnit).map((name) => ({
      class: name,
      before: before.thresholds[name]!,
      after: metadata.thresholds[name]!,
      images: calibration.images.filter((image) => image.class === name).length,
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

/** How many images left, by class. */
function countsOf(images: readonly { readonly class: string }[]): Record<string, number> {
  return Object.fromEntries(
    [...groupBy(images, (image) => image.class)].map(([name, own]) => [name, own.length]),
  );
}

/** What earlier versions read of it. */
function withExclusion(
  metadata: DetectorMetadata,
  excluded: ExcludeDocument['excluded'],
  source: string,
): DetectorMetadata {
  const { provenance } = metadata;
  const exclusion = { created: new Date().toISOString(), source, images: countsOf(excluded) };
  const exclusions = [...(provenance.exclusions ?? []), exclusion];
  return { ...metadata, provenance: { ...provenance, exclusions } };
}

/** For the detector's history. */
function changes({ file, metadata: before }: Subject, fresh: readonly number[], after: DetectorMetadata) {
  const gone = new Set(fresh);
  return Object.fromEntries(
    [...groupBy(fresh, (id) => file.images[id]!.class)].map(([name, own]) => [
      name,
      {
        images: -own.length,
        entries: -file.entryImages.filter((id) => gone.has(id) && file.images[id]!.class === name).length,
        thresholdBefore: before.thresholds[name]?.threshold ?? null,
        thresholdAfter: after.thresholds[name]?.threshold ?? null,
      },
    ]),
  );
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
  const paths = file.images.map(({ path }) => resolve(root, path));
  const ids = await positionsOf(exclude, paths, root, subject.run.path);
  if (!outliers) return ids;
  const comparable = countsTrained(metadata.provenance.scoreGap ?? 0);
  for (const { id } of suspects(rankImages(asNew(subject), comparable))) ids.add(id);
  return ids;
}

/** @throws EXCLUDED_ALL where a class would keep too few images */
function requireEnough({ images }: GoodImagesFile, gone: ReadonlySet<number>): void {
  for (const [name, own] of groupBy([...images.keys()], (id) => images[id]!.class)) {
    const left = own.filter((id) => !gone.has(id)).length;
    if (left < leastImages) throw new CladError('EXCLUDED_ALL', { name, left, least: leastImages });
  }
}

/**
 * An image is judged by the entries of the other images of its class; images that joined when their patches were known already have none.
 * @throws EXCLUDED_MEMORY where fewer would be left beside those of one image than are averaged, and than there were
 */
function requireEntries(subject: Subject, fresh: readonly number[]): void {
  const { model, file } = subject;
  // A memory that all classes share has others.
  if (!constantNamed(model, classNames.starts)) return;
  const { neighbours } = memoryOptions(subject);
  const leaves = new Set(fresh);
  const present = file.entryImages.filter((id) => !file.images[id]!.excluded);
  for (const name of new Set(fresh.map((id) => file.images[id]!.class))) {
    const own = present.filter((id) => file.images[id]!.class === name);
    const left = entriesOfOthers(own.filter((id) => !leaves.has(id)));
    const least = Math.min(neighbours, entriesOfOthers(own));
    if (left < least) throw new CladError('EXCLUDED_MEMORY', { name, left, least });
  }
}
