/**
 * @file From what a detector said of test images to metrics per class and their mean over classes: the `classes` and
 * `mean` of `clad evaluate --json`.
 *
 * What cannot be computed is null, never 0, and the mean over classes leaves nulls out. Image metrics use every image.
 * Pixel metrics use good images (all pixels normal) and anomalous images that come with a mask; an anomalous image
 * without one is left out of them, for nobody knows which of its pixels are anomalous.
 */
import {
  callback,
  flag,
  having,
  optional,
  requireArgument,
  requireFields,
  text,
  wholeFrom,
} from '../core/arguments.ts';
import { CladError } from '../core/errors.ts';
import type { Mask } from '../image/rgb.ts';
import {
  bootstrapSettings,
  type ClassIntervals,
  classIntervals,
  meanIntervals,
  type Resamples,
  resample,
  resampledMetrics,
} from './bootstrap.ts';
import { type Curve, precisionRecallCurve, proCurve, rocCurve } from './curves.ts';
import { PixelScores } from './pixels.ts';
import { metricsOfRanked, type RankedScores, rankScores } from './ranking.ts';
import type { SortedKeys } from './sort.ts';

/** What was said of a test image: a detector's `Prediction` as it is, or as much of one as there is. */
export interface EvaluatedPrediction {
  /** Higher is more anomalous. */
  readonly score: number;
  /** Anomaly map, row by row; null where there is none, or pixels are not to be measured. */
  readonly map: Float32Array | null;
  /** Class that the image was taken for, where that is said. */
  readonly class?: string | null;
  /** Where there is a threshold. */
  readonly verdict?: 'normal' | 'anomalous' | 'unknown' | null;
}

/** One test image, what is true of it and what was said of it. */
export interface EvaluatedImage {
  /** Names the image in errors. */
  readonly path?: string;
  readonly className: string;
  readonly anomalous: boolean;
  /** Ground truth at the map's size; null where there is none. Not read for a good image. */
  readonly mask: Mask | null;
  /** Region of interest of the image's class, of the map's size, 0 outside: only pixels inside are measured. All where absent. */
  readonly inside?: Uint8Array | undefined;
  readonly prediction: EvaluatedPrediction;
}

const mask = having('', {
  width: wholeFrom(1),
  height: wholeFrom(1),
  data: { expected: '', holds: (value) => value instanceof Uint8Array },
});
const evaluated = having('an image with className, anomalous, mask and prediction', {
  className: text,
  anomalous: flag,
  mask: {
    expected: "a mask of the map's size, with width, height and data, or null",
    holds: (value) => value === null || mask.holds(value),
  },
  inside: optional({ expected: 'a Uint8Array', holds: (value) => value instanceof Uint8Array }),
});
const evaluatedPrediction = having('a prediction with score and map', {
  // What is NaN is refused below, by the image's name.
  score: { expected: 'a number', holds: (value) => typeof value === 'number' },
  map: {
    expected: 'a Float32Array or null',
    holds: (value) => value === null || value instanceof Float32Array,
  },
});

/** The metrics of `ClassRecord` in the order in which tables show them. */
export const metricNames = [...resampledMetrics, 'classAccuracy', 'falseAlarmRate', 'missRate'] as const;

/** Name of a metric in JSON. */
export type MetricName = (typeof metricNames)[number];

/**
 * Numbers of images and metrics of one class, fractions 0..1 or null. `classAccuracy` is over the images with a
 * predicted class; `falseAlarmRate` is the fraction of good images called anomalous, `missRate` that of anomalous
 * images called normal, both over the images with a verdict.
 */
export type ClassRecord = { readonly good: number; readonly anomalous: number } & {
  readonly [name in MetricName]: number | null;
};

/** Curves for a report; null where the metric would be. */
export interface ClassCurves {
  readonly imageRoc: Curve | null;
  readonly imagePrecisionRecall: Curve | null;
  readonly pixelRoc: Curve | null;
  readonly pixelPrecisionRecall: Curve | null;
  /** Mean per-region overlap over the false positive rate, up to the limit of AUPRO. */
  readonly pixelPro: Curve | null;
}

/** Everything measured. `mean` is the mean over classes of every key, the numbers of images too. */
export interface Evaluation {
  readonly classes: Readonly<Record<string, ClassRecord>>;
  readonly mean: ClassRecord;
  /** How sure the metrics are, over images; present where asked for. */
  readonly intervals?: EvaluationIntervals;
  /** Present where curves were asked for. */
  readonly curves?: Readonly<Record<string, ClassCurves>>;
}

/** Intervals of metrics over images (bootstrap.ts). */
export interface EvaluationIntervals {
  readonly confidence: number;
  readonly resamples: number;
  readonly seed: number;
  readonly classes: Readonly<Record<string, ClassIntervals>>;
  /** Of the mean over classes. */
  readonly mean: ClassIntervals;
}

/** What the curves of a class are made of. */
export interface RankedClass {
  readonly images: RankedScores;
  readonly pixels: RankedScores;
  /** As `aupro` takes them. */
  readonly regions: SortedKeys;
}

/** @param points - of each curve at most, at least 4 */
export function curvesOf({ images, pixels, regions }: RankedClass, points: number): ClassCurves {
  return {
    imageRoc: rocCurve(images, points),
    imagePrecisionRecall: precisionRecallCurve(images, points),
    pixelRoc: rocCurve(pixels, points),
    pixelPrecisionRecall: precisionRecallCurve(pixels, points),
    pixelPro: proCurve(regions, pixels.negatives, points),
  };
}

interface Gathered {
  readonly scores: number[];
  readonly labels: number[];
  readonly pixels: PixelScores;
  readonly predicted: Tally;
  readonly alarms: Tally;
  readonly misses: Tally;
}

interface Tally {
  hits: number;
  of: number;
}

/**
 * Takes images in any order and measures them class by class. Pixels are held until their class is finished: call
 * `finish` as soon as a class is complete to hold one class at a time (see pixels.ts for how much that is).
 *
 * @example
 * const evaluator = new Evaluator();
 * for await (const image of images) evaluator.add(image);
 * const { classes, mean } = evaluator.result();
 */
export class Evaluator {
  readonly #open = new Map<string, Gathered>();
  readonly #records = new Map<string, ClassRecord | undefined>();
  readonly #curves = new Map<string, ClassCurves>();
  readonly #resamples = new Map<string, Resamples>();
  readonly #intervals: boolean;
  readonly #curvePoints: number | undefined;
  readonly #onRanked: ((className: string, ranked: RankedClass) => void) | undefined;

  /**
   * @param options.curvePoints - make curves of at most so many points, at least 4
   * @param options.onRanked - told of each class as it is finished
   * @param options.intervals - say how sure the metrics are, by resampling images
   * @default no curves, no intervals
   */
  constructor(
    options: {
      readonly curvePoints?: number | undefined;
      readonly onRanked?: ((className: string, ranked: RankedClass) => void) | undefined;
      readonly intervals?: boolean | undefined;
    } = {},
  ) {
    const fields = {
      curvePoints: optional(wholeFrom(4)),
      onRanked: optional(callback),
      intervals: optional(flag),
    };
    requireFields('new Evaluator', 'options', options, fields);
    this.#intervals = options.intervals ?? false;
    this.#curvePoints = options.curvePoints;
    this.#onRanked = options.onRanked;
  }

  /**
   * Takes one image; its map and mask are not kept.
   * @throws CladError METRIC_INPUT where a score is not a number, a mask has another size than its map, or the class is finished
   */
  add(image: EvaluatedImage): void {
    requireArgument('Evaluator.add', 'image', image, evaluated);
    requireArgument('Evaluator.add', 'image.prediction', image.prediction, evaluatedPrediction);
    const { className, anomalous, prediction, inside } = image;
    const { score, map, class: predictedClass, verdict } = prediction;
    if (this.#records.get(className)) {
      throw new CladError('METRIC_INPUT', { what: `class ${className}`, reason: 'it is already finished' });
    }
    const gathered = this.#open.get(className) ?? emptyGathered();
    const what = image.path ?? `image ${gathered.scores.length} of class ${className}`;
    if (Number.isNaN(score)) {
      throw new CladError('METRIC_INPUT', { what, reason: 'its score is not a number' });
    }
    if (map && (!anomalous || image.mask))
      gathered.pixels.add(map, anomalous ? image.mask : null, what, inside);
    this.#open.set(className, gathered);
    // Keeps the place of the class in the order of arrival.
    this.#records.set(className, undefined);
    gathered.scores.push(score);
    gathered.labels.push(anomalous ? 1 : 0);
    if (predictedClass != null) count(gathered.predicted, predictedClass === className);
    if (verdict != null) {
      if (anomalous) count(gathered.misses, verdict === 'normal');
      else count(gathered.alarms, verdict !== 'normal');
    }
  }

  /**
   * Measures a class and lets go of its pixels; a second call returns the same record.
   * @throws CladError METRIC_INPUT where no image of the class was added
   */
  finish(className: string): ClassRecord {
    const done = this.#records.get(className);
    if (done) return done;
    const gathered = this.#open.get(className);
    if (!gathered) {
      throw new CladError('METRIC_INPUT', { what: `class ${className}`, reason: 'it has no test images' });
    }
    this.#open.delete(className);
    const images = rankScores(gathered.scores, gathered.labels);
    const image = metricsOfRanked(images);
    const measured = gathered.pixels.measure();
    const { metrics: pixel, ranked: pixels, regions } = measured;
    const record = {
      good: images.negatives.length,
      anomalous: images.positives.length,
      imageAuroc: image.auroc,
      imageAp: image.averagePrecision,
      imageF1Max: image.f1Max,
      pixelAuroc: pixel.auroc,
      pixelAp: pixel.averagePrecision,
      pixelF1Max: pixel.f1Max,
      aupro: pixel.aupro,
      auproDilated: pixel.auproDilated,
      classAccuracy: rate(gathered.predicted),
      falseAlarmRate: rate(gathered.alarms),
      missRate: rate(gathered.misses),
    };
    this.#records.set(className, record);
    if (this.#intervals) {
      const of = { className, images, pixels: measured.images, rankedPixels: pixels, exact: record };
      this.#resamples.set(className, resample(of));
    }
    if (this.#curvePoints !== undefined)
      this.#curves.set(className, curvesOf({ images, pixels, regions }, this.#curvePoints));
    this.#onRanked?.(className, { images, pixels, regions });
    return record;
  }

  /** Finishes every class and returns them in the order in which they first appeared, with their mean. */
  result(): Evaluation {
    const names = [...this.#records.keys()];
    const classes = Object.fromEntries(names.map((name) => [name, this.finish(name)]));
    const evaluation: Evaluation = {
      classes,
      mean: meanRecord(Object.values(classes)),
      ...(this.#intervals && { intervals: this.#intervalsOf(names) }),
    };
    if (this.#curvePoints === undefined) return evaluation;
    return { ...evaluation, curves: Object.fromEntries(this.#curves) };
  }

  #intervalsOf(names: readonly string[]): EvaluationIntervals {
    const resamples = names.map((name) => this.#resamples.get(name)!);
    const classes = names.map((name, index) => [name, classIntervals(resamples[index]!)]);
    return { ...bootstrapSettings, classes: Object.fromEntries(classes), mean: meanIntervals(resamples) };
  }
}

/** The mean of each key over classes, leaving nulls out; null where every class has null (or there is no class). */
export function meanRecord(records: readonly ClassRecord[]): ClassRecord {
  const metrics = Object.fromEntries(
    metricNames.map((name) => [name, mean(records.map((record) => record[name]))]),
  ) as Record<MetricName, number | null>;
  return {
    good: mean(records.map((record) => record.good)) ?? 0,
    anomalous: mean(records.map((record) => record.anomalous)) ?? 0,
    ...metrics,
  };
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function emptyGathered(): Gathered {
  const tally = (): Tally => ({ hits: 0, of: 0 });
  return {
    scores: [],
    labels: [],
    pixels: new PixelScores(),
    predicted: tally(),
    alarms: tally(),
    misses: tally(),
  };
}

function count(tally: Tally, hit: boolean): void {
  tally.of++;
  if (hit) tally.hits++;
}

function rate({ hits, of }: Tally): number | null {
  return of === 0 ? null : hits / of;
}
