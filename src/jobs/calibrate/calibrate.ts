/**
 * @file `clad calibrate` as a function: thresholds and colours of a finished detector from good photographs of the line it stands on.
 * The network is not touched. A training can only estimate what new photographs will score; and lights and cameras change.
 */

import { createHash } from 'node:crypto';
import { either, flag, list, number, optional, path, wholeFrom } from '../../core/arguments.ts';
import { type ClassNumbers, classNumbers, numbersByClass } from '../../core/class-numbers.ts';
import { CladError } from '../../core/errors.ts';
import { readBytes, writeFileAtomic } from '../../core/files.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import { mapConcurrently } from '../../data/concurrency.ts';
import { defaultConcurrency } from '../../data/default-concurrency.ts';
import { type LeftOut, type LeftOutSummary, laterPages, summariseLeftOut } from '../../data/left-out.ts';
import { widenedCamera } from '../../detector/camera/camera.ts';
import { Detector } from '../../detector/detector.ts';
import { goodPixels } from '../../detector/heat/map-range.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { goldenKey, parseGolden } from '../../detector/self-test/golden.ts';
import { calibrateClass, mapsKept, withCalibrations } from '../../detector/thresholds/class-thresholds.ts';
import { requireFalseAlarmRate } from '../../detector/thresholds/conformal.ts';
import { ordinary } from '../../detector/thresholds/outliers.ts';
import { splitByRegion } from '../../detector/thresholds/region-numbers.ts';
import { withRateOf, withSetThresholds } from '../../detector/thresholds/set-thresholds.ts';
import { decodeMetadata } from '../../graph/index.ts';
import type { SeenImage } from '../../image/look.ts';
import { asPublished } from '../../methods/shared/option-groups.ts';
import type { Device } from '../../runtime/engine.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { withNewDetectorFile } from '../new-detector-file.ts';
import { predictTargets } from '../predict-targets.ts';
import { rememberImages, remembersAll } from '../remembered-images.ts';
import { type Fields, machine, requireRequest, talk } from '../request-fields.ts';
import { modelPathOf } from '../run-folder.ts';
import {
  calibratedBytes,
  calibratedRegions,
  interestWith,
  scoresBy,
  withComparableRegions,
} from './calibrated-regions.ts';
import { type CalibratedClass, comparedClass } from './compared-class.ts';
import { type ClassPredictions, predictPhotographs, type Takes } from './predict-photographs.ts';
import { noteBursts, noteSifted, PhotographSieve } from './sift-photographs.ts';
import { calibrationTrained, realPaths, refuseTrained } from './trained-photographs.ts';

export type { CalibratedClass } from './compared-class.ts';

export interface CalibrateRequest {
  /** Run folder or detector file. */
  readonly run: string;
  /** Photographs of good parts that took no part in the training: images, or folders of them; none are needed where thresholds are given as numbers alone. */
  readonly good: readonly string[];
  /** Photographs of defective parts, to see what the thresholds do to them. */
  readonly anomalous: readonly string[];
  /** File to write. */
  readonly out: string;
  /** Photographs of a class that its threshold is set by; with fewer it stays, as some may be of another class. */
  readonly minImages: number;
  /** Wanted share of good parts called anomalous, in (0, 1), of all classes or by class; what was wanted before where absent. */
  readonly falseAlarmRate?: number | ClassNumbers | undefined;
  /** Wanted share of good parts that are checked or called anomalous, for a second, lower threshold. */
  readonly checkRate?: ClassNumbers | undefined;
  /** Thresholds as numbers, in the place of those from photographs. */
  readonly thresholds?: ClassNumbers | undefined;
  /** Second, lower thresholds as numbers. */
  readonly checkThresholds?: ClassNumbers | undefined;
  /** Count photographs that stand out too, as they are known to be good. */
  readonly keepOutliers?: boolean | undefined;
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
  readonly onProgress?: ProgressListener | undefined;
  readonly note?: ((text: string) => void) | undefined;
}

/** What it may hold, for programs that pass it without types. */
const fields: Fields<CalibrateRequest> = {
  run: path,
  good: list(path),
  anomalous: list(path),
  out: path,
  minImages: wholeFrom(1),
  falseAlarmRate: optional(either(number, classNumbers)),
  checkRate: optional(classNumbers),
  thresholds: optional(classNumbers),
  checkThresholds: optional(classNumbers),
  keepOutliers: optional(flag),
  ...machine,
  ...talk,
};

/** The document of `clad calibrate --json`. */
export interface CalibrateDocument {
  readonly model: string;
  readonly classes: readonly CalibratedClass[];
  /** What is wrong with files that were left out. */
  readonly unreadable: readonly string[];
  /** What was passed over in the folders. */
  readonly leftOut: LeftOutSummary;
  /** Paths of photographs that have the pixels of another, which counts for them. */
  readonly copies: readonly string[];
}

/**
 * Writes a detector file with thresholds and colours from these photographs.
 * @throws RUN_NOT_FOUND, FILE_NOT_FOUND, FILE_UNREADABLE, IMAGE_INVALID where no good photograph can be read, FILE_EXISTS, DATASET_EMPTY, DETECTOR_INVALID, CALIBRATION_TRAINED where a
 *   photograph was trained on, OPTION_INVALID for a rate out of range
 */
export async function calibrateDetector(request: CalibrateRequest): Promise<CalibrateDocument> {
  requireRequest('calibrateDetector', fields, request);
  // Before all the predicting, not after it.
  for (const numbers of [ratesOf(request), request.checkRate ?? {}])
    for (const rate of [numbers.all, ...Object.values(numbers.classes ?? {})])
      if (rate !== undefined) requireFalseAlarmRate(rate);
  requireBasis(request);
  const path = await modelPathOf(request.run);
  return withNewDetectorFile(request.out, (out) => calibrateTo(out, path, request));
}

function ratesOf({ falseAlarmRate }: CalibrateRequest): ClassNumbers {
  return typeof falseAlarmRate === 'number' ? { all: falseAlarmRate } : (falseAlarmRate ?? {});
}

/** @throws USAGE where nothing says what the thresholds should be */
function requireBasis(request: CalibrateRequest): void {
  if (request.good.length > 0) return;
  const { falseAlarmRate, checkRate, thresholds, checkThresholds } = request;
  const isRate = falseAlarmRate !== undefined || checkRate !== undefined;
  if (!isRate && (thresholds ?? checkThresholds) !== undefined) return;
  const reason = isRate
    ? 'A rate takes photographs of good parts, whose scores it is a share of: give some too'
    : 'Nothing says what the thresholds should be: give photographs of good parts, or --threshold VALUE';
  throw new CladError('USAGE', { reason, help: '`clad calibrate --help`' });
}

/** @throws OPTION_INVALID where as few parts were to be checked as are to be rejected, or fewer */
function requireOrder(checkRates: ReadonlyMap<string, number>, wantedOf: (name: string) => number): void {
  for (const [name, rate] of checkRates) {
    const expected = `above the rate of false alarms of ${name}, ${wantedOf(name)}: it counts these too`;
    if (rate <= wantedOf(name))
      throw new CladError('OPTION_INVALID', { option: '--check-rate', expected, actual: rate });
  }
}

/** @throws OPTION_INVALID for a class that is given both a rate and a threshold */
function requireOneBasis(rates: ClassNumbers, thresholds: ClassNumbers | undefined): void {
  for (const [name, rate] of Object.entries(rates.classes ?? {})) {
    if (thresholds?.classes?.[name] === undefined) continue;
    const expected = `a class that has no --threshold: ${name} is given both, and can have one`;
    throw new CladError('OPTION_INVALID', { option: '--false-alarm-rate', expected, actual: rate });
  }
}

/** @param path - of the detector file */
async function calibrateTo(out: string, path: string, request: CalibrateRequest): Promise<CalibrateDocument> {
  const bytes = await readBytes(path);
  const leftOut: LeftOut[] = [];
  const onLeftOut = (entry: LeftOut) => leftOut.push(entry);
  const good = await imagePaths(request.good, onLeftOut);
  const anomalous = await imagePaths(request.anomalous, onLeftOut);
  const both = anomalous.find((each) => good.includes(each));
  if (both !== undefined) {
    const expected = 'not among the photographs of good parts';
    throw new CladError('OPTION_INVALID', { option: '--anomalous', expected, actual: both });
  }
  const engine = await nodeEngine({ device: request.device, threads: request.threads });
  const detector = await Detector.fromBytes(engine, bytes, path);
  try {
    const before = detector.metadata;
    const numbers = (given: ClassNumbers | undefined, option: string) =>
      numbersByClass(given, before.classes, option);
    const rates = numbers(ratesOf(request), '--false-alarm-rate');
    const checkRates = numbers(request.checkRate, '--check-rate');
    const { numbers: ofClasses, regions } = splitByRegion(request.thresholds, before, '--threshold');
    const set = {
      thresholds: numbers(ofClasses, '--threshold'),
      regions,
      checks: numbers(request.checkThresholds, '--check-threshold'),
    };
    const wantedOf = (name: string) =>
      rates.get(name) ?? before.thresholds[name]?.requestedRate ?? asPublished.falseAlarmRate;
    requireOrder(checkRates, wantedOf);
    requireOneBasis(ratesOf(request), ofClasses);
    if (!remembersAll(before.trained)) await refuseTrained(path, good, request.note);
    const unreadable: CladError[] = [];
    const predict = async (paths: readonly string[], task: string, maps: number, takes: Takes) => {
      const predicted = await predictPhotographs(detector, paths, maps, takes, (done) =>
        request.onProgress?.({ task, done, total: paths.length, unit: 'images' }),
      );
      unreadable.push(...predicted.unreadable);
      for (const sentence of predicted.warnings.sentences) request.note?.(sentence);
      return predicted.byClass;
    };
    const sieve = new PhotographSieve(before);
    const ofGood = await predict(good, 'good parts', mapsKept, (each, image) => sieve.takesGood(each, image));
    if (sieve.trainedGood[0] !== undefined) throw calibrationTrained(sieve.trainedGood, good);
    if (ofGood.size === 0 && unreadable[0]) throw unreadable[0];
    const offsets = new Map<string, readonly number[]>();
    const calibrations = new Map(
      [...ofGood]
        .filter(([, { scores }]) => scores.length >= request.minImages)
        .map(([name, predictions]) => {
          const wanted = wantedOf(name);
          const { keepOutliers } = request;
          const comparable = withComparableRegions(predictions, wanted, keepOutliers);
          if (comparable.offsets) offsets.set(name, comparable.offsets);
          const { scores, floors, maps } = comparable.predictions;
          const pixels = goodPixels(keepOutliers ? maps : ordinary(maps, scores));
          const predictionsOf = { scores, floors, pixels };
          return [name, calibrateClass(predictionsOf, wanted, keepOutliers, checkRates.get(name))] as const;
        }),
    );
    for (const [name, { threshold }] of calibrations)
      if (checkRates.has(name) && threshold.checkAbove === undefined)
        request.note?.(
          `${threshold.count} photographs of ${name} cannot tell the rate of --check-rate from that of false alarms, so it sets no second threshold.`,
        );
    const ofAnomalous = await predict(anomalous, 'defective parts', 0, (each, image) =>
      sieve.takesAnomalous(each, image),
    );
    noteSifted(sieve, request.note);
    const images = new Map([...calibrations.keys()].map((name) => [name, ofGood.get(name)?.images ?? []]));
    for (const name of calibrations.keys())
      noteBursts(name, ofGood.get(name) as ClassPredictions, request.note);
    const source = createHash('sha256').update(bytes).digest('hex');
    const measured = {
      ...withCalibrations(before, calibrations),
      ...interestWith(before.regionsOfInterest, offsets),
    };
    const judging = withSetThresholds(measured, set);
    const now = { ...before, ...judging };
    const byHand = new Set([...set.thresholds.keys(), ...set.regions.keys()]);
    for (const name of byHand)
      judging.thresholds[name] = withRateOf(judging.thresholds[name]!, scoresBy(now, name, ofGood.get(name)));
    // How many photographs had a say, of each class that is changed.
    const changed = new Map([...set.checks.keys()].map((name) => [name, 0]));
    for (const name of [...calibrations.keys(), ...byHand])
      changed.set(name, judging.thresholds[name]!.count);
    const after = calibrated({ ...before, ...judging }, changed, sieve.good, images, source);
    const entries = decodeMetadata(bytes);
    const golden = entries[goldenKey] === undefined ? undefined : parseGolden(entries, path);
    await writeFileAtomic(out, await calibratedBytes(engine, { bytes, before, golden }, after, path));
    const scores = (by: DetectorMetadata, name: string) => ({
      good: scoresBy(by, name, ofGood.get(name)),
      anomalous: scoresBy(by, name, ofAnomalous.get(name)),
    });
    const classes = before.classes.map((name) =>
      comparedClass(
        name,
        { before: scores(before, name), now: scores(after, name) },
        before.thresholds[name] ?? null,
        changed.has(name) ? judging.thresholds[name]! : null,
        (ofGood.get(name)?.paths ?? []).filter((_, at) => calibrations.get(name)?.setAside[at]),
        calibratedRegions(name, { before, after }, ofGood.get(name), ofAnomalous.get(name)),
      ),
    );
    const later = await mapConcurrently([...good, ...anomalous], defaultConcurrency, laterPages);
    leftOut.push(...later.filter((each) => each !== undefined));
    return {
      model: out,
      classes,
      unreadable: unreadable.map(({ message }) => message),
      leftOut: summariseLeftOut(leftOut),
      copies: sieve.copies,
    };
  } finally {
    await detector.release();
  }
}

/** Each once, in an order of chance that is always the same: colours are of the first, and neighbours in a folder are alike. */
async function imagePaths(given: readonly string[], onLeftOut: (entry: LeftOut) => void): Promise<string[]> {
  const targets = await predictTargets(given, onLeftOut);
  const real = [...new Set(await realPaths(targets.map(({ path }) => path)))];
  return new Random('calibrate').sample(real, real.length);
}

/** @param before - with its thresholds and colours set anew already */
function calibrated(
  before: DetectorMetadata,
  changed: ReadonlyMap<string, number>,
  good: readonly string[],
  images: ReadonlyMap<string, readonly SeenImage[]>,
  source: string,
): DetectorMetadata {
  return {
    ...before,
    calibrated: {
      created: new Date().toISOString(),
      source,
      images: { ...before.calibrated?.images, ...Object.fromEntries(changed) },
      ...(good.length > 0 || before.calibrated?.remembered
        ? { remembered: rememberImages(good, before.calibrated?.remembered) }
        : {}),
    },
    ...(before.camera && { camera: widenedCamera(before.camera, images) }),
  };
}
