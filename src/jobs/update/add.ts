/**
 * @file `clad update RUN good/...` as a function: more good images of a class, or a new class, join a finished detector without a training. Networks,
 * projection and everything that other classes have stay as they are, so their images keep their scores to the last bit.
 */
import { stat } from 'node:fs/promises';
import { anything, flag, list, optional, path as pathKind, text } from '../../core/arguments.ts';
import { groupBy } from '../../core/arrays.ts';
import { CladError } from '../../core/errors.ts';
import { type LeftOut, type LeftOutSummary, summariseLeftOut } from '../../data/left-out.ts';
import type { ClassMemories } from '../../detector/bank-classes.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import type { ConformalThreshold } from '../../detector/thresholds/conformal.ts';
import { countsTrained } from '../../detector/thresholds/score-gap.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { realPaths } from '../calibrate/trained-photographs.ts';
import { goodImageWarnings } from '../good-images/good-image-warnings.ts';
import type { GoodImagesFile } from '../good-images/good-images-file.ts';
import { misplaced, type RankedImage, rankImages, standOut } from '../good-images/ranked-images.ts';
import { writeGoodImages } from '../good-images/standing-out.ts';
import { predictTargets } from '../predict-targets.ts';
import { rememberImages } from '../remembered-images.ts';
import { type Fields, requireRequest } from '../request-fields.ts';
import { type ClassRegion, requireSameShape } from '../roi/class-regions.ts';
import type { AskedFollowing } from '../roi/follow-parts.ts';
import type { RegionDefinitions } from '../roi/region-definition.ts';
import { trainFields } from '../train/train-request.ts';
import { joinedClass } from './class-name.ts';
import { type EffectOnDefects, effectOnDefects } from './effect-on-defects.ts';
import { type FollowedNew, followNew, requireFollowableNew } from './follow-new.ts';
import { type Growth, growMemories, memoriesOf, memoryOptions } from './grow-memories.ts';
import { leftOutBy } from './hashes-of.ts';
import { joinedMetadata, notesOnJoined } from './joined.ts';
import { withGrown } from './measure-spread.ts';
import { detectorBefore, lookAtNew, type NewImage, type NotAdded } from './new-images.ts';
import { oneOutOf } from './one-out.ts';
import { type OthersChecked, othersChecked } from './others.ts';
import { predictAgain, recalibrate, withScores } from './predict-again.ts';
import { regionOfNew, regionToJoin, seeingAsJoined } from './region-of-new.ts';
import { sift } from './sift.ts';
import {
  type ChangeRequest,
  changeFields,
  imagesLeft,
  replaceDetector,
  subjectOf,
  withRun,
} from './subject.ts';

export interface AddRequest extends ChangeRequest {
  /** Good images, or folders of them. */
  readonly images: readonly string[];
  /** The class they join; a new one where the detector does not know it. Absent: each joins the class it is recognised as. */
  readonly class?: string | undefined;
  /** The class is new, whatever its name is like; without `class` it has the name of the images' folder. */
  readonly newClass?: boolean | undefined;
  /** They were called anomalous by mistake: what that does to known defects is looked at. */
  readonly falseAlarm?: boolean | undefined;
  /** Region of interest of the class, where it is new; paths in it are from the working directory. */
  readonly roi?: RegionDefinitions | undefined;
  /** A region that follows the part, of the class where it is new, within nothing that is drawn. */
  readonly follow?: AskedFollowing | undefined;
  /** Take images that are recognised as another class or are not plausible, and a class that others are taken for. */
  readonly force?: boolean | undefined;
}

const addFields: Fields<AddRequest> = {
  ...changeFields,
  images: list(pathKind),
  class: optional(text),
  newClass: optional(flag),
  falseAlarm: optional(flag),
  // Checked by its own schema.
  roi: anything,
  follow: trainFields.follow,
  force: optional(flag),
};

/** A class that got more. */
export interface GrownClass {
  readonly class: string;
  readonly isNew: boolean;
  /** Good images, before and now. */
  readonly images: { readonly before: number; readonly after: number };
  /** Entries of its memory. */
  readonly entries: { readonly before: number; readonly after: number };
  /** Null for a new class. */
  readonly before: ConformalThreshold | null;
  readonly after: ConformalThreshold;
}

/** The document of `clad update RUN IMAGES --json`. */
export interface AddDocument {
  readonly action: 'add' | 'new-class' | 'false-alarm';
  readonly model: string;
  /** The detector file of before. */
  readonly before: string;
  readonly version: number;
  readonly added: readonly { readonly path: string; readonly class: string }[];
  readonly notAdded: readonly NotAdded[];
  /** What was passed over in folders. */
  readonly leftOut: LeftOutSummary;
  readonly classes: readonly GrownClass[];
  readonly others: OthersChecked;
  /** Null where nobody asked. */
  readonly defects: EffectOnDefects | null;
  readonly standingOut: readonly RankedImage[];
  readonly misplaced: readonly RankedImage[];
  /** Sentences. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** Images of a class that are looked at again; of more, the others' recorded scores count. */
const mostPredicted = 96;
/** Images that a new class needs. */
const leastImages = 2;

/**
 * Adds images to the detector of a run; the file of before is kept in `versions/`.
 * @throws RUN_NOT_FOUND, RUN_UNFINISHED, DETECTOR_INVALID, GOOD_IMAGES_MISSING, GOOD_IMAGES_DAMAGED, FILE_NOT_FOUND, DATASET_EMPTY, UPDATE_UNSUITABLE,
 *   UPDATE_CLASS, UPDATE_NOTHING, UPDATE_RISKY
 */
export async function addImages(request: AddRequest): Promise<AddDocument> {
  requireRequest('addImages', addFields, request);
  const asked = { class: undefined, newClass: false, falseAlarm: false, force: false, ...request };
  return withRun(request.run, () => addUnlocked(asked));
}

/** What was asked for, with what goes without saying. */
interface Asked {
  readonly newClass: boolean;
  readonly force: boolean;
}

async function addUnlocked(request: AddRequest & Asked): Promise<AddDocument> {
  const subject = await subjectOf(request.run);
  const { metadata: before, path, file, model } = subject;
  const { onProgress } = request;
  const memories = memoriesOf(subject, model);
  const options = memoryOptions(subject);
  const leftOut: LeftOut[] = [];
  const targets = await predictTargets(request.images, (entry) => leftOut.push(entry));
  const folders = await Promise.all(request.images.map(async (each) => (await stat(each)).isDirectory()));
  const joined = joinedClass(request, before.classes, folders);
  const { follow } = request;
  const drawn = await regionOfNew(request.roi, joined, before);
  requireFollowableNew(follow, joined, model, drawn !== undefined);
  const engine = await nodeEngine({ device: request.device, threads: request.threads });
  const paths = [...new Set(targets.map((each) => each.path))];
  const region: (ClassRegion & Partial<FollowedNew>) | undefined =
    follow && joined ? await followNew(engine, before, joined.name, paths, follow, onProgress) : drawn;
  const asked = await detectorBefore(engine, model, file.entryImages);
  try {
    const known = await realPaths(imagesLeft(subject).map((image) => image.path));
    const regions = { joined, region, classes: before.classes, memories };
    const looked = await seeingAsJoined(engine, model, file.entryImages, regions, (seeing) =>
      lookAtNew(seeing, before, paths, {
        known: new Set(known),
        isLeftOut: leftOutBy(subject),
        mostPatches: options.candidates,
        width: memories.width,
        regionOf: (recognisedAs) => regionToJoin(regions, recognisedAs),
        onProgress,
      }),
    );
    const { joining, notAdded, otherwise } = sift(looked.images, joined, subject, request.force);
    if (region) requireSameShape(region, looked.images);
    const refused = [...looked.notAdded, ...notAdded];
    requireSome(joining, refused, joined?.isNew ? leastImages : 1);
    const grown = await growMemories(
      engine,
      subject,
      { memories, options, joining, region: region?.region },
      onProgress,
    );
    const changed = await withGrown(engine, model, grown, joining, subject);
    const oneOut = await oneOutOf(engine, changed, grown.file);
    try {
      const now = { ...subject, metadata: joinedMetadata(before, joining, region), file: grown.file };
      const predicted = await predictAgain(now, new Set(joining.keys()), oneOut, {
        most: mostPredicted,
        onProgress,
      });
      const { metadata: recalibrated, calibration } = recalibrate(now, predicted);
      const others = await othersChecked(subject, asked, oneOut, {
        changed: new Set(joining.keys()),
        classes: recalibrated.classes,
        force: request.force,
      });
      const defects = request.falseAlarm
        ? await effectOnDefects(
            { subject, after: recalibrated, changed: joining.keys() },
            asked,
            oneOut,
            onProgress,
          )
        : null;
      const classes = [...joining.keys()].map((name) =>
        grownClass(name, { before, recalibrated, memories, grown, file }),
      );
      const added = [...joining].flatMap(([name, own]) =>
        own.map((each) => ({ path: each.path, class: name })),
      );
      const action = request.falseAlarm ? 'false-alarm' : joined?.isNew ? 'new-class' : 'add';
      const hashes = [...joining.values()].flat().map(({ hash }) => hash);
      const { metadata, kept, version } = await replaceDetector(engine, subject, {
        model: changed,
        metadata: { ...recalibrated, trained: rememberImages(hashes, before.trained) },
        file: withScores(grown.file, predicted.images),
        change: { action, classes: changesOf(classes), remembered: rememberImages(hashes) },
      });
      const ranked = rankImages(calibration.images, countsTrained(before.provenance.scoreGap));
      await writeGoodImages(subject, oneOut, ranked, metadata);
      return {
        action,
        model: path,
        before: kept,
        version,
        added,
        notAdded: refused,
        leftOut: summariseLeftOut(leftOut),
        classes,
        others,
        defects,
        standingOut: standOut(ranked),
        misplaced: misplaced(ranked),
        notes: notesOnJoined({ before, joined, joining, otherwise, predicted, grown: grown.chosen, region }),
        warnings: goodImageWarnings(
          ranked.filter((image) => joining.has(image.class)),
          metadata,
        ),
      };
    } finally {
      await oneOut.release();
    }
  } finally {
    await asked.release();
  }
}

/** @throws UPDATE_NOTHING */
function requireSome(
  joining: ReadonlyMap<string, readonly NewImage[]>,
  notAdded: readonly NotAdded[],
  least: number,
): void {
  const count = [...joining.values()].reduce((sum, { length }) => sum + length, 0);
  if (count >= least) return;
  const total = count + notAdded.length;
  const reasons = [...groupBy(notAdded, ({ reason }) => reason)].map(
    ([reason, own]) => `${own[0]!.path}${own.length > 1 ? ` and ${own.length - 1} more` : ''}: ${reason}`,
  );
  const few =
    count > 0
      ? [`a new class takes ${least} images at least, of different parts, and 20 or more do well`]
      : [];
  const remedy = notAdded.some(({ forceable }) => forceable)
    ? 'Look at them; if they are good images of the class all the same, --force takes them.'
    : 'Give others.';
  throw new CladError('UPDATE_NOTHING', {
    count: total,
    reasons: [...few, ...reasons.slice(0, 3)].join('; '),
    remedy,
  });
}

function grownClass(
  name: string,
  {
    before,
    recalibrated,
    memories,
    grown,
    file,
  }: {
    readonly before: DetectorMetadata;
    readonly recalibrated: DetectorMetadata;
    readonly memories: ClassMemories;
    readonly grown: Growth;
    readonly file: GoodImagesFile;
  },
): GrownClass {
  const imagesOf = ({ images }: GoodImagesFile) =>
    images.filter((image) => image.class === name && !image.excluded).length;
  const index = recalibrated.classes.indexOf(name);
  return {
    class: name,
    isNew: !before.classes.includes(name),
    images: { before: imagesOf(file), after: imagesOf(grown.file) },
    entries: {
      before: memories.classes[index]?.lengths.length ?? 0,
      after: grown.memories[index]!.lengths.length,
    },
    before: before.thresholds[name] ?? null,
    after: recalibrated.thresholds[name]!,
  };
}

/** For the detector's history. */
function changesOf(classes: readonly GrownClass[]) {
  return Object.fromEntries(
    classes.map((each) => [
      each.class,
      {
        images: each.images.after - each.images.before,
        entries: each.entries.after - each.entries.before,
        thresholdBefore: each.before?.threshold ?? null,
        thresholdAfter: each.after.threshold,
      },
    ]),
  );
}
