/**
 * @file `clad update RUN --missed IMAGE...` as a function: defects that were called normal are caught by a lower threshold of their class, as far as that can be had
 * honestly. What it costs in false alarms is told by the good images' own scores, each without its own entries. Scores and maps do not change.
 */
import { flag, list, optional, path as pathKind } from '../../core/arguments.ts';
import { median } from '../../core/arrays.ts';
import { CladError } from '../../core/errors.ts';
import { pixelHash } from '../../data/pixel-hash.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import { Detector } from '../../detector/detector.ts';
import { endingAt, mapRange } from '../../detector/heat/map-range.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { fails } from '../../detector/prediction.ts';
import type { ConformalThreshold } from '../../detector/thresholds/conformal.ts';
import { ordinary } from '../../detector/thresholds/outliers.ts';
import { decodeImage } from '../../image/decode.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { predictTargets } from '../predict-targets.ts';
import { isRemembered } from '../remembered-images.ts';
import { type Fields, requireRequest } from '../request-fields.ts';
import { leftOutBy } from './hashes-of.ts';
import { oneOutOf } from './one-out.ts';
import { asNew, predictAgain } from './predict-again.ts';
import { type ChangeRequest, changeFields, replaceDetector, subjectOf, withRun } from './subject.ts';

export interface MissedRequest extends ChangeRequest {
  /** Defective images that the detector calls normal. */
  readonly missed: readonly string[];
  /** Accept more than `mostRate` of false alarms. */
  readonly force?: boolean | undefined;
}

const missedFields: Fields<MissedRequest> = {
  ...changeFields,
  missed: list(pathKind),
  force: optional(flag),
};

/** A class whose threshold was lowered. */
export interface LoweredThreshold {
  readonly class: string;
  readonly before: ConformalThreshold;
  readonly after: ConformalThreshold;
  /** Good images whose scores count, and how many of them each threshold calls anomalous. */
  readonly good: number;
  readonly alarmsBefore: number;
  readonly alarmsAfter: number;
}

/** The document of `clad update --missed --json`. */
export interface MissedDocument {
  readonly action: 'missed';
  readonly model: string;
  /** The detector file of before; null where all were caught already. */
  readonly before: string | null;
  readonly version: number | null;
  readonly images: readonly {
    readonly path: string;
    readonly class: string;
    readonly score: number;
    /** Whether the threshold of before caught it. */
    readonly caughtBefore: boolean;
  }[];
  readonly classes: readonly LoweredThreshold[];
}

/** A larger share of false alarms takes `--force`. */
const mostRate = 0.1;
/** A threshold below the middle of the good images tells nothing. */
const hopelessRate = 0.5;
/** Good images of a class that are looked at again. */
const mostPredicted = 96;

type Seen = MissedDocument['images'][number];

/**
 * Lowers thresholds of a run's detector; the file of before is kept in `versions/`.
 * @throws RUN_NOT_FOUND, RUN_UNFINISHED, DETECTOR_INVALID, GOOD_IMAGES_MISSING, GOOD_IMAGES_DAMAGED, FILE_NOT_FOUND, IMAGE_INVALID, UPDATE_RISKY where a
 *   threshold would cost too much, or cannot do it
 */
export async function lowerThresholds(request: MissedRequest): Promise<MissedDocument> {
  requireRequest('lowerThresholds', missedFields, request);
  return withRun(request.run, () => lowerUnlocked(request));
}

async function lowerUnlocked(request: MissedRequest): Promise<MissedDocument> {
  const subject = await subjectOf(request.run);
  const { metadata: before, path, bytes, file, model } = subject;
  const targets = await predictTargets(request.missed);
  const engine = await nodeEngine({ device: request.device, threads: request.threads });
  const detector = await Detector.fromBytes(engine, bytes, path);
  const images: Seen[] = [];
  try {
    const isLeftOut = leftOutBy(subject);
    for (const target of targets) images.push(await see(detector, target.path, isLeftOut));
  } finally {
    await detector.release();
  }
  const passed = images.filter(({ caughtBefore }) => !caughtBefore);
  const same = { action: 'missed', model: path, images } as const;
  if (passed.length === 0) return { ...same, before: null, version: null, classes: [] };
  const touched = new Set(passed.map((image) => image.class));
  const oneOut = await oneOutOf(engine, model, file);
  try {
    const predicted = await predictAgain(subject, touched, oneOut, {
      most: mostPredicted,
      onProgress: request.onProgress,
    });
    // Scores as they were recorded: the threshold of before is one of them, and scores of now are so only but for rounding.
    const known = asNew(subject);
    const changed = { thresholds: { ...before.thresholds }, display: { ...before.display } };
    const classes = [...touched].map((name): LoweredThreshold => {
      const own = known.filter((image) => image.class === name).map(({ score }) => score);
      const scores = ordinary(own, own);
      const missed = passed.filter((image) => image.class === name);
      const threshold = before.thresholds[name]!;
      const after = lowered(name, missed, scores, threshold, request.force ?? false);
      changed.thresholds[name] = after;
      const pixels = predicted.pixels.get(name)?.all;
      const range = pixels && mapRange(pixels, after.threshold);
      const top = before.display[name]?.top;
      if (range) changed.display[name] = top === undefined ? range : endingAt(range, top);
      const above = (limit: number) => scores.filter((score) => score > limit).length;
      return {
        class: name,
        before: threshold,
        after,
        good: scores.length,
        alarmsBefore: above(threshold.threshold),
        alarmsAfter: above(after.threshold),
      };
    });
    const { kept, version } = await replaceDetector(engine, subject, {
      model,
      metadata: { ...before, ...changed },
      file,
      change: { action: 'missed', classes: changesOf(classes) },
    });
    return { ...same, before: kept, version, classes };
  } finally {
    await oneOut.release();
  }
}

/** @throws UPDATE_RISKY for an image that the detector was made from */
async function see(
  detector: Detector,
  path: string,
  isLeftOut: (hash: string) => Promise<boolean>,
): Promise<Seen> {
  const image = await decodeImage(path, { bits: bitsOf(detector.metadata) });
  const hash = pixelHash(image);
  if (isRemembered(detector.metadata.trained)(hash) && !(await isLeftOut(hash))) {
    throw new CladError('UPDATE_RISKY', {
      what: `${path} is among the good images that the detector was made from, or a copy of one, so it takes it for good`,
      remedy: 'Leave it out: clad update --exclude FILE.',
    });
  }
  const { class: name, score, verdict } = await detector.predict(image, path);
  return { path, class: name, score, caughtBefore: fails(verdict) };
}

/**
 * The highest threshold that catches all of a class's missed images with some room: halfway between the lowest of them and the next good image below.
 * @param good - scores of good images as of new ones
 * @throws UPDATE_RISKY
 */
export function lowered(
  name: string,
  missed: readonly { readonly path: string; readonly score: number }[],
  good: readonly number[],
  before: ConformalThreshold,
  force: boolean,
): ConformalThreshold {
  const lowest = missed.reduce((least, each) => (each.score < least.score ? each : least));
  const below = good.filter((score) => score < lowest.score);
  const said = (value: number) => value.toPrecision(4);
  const threshold = (Math.max(...below) + lowest.score) / 2;
  const alarms = good.filter((score) => score > threshold).length;
  const rate = (alarms + 1) / (good.length + 1);
  const percent = (share: number) => `${Number((100 * share).toPrecision(2))} %`;
  if (below.length === 0 || rate > hopelessRate) {
    throw new CladError('UPDATE_RISKY', {
      what: `No threshold of ${name} catches ${lowest.path} in an honest way: its score, ${said(lowest.score)}, is that of ordinary good images (their middle is ${said(median(good))})`,
      remedy:
        'Smaller defects take a larger input (features.inputSize) or more and cleaner good images in a new training; see whether the heat map shows the defect at all.',
    });
  }
  if (rate > mostRate && rate > before.achievableRate && !force) {
    throw new CladError('UPDATE_RISKY', {
      what: `To catch ${lowest.path} the threshold of ${name} has to go from ${said(before.threshold)} down to ${said(threshold)}, where about ${percent(rate)} of good parts are called anomalous (${alarms} of ${good.length} good images are), and not ${percent(before.achievableRate)}`,
      remedy: '--force does it all the same; without the image, fewer false alarms may do for the others.',
    });
  }
  return { ...before, threshold, achievableRate: rate, count: good.length };
}

/** For the detector's history. */
function changesOf(classes: readonly LoweredThreshold[]): DetectorChanges {
  return Object.fromEntries(
    classes.map((each) => [
      each.class,
      {
        images: 0,
        entries: 0,
        thresholdBefore: each.before.threshold,
        thresholdAfter: each.after.threshold,
      },
    ]),
  );
}

type DetectorChanges = NonNullable<DetectorMetadata['history']>[number]['classes'];
