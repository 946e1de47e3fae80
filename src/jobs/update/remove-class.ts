/** @file `clad update RUN --remove-class NAME` as a function: a class leaves a finished detector, with its memory, threshold and name; the others stay as they are to the last bit. */
import { existsSync } from 'node:fs';
import { text } from '../../core/arguments.ts';
import { CladError } from '../../core/errors.ts';
import { withMemories } from '../../detector/bank-classes.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { countsTrained } from '../../detector/thresholds/score-gap.ts';
import { decodeImage } from '../../image/decode.ts';
import { nodeEngine } from '../../runtime/node.ts';
import type { LeaveOneOutDetector } from '../good-images/good-images.ts';
import type { GoodImagesFile } from '../good-images/good-images-file.ts';
import { rankImages } from '../good-images/ranked-images.ts';
import { writeGoodImages } from '../good-images/standing-out.ts';
import { forgetImages } from '../remembered-images.ts';
import { type Fields, requireRequest } from '../request-fields.ts';
import { memoriesOf } from './grow-memories.ts';
import { hashesOfClass } from './hashes-of.ts';
import { detectorBefore, recognised } from './new-images.ts';
import { oneOutOf } from './one-out.ts';
import { type OthersChecked, othersChecked } from './others.ts';
import { asNew } from './predict-again.ts';
import {
  type ChangeRequest,
  changeFields,
  imageOf,
  replaceDetector,
  type Subject,
  subjectOf,
  withRun,
} from './subject.ts';

export interface RemoveClassRequest extends ChangeRequest {
  readonly class: string;
}

const removeFields: Fields<RemoveClassRequest> = { ...changeFields, class: text };

/** The document of `clad update --remove-class --json`. */
export interface RemoveClassDocument {
  readonly action: 'remove-class';
  readonly model: string;
  /** The detector file of before. */
  readonly before: string;
  readonly version: number;
  readonly class: string;
  /** Good images and entries that left. */
  readonly images: number;
  readonly entries: number;
  /** Classes that are left. */
  readonly classes: readonly string[];
  readonly others: OthersChecked;
}

/**
 * Removes a class from the detector of a run; the file of before is kept in `versions/`.
 * @throws RUN_NOT_FOUND, RUN_UNFINISHED, DETECTOR_INVALID, GOOD_IMAGES_MISSING, GOOD_IMAGES_DAMAGED, UPDATE_UNSUITABLE, UPDATE_CLASS
 */
export async function removeClass(request: RemoveClassRequest): Promise<RemoveClassDocument> {
  requireRequest('removeClass', removeFields, request);
  return withRun(request.run, () => removeUnlocked(request));
}

async function removeUnlocked(request: RemoveClassRequest): Promise<RemoveClassDocument> {
  const subject = await subjectOf(request.run);
  const { metadata: before, path, file, model } = subject;
  const name = request.class.normalize('NFC');
  const index = before.classes.indexOf(name);
  requireRemovable(name, before.classes);
  const { classes: memories } = memoriesOf(subject, model);
  const changed = withMemories(
    model,
    memories.filter((_, at) => at !== index),
  );
  const first = memories.slice(0, index).reduce((sum, { lengths }) => sum + lengths.length, 0);
  const entries = memories[index]!.lengths.length;
  const numbers = numbersWithout(file, name);
  const left = withoutClass(file, name, numbers, [first, first + entries]);
  const known = await hashesOfClass(subject, name, request.onProgress);
  const classes = before.classes.filter((each) => each !== name);
  const engine = await nodeEngine({ device: request.device, threads: request.threads });
  const asked = await detectorBefore(engine, model, file.entryImages);
  const oneOut = await oneOutOf(engine, changed, left);
  try {
    const others = await othersChecked(subject, asked, oneOut, {
      changed: new Set([name]),
      classes,
      force: true,
      numberOf: (id) => numbers.get(id)!,
    });
    const metadata = {
      ...metadataWithout(before, name),
      trained: forgetImages(before.trained, known),
    };
    const now = { ...subject, metadata, file: left };
    const recorded = { ...now, file: await recognisedAgain(now, name, oneOut) };
    const images = file.images.filter((image) => image.class === name && !image.excluded).length;
    const threshold = before.thresholds[name]?.threshold ?? null;
    const gone = { images: -images, entries: -entries, thresholdBefore: threshold, thresholdAfter: null };
    const { kept, version } = await replaceDetector(engine, subject, {
      model: changed,
      metadata,
      file: recorded.file,
      change: { action: 'remove-class', classes: { [name]: gone } },
    });
    const ranked = rankImages(asNew(recorded), countsTrained(before.provenance.scoreGap));
    await writeGoodImages(subject, oneOut, ranked, metadata);
    return {
      action: 'remove-class',
      model: path,
      before: kept,
      version,
      class: name,
      images,
      entries,
      classes,
      others,
    };
  } finally {
    await oneOut.release();
    await asked.release();
  }
}

/** @throws UPDATE_CLASS */
function requireRemovable(name: string, classes: readonly string[]): void {
  const refuse = (reason: string, expected: string) =>
    new CladError('UPDATE_CLASS', { name, reason, expected });
  if (!classes.includes(name)) throw refuse('the detector has no such class', `one of ${classes.join(', ')}`);
  if (classes.length === 1)
    throw refuse('the detector has no other', 'a detector of several classes; add another first');
}

/** New numbers of the other classes' images, by those of before. */
function numbersWithout({ images }: GoodImagesFile, name: string): Map<number, number> {
  const left = [...images.keys()].filter((id) => images[id]!.class !== name);
  return new Map(left.map((id, number) => [id, number]));
}

/** The list without a class's images. @param range - of the class's entries */
function withoutClass(
  file: GoodImagesFile,
  name: string,
  numbers: ReadonlyMap<number, number>,
  [first, end]: readonly [number, number],
): GoodImagesFile {
  const entryImages = file.entryImages.filter((_, entry) => entry < first || entry >= end);
  return {
    ...file,
    images: file.images.filter((image) => image.class !== name),
    entryImages: entryImages.map((id) => numbers.get(id)!),
  };
}

function metadataWithout(before: DetectorMetadata, name: string): DetectorMetadata {
  const without = <T>(each: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(each).filter(([key]) => key !== name));
  const { camera, regions, regionsOfInterest, calibrated, provenance } = before;
  const interest = regionsOfInterest && without(regionsOfInterest);
  const { data } = provenance;
  return {
    ...before,
    classes: before.classes.filter((each) => each !== name),
    thresholds: without(before.thresholds),
    display: without(before.display),
    ...(regions && { regions: { ...regions, share: without(regions.share) } }),
    ...(regionsOfInterest && {
      regionsOfInterest: interest && Object.keys(interest).length > 0 ? interest : undefined,
    }),
    ...(camera && { camera: { ...camera, classes: without(camera.classes) } }),
    ...(calibrated && { calibrated: { ...calibrated, images: without(calibrated.images) } }),
    provenance: {
      ...provenance,
      data: {
        ...data,
        trainingImages: without(data.trainingImages),
        heldOutImages: without(data.heldOutImages),
      },
    },
  };
}

/** The list, with what images are taken for now that had been taken for the class that left. */
async function recognisedAgain(
  { file, root, metadata }: Pick<Subject, 'file' | 'root' | 'metadata'>,
  name: string,
  oneOut: LeaveOneOutDetector,
): Promise<GoodImagesFile> {
  const images = [...file.images];
  for (const [id, image] of file.images.entries()) {
    if (image.recognisedAs !== name) continue;
    const { path } = imageOf({ file, root }, id);
    images[id] = { ...image, recognisedAs: image.class, share: 1 };
    if (image.excluded || !existsSync(path)) continue;
    const photograph = await decodeImage(path, { bits: bitsOf(metadata) });
    // Its score is as of its own class, whatever it was taken for.
    const { shares } = await oneOut.predict(id, photograph);
    images[id] = { ...image, ...recognised(shares, metadata.classes) };
  }
  return { ...file, images };
}
